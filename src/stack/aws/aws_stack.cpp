#include "stack/aws/aws_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "core/os.h"
#include "core/print.h"
#include "core/text.h"
#include "process/run.h"
#include "stack/infra_folder.h"
#include "stack/lock.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

constexpr char kScript[] = "aws/stack";
constexpr int kUsage = 2;  // the script's status when something must be said first
constexpr auto kLimit = std::chrono::hours(2);
// Terraform ends in order, and its state must be written, whatever AWS is busy with.
constexpr auto kGrace = std::chrono::minutes(10);

fs::path made_file(const StackId& id) { return id.directory() / "made"; }
// What the script's `plan` proposes: "plan" is there when something changes, "destroyed" lists what
// would go, "there" says that something is on AWS.
fs::path proposed(const StackId& id, const char* file) {
  return id.directory() / "proposed" / file;
}

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

Result<FileDescriptor> lock(const StackId& id) {
  TRY_ASSIGN(std::optional<FileDescriptor> held, try_lock(id));
  if (held) return std::move(*held);
  return fail(ErrorKind::environment,
              fmt::format("another votebench is working on stack '{}'", id.name),
              "wait for it, or name another stack with --as");
}

// One verb of the script with its options; its lines are the progress. `where` has absolute paths
// and is locked.
Result<> drive(const AwsChoice& where, const std::vector<std::string>& words,
               const Progress& progress, std::stop_token stop) {
  process::Command command{.argv = {(where.infra / kScript).string()}};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.argv.push_back(where.id.directory().string());
  if (!where.variables.empty())
    command.argv.insert(command.argv.end(), {"--vars", where.variables.string()});
  if (!where.ansible_variables.empty())
    command.argv.insert(command.argv.end(), {"--ansible-vars", where.ansible_variables.string()});
  const process::RunOptions options{
      .limit = kLimit,
      .grace = kGrace,
      .stop = std::move(stop),
      .on_line = [&](std::string_view line) { progress(printable(line, 500)); }};
  const auto outcome = process::run(command, options);
  if (!outcome) return in_words(where.id, outcome.error().message);
  if (outcome->succeeded()) return {};
  if (!outcome->cut_short.empty())
    return in_words(where.id, fmt::format("{} {}", command.argv[0], outcome->words()));
  if (outcome->exit_status() == kUsage) return fail(ErrorKind::usage, safe_lines(outcome->errors));
  return in_words(where.id, outcome->errors);
}

// A verb on a stack that is there: what it was told stands in its folder.
Result<> drive_existing(const StackId& id, const std::vector<std::string>& words,
                        const Progress& progress, std::stop_token stop) {
  TRY_ASSIGN(
      const AwsChoice where,
      with_absolute_paths({.id = id, .infra = {}, .variables = {}, .ansible_variables = {}}));
  TRY_ASSIGN(const FileDescriptor held, lock(where.id));
  return drive(where, words, progress, std::move(stop));
}

bool agreed(bool beforehand, const AwsConsent& consent, std::string_view question) {
  return beforehand || (consent.ask && consent.ask(question));
}

}  // namespace

AwsPlan::AwsPlan(AwsChoice choice, FileDescriptor lock)
    : choice_(std::move(choice)), lock_(std::move(lock)) {}

Result<AwsPlan> AwsPlan::make(const AwsChoice& choice, const Progress& progress,
                              std::stop_token stop) {
  TRY_ASSIGN(AwsChoice where, with_absolute_paths(choice));
  TRY_ASSIGN(FileDescriptor held, lock(where.id));
  TRY(drive(where, {"plan"}, progress, std::move(stop)));
  where.variables.clear();  // the proposal has them
  where.ansible_variables.clear();
  return AwsPlan(std::move(where), std::move(held));
}

AwsPlan::~AwsPlan() {
  if (!lock_) return;
  if (const auto dropped = drive(choice_, {"discard"}, [](std::string_view) {}, {}); !dropped)
    print_err("votebench: error: {}\n", dropped.error().message);
}

bool AwsPlan::was_there() const {
  std::error_code error;
  return is_aws(choice_.id) || fs::exists(proposed(choice_.id, "there"), error);
}

Result<> AwsPlan::agree(const AwsConsent& consent) {
  std::error_code error;
  const std::string doomed = read_file(proposed(choice_.id, "destroyed")).value_or("");
  const auto count = static_cast<std::size_t>(std::ranges::count(doomed, '\n'));
  destruction_agreed_ = count > 0 && agreed(consent.destruction, consent,
                                            fmt::format("Destroy or replace these {}?", count));
  if (count > 0 && !destruction_agreed_)
    return fail(ErrorKind::usage,
                fmt::format("nothing was changed: the plan destroys or replaces {}", count),
                fmt::format("--allow-destroy agrees, --yes does not; which ones is in {}",
                            choice_.id.log_file("aws").string()));
  const bool changes = fs::exists(proposed(choice_.id, "plan"), error);
  if (changes &&
      !agreed(consent.costs, consent, "Make all this on AWS, which costs money from now on?"))
    return fail(ErrorKind::usage, "nothing was made: that would cost money",
                "--yes answers without asking; `votebench stack up aws` asks at a terminal");
  return {};
}

Result<> AwsPlan::apply(const Progress& progress, std::stop_token stop) && {
  const FileDescriptor held = std::move(lock_);
  std::vector<std::string> words{"apply"};
  if (destruction_agreed_) words.emplace_back("--allow-destroy");
  return drive(choice_, words, progress, std::move(stop));
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
  return drive_existing(id, {verb}, progress, std::move(stop));
}

Result<> aws_logs(const StackId& id, const std::string& service, std::size_t lines,
                  const Progress& print) {
  std::vector<std::string> words{"logs", "--lines", std::to_string(lines)};
  if (!service.empty()) words.insert(words.end(), {"--service", service});
  return drive_existing(id, words, print, {});
}

}  // namespace votebench::stack
