#include "votestack/count_table.h"

#include "core/check.h"

namespace votebench::votestack {
namespace {

constexpr const char* kCreateCounts =
    "CREATE TABLE IF NOT EXISTS votes (vote VARCHAR(255) PRIMARY KEY, count BIGINT NOT NULL)";
constexpr const char* kCount =
    "INSERT INTO votes (vote, count) SELECT vote, count(*) FROM unnest($1::text[]) AS vote "
    "GROUP BY vote ON CONFLICT (vote) DO UPDATE SET count = votes.count + excluded.count";

}  // namespace

Result<> create_count_table(PostgresLink& link) {
  QueryResult created = link.run(kCreateCounts);
  if (!created.ok) created = link.run(kCreateCounts);  // another worker was faster
  if (!created.ok) return created.failure();
  return {};
}

QueryResult count_ballots(PostgresLink& link, std::span<const Ballot> ballots) {
  CHECK_THAT_HOLDS(!ballots.empty());
  std::vector<std::string_view> choices;
  choices.reserve(ballots.size());
  for (const Ballot& ballot : ballots) choices.emplace_back(ballot.choice);
  return link.run(kCount, {text_array(choices)});
}

}  // namespace votebench::votestack
