#include "stack/variant.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/check.h"
#include "core/number.h"
#include "core/text.h"
#include "scenario/profiles.h"

namespace votebench::stack {
namespace {

constexpr char kProcessingList[] = "votes:processing";
constexpr char kAckAfterWrite[] = "ack-after-write";
constexpr char kPopBeforeWrite[] = "pop-before-write";
constexpr std::uint32_t kMostWorkers = 64;
constexpr auto kQuiet = std::chrono::seconds(5);
constexpr auto kMostHold = std::chrono::seconds(10);

struct Variant {
  std::string_view name;
  std::string_view contract;  // a profile of scenario/profiles.h
  std::string_view order;
  bool one_at_a_time;  // pops one vote, writes it, pops again
};

constexpr std::array<Variant, 6> kVariants{{
    {"reference", "keep-alive", kAckAfterWrite, false},
    {"dockersamples", "dockersamples", kPopBeforeWrite, true},
    {"append-table", "append-table", kPopBeforeWrite, true},
    {"always-200", "always-200", kPopBeforeWrite, true},
    {"keep-alive", "keep-alive", kPopBeforeWrite, true},
    {"prefetch", "keep-alive", kPopBeforeWrite, false},
}};

Result<> check_knobs(const WorkerKnobs& knobs) {
  if (knobs.workers && (*knobs.workers == 0 || *knobs.workers > kMostWorkers))
    return fail(ErrorKind::usage, fmt::format("{} workers: not possible", *knobs.workers),
                fmt::format("use 1 to {}", kMostWorkers));
  if (knobs.batch && *knobs.batch == 0)
    return fail(ErrorKind::usage, "a worker's batch is at least 1 vote");
  if (!knobs.order.empty() && knobs.order != kAckAfterWrite && knobs.order != kPopBeforeWrite)
    return fail(ErrorKind::usage, fmt::format("unknown order '{}'", printable(knobs.order)),
                fmt::format("use {} or {}", kAckAfterWrite, kPopBeforeWrite));
  return {};
}

Result<Variant> find_variant(std::string_view name) {
  for (const Variant& variant : kVariants)
    if (variant.name == name) return variant;
  const auto near = closest_match(name, variant_names());
  return fail(ErrorKind::usage, fmt::format("unknown variant '{}'", printable(name)),
              near ? fmt::format("did you mean '{}'?", *near)
                   : fmt::format("one of {}", fmt::join(variant_names(), ", ")));
}

// What the settled rule may assume. A worker that takes one vote at a time can be proven
// empty-handed by looking at it. Of any other worker we know, because we started it, that it writes
// what it holds after `hold` at the latest: when lists and rows have not moved for much longer than
// that, nothing is in its hands.
void assume_about_worker(TargetSettings& settings, const Variant& variant,
                         const WorkerKnobs& knobs) {
  const std::string_view order = knobs.order.empty() ? variant.order : knobs.order;
  if (order == kAckAfterWrite) settings.queue->in_flight = {kProcessingList};
  const bool one_at_a_time = knobs.batch ? *knobs.batch == 1 : variant.one_at_a_time;
  const Nanoseconds hold = knobs.hold.value_or(Nanoseconds(0));
  const bool serial = one_at_a_time && order == kPopBeforeWrite;
  settings.worker = serial ? WorkerModel::serial : WorkerModel::unknown;
  settings.worker_max_hold = kMostHold + hold;
  settings.worker_stated = settings.max_hold_stated = true;
  if (!serial) settings.settle_quiet = kQuiet + hold;
}

Result<std::optional<std::uint32_t>> count(const OptionValues& options, std::string_view flag) {
  const std::string text = value_of(options, flag);
  if (text.empty()) return std::optional<std::uint32_t>();
  const auto value = whole_number<std::uint32_t>(text);
  if (!value)
    return fail(ErrorKind::usage, fmt::format("{} {}: not a whole number", flag, printable(text)));
  return value;
}

Result<std::optional<Nanoseconds>> time(const OptionValues& options, std::string_view flag) {
  const std::string text = value_of(options, flag);
  if (text.empty()) return std::optional<Nanoseconds>();
  const std::optional<Nanoseconds> value = parse_duration(text);
  if (!value)
    return fail(ErrorKind::usage, fmt::format("{} {}: not a duration", flag, printable(text)),
                "write a number with a unit, for example 100ms or 4s");
  return value;
}

}  // namespace

OptionValues knob_options(const WorkerKnobs& knobs) {
  OptionValues options;
  if (knobs.workers) options["--workers"] = std::to_string(*knobs.workers);
  if (knobs.batch) options["--batch"] = std::to_string(*knobs.batch);
  if (knobs.poll) options["--poll"] = duration_literal(*knobs.poll);
  if (knobs.hold) options["--hold"] = duration_literal(*knobs.hold);
  if (!knobs.order.empty()) options["--order"] = knobs.order;
  return options;
}

Result<WorkerKnobs> knobs_of(const OptionValues& options) {
  WorkerKnobs knobs;
  TRY_ASSIGN(knobs.workers, count(options, "--workers"));
  TRY_ASSIGN(knobs.batch, count(options, "--batch"));
  TRY_ASSIGN(knobs.poll, time(options, "--poll"));
  TRY_ASSIGN(knobs.hold, time(options, "--hold"));
  knobs.order = value_of(options, "--order");
  return knobs;
}

const std::vector<std::string>& variant_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Variant& variant : kVariants) all.emplace_back(variant.name);
    return all;
  }();
  return names;
}

const std::vector<std::string>& worker_orders() {
  static const std::vector<std::string> orders{kAckAfterWrite, kPopBeforeWrite};
  return orders;
}

Result<TargetSettings> variant_settings(std::string_view variant, const WorkerKnobs& knobs) {
  TRY_ASSIGN(const Variant known, find_variant(variant));
  TRY(check_knobs(knobs));
  const scenario::Profile* profile = scenario::find_profile(known.contract);
  CHECK_THAT_HOLDS(profile != nullptr);
  TargetSettings settings = scenario::profile_settings(*profile);
  settings.queue = scenario::redis_list();
  settings.rows = scenario::postgres_table();
  assume_about_worker(settings, known, knobs);
  return settings;
}

}  // namespace votebench::stack
