// Ids of a run in the tables of a database that the target does not name, a table of failed votes,
// an archive, a log; and in rows of the named table that it leaves out, of votes to be approved,
// say.
#pragma once

#include <string>

#include "adapters/elsewhere.h"
#include "adapters/postgres/pq_connection.h"
#include "core/result.h"
#include "vote/voter_id.h"

namespace votebench::adapters {

// The table that the target names.
struct NamedTable {
  std::string title;  // for people
  std::string oid;    // an expression
  std::string name;   // quoted
  std::string rows;   // the condition of those that are looked at; empty: all are
};

// Reads the rows that are left out, and those of all other tables, whatever their columns, the
// smallest table first; changes nothing. Partitions and children are no other tables. Left out, and
// said: what this user may not read, tables of over 64 MiB, what comes after the limits, and, in
// the rows behind `limits.elements`, ids that are not plain text.
[[nodiscard]] Result<Elsewhere> find_in_other_tables(PqConnection& connection,
                                                     const NamedTable& named, const VoterIds& ids,
                                                     const ElsewhereLimits& limits);

}  // namespace votebench::adapters
