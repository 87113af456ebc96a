// Ids of a run in the tables of a database that the target does not name: a table of failed votes,
// an archive, a log.
#pragma once

#include <string>

#include "adapters/elsewhere.h"
#include "adapters/postgres/pq_connection.h"
#include "core/result.h"
#include "vote/voter_id.h"

namespace votebench::adapters {

// Reads the rows of all other tables, whatever their columns, the smallest table first; changes
// nothing. `relation`: an expression for the named table's oid; its partitions and children are no
// other tables. Left out, and said: what this user may not read, tables of over 64 MiB, what comes
// after the limits, and, in the rows behind `limits.elements`, ids that are not plain text.
[[nodiscard]] Result<Elsewhere> find_in_other_tables(PqConnection& connection,
                                                     const std::string& relation,
                                                     const VoterIds& ids,
                                                     const ElsewhereLimits& limits);

}  // namespace votebench::adapters
