// The processes that sent the votes together, a line each.
#include "report/shards.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/counted.h"
#include "core/text.h"
#include "report/document/sections.h"

namespace votebench::report::sections {
namespace {

using ledger::ShardRecord;
using ledger::ShardState;

// More are in the pages: on a terminal those that sent all are a number.
constexpr std::size_t kMostLines = 8;

std::string time_of(WallTime time) {
  return time == WallTime{} ? "-" : format_utc(time).substr(11, 12);
}

Row row_of(const ShardRecord& shard) {
  Row row{{{std::to_string(shard.index)},
           {format_count(shard.started)},
           {format_count(shard.acked)},
           {format_count(shard.unknown)},
           {format_duration(shard.lag_max)},
           {shard_word(shard.state)},
           {shard.host.empty() ? "-" : printable(shard.host)},
           {shard_clock(shard)},
           {time_of(shard.began)},
           {time_of(shard.ended)},
           {printable(shard.detail)}}};
  row.state = shard.state == ShardState::sent ? State::good : State::open;
  return row;
}

bool all_sent(const std::vector<ShardRecord>& shards) {
  return std::ranges::all_of(
      shards, [](const ShardRecord& shard) { return shard.state == ShardState::sent; });
}

std::string summary(const std::vector<ShardRecord>& shards) {
  std::set<std::string> hosts;
  for (const ShardRecord& shard : shards)
    if (!shard.host.empty()) hosts.insert(shard.host);
  const auto all =
      static_cast<std::size_t>(std::ranges::count(shards, ShardState::sent, &ShardRecord::state));
  return fmt::format("{} on {}; {} sent the whole share", counted(shards.size(), "shard"),
                     counted(hosts.size(), "host"),
                     all == shards.size() ? "each" : fmt::format("{}", all));
}

}  // namespace

Section shards(const Report& report) {
  const std::vector<ShardRecord>& shards = report.record.shards;
  Section section{"shards", "SHARDS", "Shards"};
  if (shards.empty()) return section;
  const bool many = shards.size() > kMostLines;
  section.add(Paragraph{summary(shards)}, many ? kEverywhere : kPages);
  Table table{{{"shard", false},
               {"sent", true, 24},
               {"accepted", true, 34},
               {"unknown", true, 43},
               {"lag max", true, 53},
               {"share", false, 56},
               {"host", false, 0, kPages},
               {"clock", false, 0, kPages},
               {"began (UTC)", true, 0, kPages},
               {"ended (UTC)", true, 0, kPages},
               {"why", false, 0, all_sent(shards) ? Details{} : kPages}},
              {}};
  for (const ShardRecord& shard : shards) {
    Row row = row_of(shard);
    if (many && shard.state == ShardState::sent) row.in = kPages;
    table.rows.push_back(std::move(row));
  }
  section.add(std::move(table));
  return section;
}

}  // namespace votebench::report::sections
