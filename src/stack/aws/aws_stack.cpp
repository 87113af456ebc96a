#include "stack/aws/aws_stack.h"

#include <fmt/format.h>

#include <sstream>
#include <utility>
#include <vector>

#include "core/text.h"
#include "stack/infra_folder.h"
#include "stack/lock.h"
#include "stack/tool.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

constexpr char kScript[] = "aws/stack";
constexpr int kUsage = 2;  // the script's status when something must be said first
constexpr auto kLimit = std::chrono::hours(2);
// Terraform ends in order, and its state must be written, whatever AWS is busy with.
constexpr auto kGrace = std::chrono::minutes(10);

fs::path made_file(const StackId& id) { return id.directory() / "made"; }
fs::path plan_file(const StackId& id) { return id.directory() / "plan"; }

Result<AwsChoice> with_absolute_paths(AwsChoice choice) {
  TRY(check_name(choice.id.name));
  TRY_ASSIGN(choice.infra, find_infra(choice.infra, kScript));
  std::error_code error;
  choice.id.artifacts = fs::absolute(choice.id.artifacts, error);
  fs::create_directories(choice.id.directory(), error);
  return choice;
}

// What a tool gave as its reason has several lines.
std::string safe_lines(const std::string& text) {
  std::string safe;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    safe += (safe.empty() ? "" : "\n  ") + printable(line, 500);
  return safe;
}

Failure in_words(const StackId& id, const std::string& reason) {
  return fail(
      ErrorKind::environment, safe_lines(reason),
      fmt::format("all of it is in {}; `{}` goes on, `{}` destroys what is there",
                  id.log_file("aws").string(), up_command(id, "aws"), command_on(id, "down")));
}

// One verb of the script with its options; its lines are the progress.
Result<> drive(const AwsChoice& choice, const std::vector<std::string>& words,
               const Progress& progress, std::stop_token stop) {
  TRY_ASSIGN(const AwsChoice where, with_absolute_paths(choice));
  TRY_ASSIGN(const std::optional<FileDescriptor> lock, try_lock(where.id));
  if (!lock)
    return fail(ErrorKind::environment,
                fmt::format("another votebench is working on stack '{}'", where.id.name),
                "wait for it, or name another stack with --as");
  ToolCall call{.argv = {(where.infra / kScript).string()}};
  call.argv.insert(call.argv.end(), words.begin(), words.end());
  call.argv.push_back(where.id.directory().string());
  if (!where.variables.empty())
    call.argv.insert(call.argv.end(), {"--vars", where.variables.string()});
  if (!where.ansible_variables.empty())
    call.argv.insert(call.argv.end(), {"--ansible-vars", where.ansible_variables.string()});
  call.on_line = [&](std::string_view line) { progress(printable(line, 500)); };
  call.limit = kLimit;
  call.grace = kGrace;
  call.stop = std::move(stop);
  const Result<ToolEnd> end = run_tool(call);
  if (!end) return in_words(where.id, end.error().message);
  if (end->status == kUsage) return fail(ErrorKind::usage, safe_lines(end->errors));
  if (end->status != 0) return in_words(where.id, end->errors);
  return {};
}

// One that is there: what it was told stands in its folder.
AwsChoice existing(const StackId& id) {
  return {.id = id, .infra = {}, .variables = {}, .ansible_variables = {}};
}

}  // namespace

Result<bool> aws_plan(const AwsChoice& choice, const Progress& progress, std::stop_token stop) {
  TRY(drive(choice, {"plan"}, progress, std::move(stop)));
  std::error_code error;
  return fs::exists(plan_file(choice.id), error);
}

Result<> aws_apply(const AwsChoice& choice, const Progress& progress, std::stop_token stop) {
  return drive({.id = choice.id, .infra = choice.infra, .variables = {}, .ansible_variables = {}},
               {"apply"}, progress, std::move(stop));
}

bool is_aws(const StackId& id) {
  std::error_code error;
  return check_name(id.name) && fs::exists(made_file(id), error);
}

Result<> aws_down(const StackId& id, const Progress& progress, std::stop_token stop) {
  return aws_verb(id, "down", progress, std::move(stop));
}

Result<> aws_verb(const StackId& id, const std::string& verb, const Progress& progress,
                  std::stop_token stop) {
  return drive(existing(id), {verb}, progress, std::move(stop));
}

Result<> aws_logs(const StackId& id, const std::string& service, std::size_t lines,
                  const Progress& print) {
  std::vector<std::string> words{"logs", "--lines", std::to_string(lines)};
  if (!service.empty()) words.insert(words.end(), {"--service", service});
  return drive(existing(id), words, print, {});
}

}  // namespace votebench::stack
