// The kinds of stacks: a table with one row each (stack/kinds.cpp). All code that makes, uses or
// ends a stack reads the table; no other code knows a kind by name. A new kind is a folder beside
// this file that defines its row, and the row's name in kinds.cpp.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "scenario/keys.h"
#include "scenario/scenario.h"
#include "stack/progress.h"
#include "stack/stack_id.h"
#include "vote/target_settings.h"

namespace votebench::stack {

// An option of the command line that means something to a stack of this kind.
struct KindOption {
  std::string_view flag;  // "--vars"; a scenario's `stack.vars` is the same
  const char* help;
  bool in_run = true;             // of `run`, too, not only of `stack up`
  bool hidden = false;            // --help does not show it
  bool consent = false;           // agrees to something dangerous: no suggested command repeats it
  bool is_count = false;          // takes a whole number
  bool is_switch = false;         // takes no value
  const char* default_text = "";  // shown only
  std::vector<std::string> (*words)() = nullptr;  // what it may say; null: anything
};

// The text of each option that was given: "--vars" -> "my.tfvars"; of a switch, any.
using OptionValues = std::map<std::string, std::string, std::less<>>;

// "" when it was not given.
[[nodiscard]] std::string value_of(const OptionValues& options, std::string_view flag);

struct Wanted {
  StackId id;
  OptionValues options;  // of its kind, checked against the row
  // True: one that is up already is used and not taken down, and one that fails to come up is taken
  // down again. False: one that is up already is an error, and one that fails to come up stays, for
  // a look at its logs or another try.
  bool for_run = false;
};

struct Hooks {
  Progress progress;
  std::stop_token stop{};
  bool costs_agreed = false;  // what is made may cost money
  // Puts a question to a person; true: yes. Empty: there is no person to ask, which means no.
  std::function<bool(std::string_view question)> ask{};
};

// A stack that is up. control() from any thread until the stack is taken down, the rest from one.
class RunningStack {
 public:
  RunningStack() = default;
  RunningStack(RunningStack&&) noexcept = default;
  virtual ~RunningStack() = default;

  TargetSettings target;
  std::string description;  // one line for people; empty: the target says it
  bool made_here = true;    // false: it was up before the bring_up that returned it

  // `verb` is one that a scenario knows. Error (environment): it cannot do that now.
  [[nodiscard]] virtual Result<> control(std::string_view verb, std::string_view service) const = 0;
  // True only when the process behind this queue client is known to have ended.
  [[nodiscard]] virtual bool client_is_dead(const std::string& /*name*/) const { return false; }
  // From now on it outlives this process.
  [[nodiscard]] virtual Result<> leave_up() { return {}; }
  // Nothing of it is left but its folder. Of one that was made here only.
  [[nodiscard]] virtual Result<> take_down() = 0;
};

struct LogRequest {
  std::string service;  // empty: all
  std::size_t lines = 40;
};

struct Kind {
  std::string_view name;
  std::span<const KindOption> options;
  // What of scenario::kFaultVerbs it can carry out at any service.
  std::span<const scenario::FaultVerb> faults;
  bool costs_money = false;  // then no scenario may ask for it, only a command line

  // What is in artifacts/NAME is of this kind: a stack that is up, or the beginning of one.
  bool (*is_there)(const StackId& id);
  Result<std::unique_ptr<RunningStack>> (*bring_up)(const Wanted& wanted, const Hooks& hooks);
  Result<> (*down)(const StackId& id, const Hooks& hooks);
  Result<> (*status)(const StackId& id, const Progress& print);
  Result<> (*check)(const StackId& id, const Hooks& hooks);  // null: nothing but its status
  Result<> (*logs)(const StackId& id, const LogRequest& request, const Progress& print);
  Result<> (*reset)(const StackId& id, const Progress& progress);

  [[nodiscard]] const KindOption* option(std::string_view flag) const;
};

[[nodiscard]] std::span<const Kind* const> kinds();
// "local, compose or aws".
[[nodiscard]] std::string kind_names();
// What a scenario may say of its stack.
[[nodiscard]] scenario::StackWords scenario_words();
// Error (usage): there is no such kind.
[[nodiscard]] Result<const Kind*> find_kind(std::string_view name);
// Of what is in artifacts/NAME; the first kind where nothing is.
[[nodiscard]] const Kind& kind_of(const StackId& id);

// Why a stack of this kind cannot carry out a fault, and what to do; nothing when it can.
[[nodiscard]] Result<> check_fault(const Kind& kind, std::string_view verb,
                                   std::string_view service);

}  // namespace votebench::stack
