#include "stack/local/guardian_options.h"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "core/number.h"
#include "core/text.h"

namespace votebench::stack {
namespace {

bool read_count(const std::string& text, std::optional<std::uint32_t>& count) {
  count = whole_number<std::uint32_t>(text);
  return count.has_value();
}

bool read_time(const std::string& text, std::optional<Nanoseconds>& time) {
  time = parse_duration(text);
  return time.has_value();
}

template <typename Text>
bool read_text(const std::string& text, Text& value) {
  value = text;
  return true;
}

bool assign(const std::string& key, const std::string& text, LocalStackOptions& options) {
  WorkerKnobs& worker = options.worker;
  if (key == "name") return read_text(text, options.id.name);
  if (key == "artifacts") return read_text(text, options.id.artifacts);
  if (key == "variant") return read_text(text, options.variant);
  if (key == "votestack") return read_text(text, options.votestack);
  if (key == "truth-log") return options.truth_log = text == "yes";
  if (key == "workers") return read_count(text, worker.workers);
  if (key == "batch") return read_count(text, worker.batch);
  if (key == "poll") return read_time(text, worker.poll);
  if (key == "hold") return read_time(text, worker.hold);
  if (key == "order") return read_text(text, worker.order);
  return false;
}

template <typename Value, typename Format>
std::string text_of(const std::optional<Value>& value, Format format) {
  return value ? format(*value) : std::string();
}

}  // namespace

std::vector<std::string> to_arguments(const LocalStackOptions& options) {
  const auto count = [](std::uint32_t value) { return std::to_string(value); };
  const WorkerKnobs& worker = options.worker;
  const std::vector<std::pair<std::string, std::string>> values{
      {"name", options.id.name},
      {"artifacts", options.id.artifacts.string()},
      {"variant", options.variant},
      {"votestack", options.votestack.string()},
      {"truth-log", options.truth_log ? "yes" : ""},
      {"workers", text_of(worker.workers, count)},
      {"batch", text_of(worker.batch, count)},
      {"poll", text_of(worker.poll, duration_literal)},
      {"hold", text_of(worker.hold, duration_literal)},
      {"order", worker.order}};
  std::vector<std::string> arguments;
  for (const auto& [key, value] : values)
    if (!value.empty()) arguments.push_back(fmt::format("{}={}", key, value));
  return arguments;
}

Result<LocalStackOptions> from_arguments(std::span<const std::string> arguments) {
  LocalStackOptions options;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos ||
        !assign(argument.substr(0, equals), argument.substr(equals + 1), options))
      return fail(ErrorKind::internal, fmt::format("not for a guardian: '{}'", argument));
  }
  return options;
}

}  // namespace votebench::stack
