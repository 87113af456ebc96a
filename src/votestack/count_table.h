// A table of counts in place of one of votes: votes(vote VARCHAR(255) PRIMARY KEY, count BIGINT).
#pragma once

#include <span>

#include "core/result.h"
#include "votestack/ballot.h"
#include "votestack/postgres_link.h"

namespace votebench::votestack {

// Makes it unless there is one; several workers may do so at once.
[[nodiscard]] Result<> create_count_table(PostgresLink& link);

// One more for each ballot's choice, in one statement and one commit. Not empty.
[[nodiscard]] QueryResult count_ballots(PostgresLink& link, std::span<const Ballot> ballots);

}  // namespace votebench::votestack
