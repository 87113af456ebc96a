#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/counters.h"
#include "core/check.h"
#include "core/text.h"

namespace votebench::adapters {

// A row each, defined in the folder of what it reads.
extern const CounterKind kRedisCounters;
extern const CounterKind kTableCounters;
extern const CounterKind kPageCounters;

namespace {

constexpr std::array kCounterKinds{&kRedisCounters, &kTableCounters, &kPageCounters};

const CounterKind& counter_kind(const RowSettings& settings) {
  CHECK_THAT_HOLDS(settings.counters.has_value());
  const auto found =
      std::ranges::find(kCounterKinds, settings.counters->source, &CounterKind::name);
  CHECK_THAT_HOLDS(found != kCounterKinds.end());
  return **found;
}

// Counters seen as a store of rows: as many for each choice as its counter says, nobody's by name.
class CounterStore final : public RowStore {
 public:
  CounterStore(const RowSettings& settings, std::unique_ptr<CounterSource> source)
      : settings_(settings), source_(std::move(source)) {}

  Result<StoreFacts> facts() override { return source_->facts(); }
  Result<TableFacts> table(const VoterIds&) override { return source_->table(); }
  Result<StoreIdentity> identity() override { return source_->identity(); }
  Result<StoreActivity> activity() override { return source_->activity(); }
  Result<ClockOffset> clock_offset(const Clock& clock) override {
    return source_->clock_offset(clock);
  }

  Result<RowBaseline> baseline(const VoterIds& ids) override;
  Result<RowSet> read_rows(const RowQuestion& question) override;
  Result<Tallies> tallies() override;
  Result<std::optional<std::uint64_t>> progress(const VoterIds& ids, bool at_once) override;
  [[nodiscard]] std::string fell() const override { return fell_; }

  // No vote of anybody can be told.
  Result<bool> has_rows_of(const VoterIds&) override { return false; }
  Result<std::vector<std::string>> own_ids(const VoterIds&) override {
    return std::vector<std::string>();
  }
  Result<std::vector<FoundRow>> find_rows(const std::vector<std::string>&) override {
    return std::vector<FoundRow>();
  }
  Result<std::uint64_t> remove_rows(const std::vector<std::string>&) override {
    return std::uint64_t{0};
  }

 private:
  Result<CounterReading> read();
  void compare(const Tallies& earlier, const Tallies& now);
  [[nodiscard]] Tallies as_sent(const Tallies& stored) const;

  RowSettings settings_;
  std::unique_ptr<CounterSource> source_;
  Tallies last_;                        // as sent
  std::optional<std::uint64_t> first_;  // the sum at the first look
  std::string fell_;
};

std::uint64_t sum_of(const Tallies& counts) {
  std::uint64_t sum = 0;
  for (const auto& [choice, count] : counts) sum += count;
  return sum;
}

std::uint64_t count_in(const Tallies& counts, const std::string& choice) {
  const auto found = counts.find(choice);
  return found == counts.end() ? 0 : found->second;
}

Tallies CounterStore::as_sent(const Tallies& stored) const {
  Tallies counts;
  for (const auto& [word, count] : stored) {
    const auto sent = std::ranges::find(settings_.stored_choices, word,
                                        [](const auto& choice) { return choice.second; });
    counts[sent == settings_.stored_choices.end() ? word : sent->first] += count;
  }
  return counts;
}

void CounterStore::compare(const Tallies& earlier, const Tallies& now) {
  if (!fell_.empty()) return;
  for (const auto& [choice, count] : earlier)
    if (const std::uint64_t left = count_in(now, choice); left < count)
      fell_ = fmt::format("the counter of '{}' went back from {} to {}", printable(choice, 40),
                          format_count(count), format_count(left));
}

Result<CounterReading> CounterStore::read() {
  TRY_ASSIGN(CounterReading reading, source_->read());
  reading.counts = as_sent(reading.counts);
  compare(last_, reading.counts);
  last_ = reading.counts;
  return reading;
}

Result<RowBaseline> CounterStore::baseline(const VoterIds&) {
  RowBaseline baseline;
  baseline.model = TableModel::append;
  baseline.counters = {.kept = true, .exclusive = settings_.counters->exclusive};
  TRY_ASSIGN(baseline.identity, identity());
  TRY_ASSIGN(const CounterReading reading, read());
  fell_.clear();  // what went back before is in the numbers
  baseline.rows = baseline.strangers = sum_of(reading.counts);
  baseline.choices = reading.counts;
  baseline.updates = reading.rewrites;
  return baseline;
}

Result<RowSet> CounterStore::read_rows(const RowQuestion& question) {
  TRY_ASSIGN(const CounterReading reading, read());
  compare(question.baseline.choices, reading.counts);
  RowSet rows;
  rows.total = sum_of(reading.counts);
  rows.pre_existing = question.baseline.strangers;
  rows.stranger_checksum = question.baseline.stranger_checksum;
  rows.choices = reading.counts;
  rows.updates = reading.rewrites;
  return rows;
}

// By the words that the store uses, as a page would show them.
Result<Tallies> CounterStore::tallies() {
  TRY_ASSIGN(CounterReading reading, source_->read());
  std::erase_if(reading.counts, [](const auto& counter) { return counter.second == 0; });
  return std::move(reading.counts);
}

// Since the first look.
Result<std::optional<std::uint64_t>> CounterStore::progress(const VoterIds&, bool) {
  TRY_ASSIGN(const CounterReading reading, read());
  const std::uint64_t sum = sum_of(reading.counts);
  if (!first_) first_ = sum;
  return std::optional<std::uint64_t>(sum - std::min(sum, *first_));
}

Result<std::unique_ptr<RowStore>> open_counters(const RowSettings& settings) {
  TRY_ASSIGN(auto source, counter_kind(settings).open(settings));
  return std::unique_ptr<RowStore>(std::make_unique<CounterStore>(settings, std::move(source)));
}

Result<HostPort> address_of_counters(const RowSettings& settings) {
  return counter_kind(settings).address(settings);
}

}  // namespace

extern const StoreKind kCounters;
const StoreKind kCounters{"counters", "the counters", open_counters, address_of_counters,
                          "PGPASSWORD"};

}  // namespace votebench::adapters
