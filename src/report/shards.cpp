#include "report/shards.h"

#include <fmt/format.h>

#include "core/counted.h"
#include "core/text.h"

namespace votebench::report {
namespace {

using ledger::ShardRecord;
using ledger::ShardState;

std::string name_of(const ShardRecord& shard) {
  if (shard.host.empty()) return fmt::format("shard {}", shard.index);
  return fmt::format("shard {} ({})", shard.index, printable(shard.host));
}

// A clause to end with; empty: nothing is unknown.
std::string unknown_votes(const ShardRecord& shard) {
  if (shard.unknown == 0) return {};
  return fmt::format("; what became of {} is not known", counted(shard.unknown, "vote"));
}

}  // namespace

std::string shard_fault(const ShardRecord& shard) {
  const std::string name = name_of(shard);
  const std::string detail = printable(shard.detail);
  const std::string planned = counted(shard.planned, "vote");
  switch (shard.state) {
    case ShardState::sent:
      return {};
    case ShardState::stopped:
      return fmt::format("{} sent {} of {}: {}", name, format_count(shard.started), planned,
                         detail);
    case ShardState::unfit:
      return fmt::format("{} sent none of its {}: {}", name, planned, detail);
    case ShardState::killed:
      return fmt::format("{} was killed after {} of {}{}", name, format_count(shard.started),
                         planned, unknown_votes(shard));
    case ShardState::vanished:
      return fmt::format("{} left its ledger open ({}){}", name, detail, unknown_votes(shard));
    case ShardState::lost:
      return fmt::format("the ledger of {} is lost ({}): nobody knows which of its {} it sent",
                         name, detail, planned);
    case ShardState::absent:
      return fmt::format(
          "{} left nothing: it never began, and its {} were not sent, or all that it "
          "wrote is gone",
          name, planned);
  }
  return {};
}

Advice shard_advice(const ShardRecord& shard) {
  switch (shard.state) {
    case ShardState::sent:
      return {};
    case ShardState::unfit:
    case ShardState::absent:
      return advise<Help::begin_in_time>();
    case ShardState::stopped:
    case ShardState::killed:
      return advise<Help::find_shard_end>();
    case ShardState::vanished:
      return advise<Help::merge_later>();
    case ShardState::lost:
      return advise<Help::keep_ledgers>();
  }
  return {};
}

std::string_view shard_word(ShardState state) {
  switch (state) {
    case ShardState::sent:
      return "sent all";
    case ShardState::stopped:
      return "stopped";
    case ShardState::unfit:
      return "sent none";
    case ShardState::killed:
      return "killed";
    case ShardState::vanished:
      return "left open";
    case ShardState::lost:
      return "ledger lost";
    case ShardState::absent:
      return "left nothing";
  }
  return {};
}

std::string shard_clock(const ShardRecord& shard) {
  if (!shard.clock) return "-";
  if (shard.clock->uncertainty == Nanoseconds(0)) return "the observer's";
  // Of the shard's own clock: the other way round than it was read.
  const Nanoseconds ahead = -shard.clock->offset;
  const std::string sign = ahead < Nanoseconds(0) ? "-" : "";
  return fmt::format("{}{} ± {}", sign, format_duration(std::chrono::abs(ahead)),
                     format_duration(shard.clock->uncertainty));
}

}  // namespace votebench::report
