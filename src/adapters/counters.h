// Numbers that a stack keeps in place of a row per vote, and the table of where they can stand
// (adapters/counter_store.cpp): a row each, defined in the folder of what it reads. All of them
// together are a kind of store, "counters".
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "adapters/store.h"

namespace votebench::adapters {

// All counters at one moment.
struct CounterReading {
  Tallies counts;  // by the key, field, word or place that each is stored under
  // What the server has done that may have set a counter to something else than one more, of
  // whatever counter; falls only when it was restarted. Nothing: it does not tell.
  std::optional<std::uint64_t> rewrites{};
};

// Not thread-safe. Every call has a time limit. Errors are ErrorKind::environment, say what a
// counter holds in place of a number, and contain no secret. Nothing is changed on the server.
class CounterSource {
 public:
  virtual ~CounterSource() = default;
  [[nodiscard]] virtual Result<CounterReading> read() = 0;
  [[nodiscard]] virtual Result<StoreFacts> facts() = 0;
  // Fails where there are no counters to read; partial_view is filled where not all can be.
  [[nodiscard]] virtual Result<TableFacts> table() = 0;
  [[nodiscard]] virtual Result<StoreIdentity> identity() = 0;
  [[nodiscard]] virtual Result<StoreActivity> activity() = 0;
  [[nodiscard]] virtual Result<ClockOffset> clock_offset(const Clock& clock) = 0;
};

// Of counters that have no columns to be looked at.
[[nodiscard]] inline TableFacts all_there() {
  TableFacts facts;
  facts.exists = facts.has_voter_column = facts.has_choice_column = true;
  return facts;
}

struct CounterKind {
  std::string_view name;   // of CounterSettings::source, and of the key of its block
  std::string_view title;  // for people
  // Fails when the server cannot be reached now, or refuses us.
  Result<std::unique_ptr<CounterSource>> (*open)(const RowSettings& settings);
  Result<HostPort> (*address)(const RowSettings& settings);  // as StoreKind's
};

}  // namespace votebench::adapters
