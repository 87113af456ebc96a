#include "report/compare/differences.h"

#include <algorithm>
#include <array>
#include <optional>

#include "report/words.h"

namespace votebench::report {
namespace {

// Facts that a run measures, or that say how it reached its target. All others (the generator's
// machine, the services' versions) make one environment's numbers another's.
constexpr std::array<std::string_view, 8> kOfOneRun{"commit times", "drain rate", "table",
                                                    "queued by", "taken by", "tunnel",
                                                    // as earlier versions had it
                                                    "table model", "choices in the table"};

void add_once(std::vector<std::string>& values, const std::string& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

std::string value_of(const Settings& settings, std::string_view name) {
  for (const auto& [key, value] : settings)
    if (key == name) return value;
  return std::string(kNotMeasured);
}

struct Sides {
  const Runs& a;
  const Runs& b;
};

// The values that the runs have; `value_of_run` has none for a run that does not count here.
template <typename ValueOf>
void add_difference(std::vector<Difference>& found, const Sides& sides, std::string_view name,
                    ValueOf value_of_run) {
  Difference difference{std::string(name), {}, {}};
  std::vector<std::string> all;
  const auto add = [&](const Runs& side, std::vector<std::string>& values) {
    for (const RunFigures* run : side)
      if (const std::optional<std::string> value = value_of_run(*run)) {
        add_once(values, *value);
        add_once(all, *value);
      }
  };
  add(sides.a, difference.a);
  add(sides.b, difference.b);
  if (all.size() > 1) found.push_back(std::move(difference));
}

std::string major_minor(const std::string& version) {
  return version.substr(0, version.find('.', version.find('.') + 1));
}

std::vector<std::string> names_in(const Sides& sides, Settings RunFigures::*settings) {
  std::vector<std::string> names;
  for (const Runs* side : {&sides.a, &sides.b})
    for (const RunFigures* run : *side)
      for (const auto& [name, value] : run->*settings) add_once(names, name);
  return names;
}

// Every stack of our own gets a port of its own on loopback; that is no other target.
std::string target_of(const RunFigures& run) {
  constexpr std::string_view kLoopback = "127.0.0.1:";
  std::string target = run.target;
  const std::size_t at = target.find(kLoopback);
  if (!run.own_stack || at == std::string::npos) return target;
  const std::size_t port = at + kLoopback.size();
  return target.erase(port - 1, target.find_first_not_of("0123456789", port) - port + 1);
}

// A run that was not audited did not come to know all of its environment.
template <typename Value>
auto of_audited(Value value) {
  return [value](const RunFigures& run) {
    return is_audited(run) ? std::optional<std::string>(value(run)) : std::nullopt;
  };
}

}  // namespace

bool is_audited(const RunFigures& run) { return run.audited && run.audit != VerdictKind::broken; }

Differences differences(const Runs& a, const Runs& b) {
  const Sides sides{a, b};
  Differences found;
  for (const std::string& name : names_in(sides, &RunFigures::settings))
    add_difference(found.scenario, sides, name, [&](const RunFigures& run) {
      return std::optional(value_of(run.settings, name));
    });
  for (const std::string& name : names_in(sides, &RunFigures::environment))
    if (std::ranges::find(kOfOneRun, name) == kOfOneRun.end())
      add_difference(found.environment, sides, name, of_audited([&](const RunFigures& run) {
                       return value_of(run.environment, name);
                     }));
  add_difference(found.environment, sides, "votebench",
                 of_audited([](const RunFigures& run) { return major_minor(run.version); }));
  add_difference(found.remarks, sides, "target", of_audited(target_of));
  return found;
}

}  // namespace votebench::report
