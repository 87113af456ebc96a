// The voting stack on AWS, three tiers: its row in the table of kinds, and a thin driver of
// infra/aws/stack, which runs Terraform and Ansible. What that keeps in artifacts/NAME/ is in
// infra/README.md.
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
#include "stack/kind.h"
#include "stack/lock.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

constexpr char kScript[] = "aws/stack";
constexpr int kUsage = 2;  // the script's status when something must be said first
constexpr auto kLimit = std::chrono::hours(2);
// Terraform ends in order, and its state must be written, whatever AWS is busy with.
constexpr auto kGrace = std::chrono::minutes(10);

constexpr KindOption kAwsOptions[] = {
    {.flag = "--infra", .help = "this repository's folder infra", .in_run = false},
    {.flag = "--vars", .help = "variables for Terraform (tfvars)"},
    {.flag = "--ansible-vars", .help = "variables for Ansible (YAML)"},
    {.flag = "--allow-destroy",
     .help = "do not ask before something is destroyed or replaced",
     .consent = true,
     .is_switch = true}};

struct AwsChoice {
  StackId id{"artifacts", "aws"};
  std::filesystem::path infra;              // empty: ./infra, or beside the program's source tree
  std::filesystem::path variables;          // Terraform's; empty: those of the last time
  std::filesystem::path ansible_variables;  // the same
};

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
                        const Progress& progress, std::stop_token stop = {}) {
  TRY_ASSIGN(
      const AwsChoice where,
      with_absolute_paths({.id = id, .infra = {}, .variables = {}, .ansible_variables = {}}));
  TRY_ASSIGN(const FileDescriptor held, lock_or_refuse(where.id));
  return drive(where, words, progress, std::move(stop));
}

// True when the stack artifacts/NAME is on AWS, whole or in part.
bool is_aws(const StackId& id) {
  std::error_code error;
  return check_name(id.name) && fs::exists(made_file(id), error);
}

bool agreed(bool beforehand, const Hooks& hooks, std::string_view question) {
  return beforehand || (hooks.ask && hooks.ask(question));
}

// What bringing a stack up would do. No other votebench works on the stack meanwhile.
class AwsPlan {
 public:
  // Says what would be made, what of it costs money and what would be destroyed; makes nothing on
  // AWS. Errors: usage (no variables yet; another region, account or state than the stack's),
  // environment (no Terraform, no credentials, a plan that is not the flow matrix).
  [[nodiscard]] static Result<AwsPlan> make(const AwsChoice& choice, const Progress& progress,
                                            std::stop_token stop = {});
  AwsPlan(AwsPlan&&) noexcept = default;
  AwsPlan& operator=(AwsPlan&&) = delete;
  ~AwsPlan();  // not applied: the stack's folder is as it was before

  // True when something of the stack is on AWS already, whoever made it.
  [[nodiscard]] bool was_there() const;
  // `destruction`: it was agreed to beforehand. Error (usage): it costs money, or it destroys or
  // replaces, and nobody agrees to that.
  [[nodiscard]] Result<> agree(const Hooks& hooks, bool destruction);
  // Makes it, writes target.yaml, and runs the services: minutes. What an interrupted or failed
  // call left half done is completed by planning and applying again. Refused (usage) when it
  // destroys or replaces, and agree() did not let that pass.
  [[nodiscard]] Result<> apply(const Progress& progress, std::stop_token stop = {}) &&;

 private:
  AwsPlan(AwsChoice choice, FileDescriptor lock);

  AwsChoice choice_;
  FileDescriptor lock_;  // gone with what it is moved to, or when it was applied
  bool destruction_agreed_ = false;
};

AwsPlan::AwsPlan(AwsChoice choice, FileDescriptor lock)
    : choice_(std::move(choice)), lock_(std::move(lock)) {}

Result<AwsPlan> AwsPlan::make(const AwsChoice& choice, const Progress& progress,
                              std::stop_token stop) {
  TRY_ASSIGN(AwsChoice where, with_absolute_paths(choice));
  TRY_ASSIGN(FileDescriptor held, lock_or_refuse(where.id));
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

Result<> AwsPlan::agree(const Hooks& hooks, bool destruction) {
  std::error_code error;
  const std::string doomed = read_file(proposed(choice_.id, "destroyed")).value_or("");
  const auto count = static_cast<std::size_t>(std::ranges::count(doomed, '\n'));
  destruction_agreed_ =
      count > 0 && agreed(destruction, hooks, fmt::format("Destroy or replace these {}?", count));
  if (count > 0 && !destruction_agreed_)
    return fail(ErrorKind::usage,
                fmt::format("nothing was changed: the plan destroys or replaces {}", count),
                fmt::format("--allow-destroy agrees, --yes does not; which ones is in {}",
                            choice_.id.log_file("aws").string()));
  const bool changes = fs::exists(proposed(choice_.id, "plan"), error);
  if (changes &&
      !agreed(hooks.costs_agreed, hooks, "Make all this on AWS, which costs money from now on?"))
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

class RunningAws final : public RunningStack {
 public:
  RunningAws(StackId id, TargetSettings settings) : id_(std::move(id)) {
    target = std::move(settings);
  }

  [[nodiscard]] Result<> control(std::string_view /*verb*/,
                                 std::string_view /*service*/) const override {
    return fail(ErrorKind::internal, "a stack on AWS cannot be controlled");  // none is in its row
  }
  [[nodiscard]] Result<> take_down() override {
    return drive_existing(id_, {"down"}, [](std::string_view) {});
  }

 private:
  StackId id_;
};

Result<std::unique_ptr<RunningStack>> made(const AwsChoice& choice, AwsPlan plan,
                                           const Hooks& hooks) {
  TRY(std::move(plan).apply(hooks.progress, hooks.stop));
  TRY_ASSIGN(TargetSettings settings, read_target(choice.id));
  return std::make_unique<RunningAws>(choice.id, std::move(settings));
}

Result<std::unique_ptr<RunningStack>> aws_up(const Wanted& wanted, const Hooks& hooks) {
  const AwsChoice choice{.id = wanted.id,
                         .infra = value_of(wanted.options, "--infra"),
                         .variables = value_of(wanted.options, "--vars"),
                         .ansible_variables = value_of(wanted.options, "--ansible-vars")};
  TRY_ASSIGN(AwsPlan plan, AwsPlan::make(choice, hooks.progress, hooks.stop));
  TRY(plan.agree(hooks, wanted.options.contains("--allow-destroy")));
  const bool made_here = !plan.was_there();
  auto running = made(choice, std::move(plan), hooks);
  if (running) (*running)->made_here = made_here;
  if (!running && wanted.for_run && made_here)
    if (const auto ended = drive_existing(choice.id, {"down"}, [](std::string_view) {}); !ended)
      print_err("votebench: error: {}\n", ended.error().message);
  return running;
}

Result<> aws_down(const StackId& id, const Hooks& hooks) {
  return drive_existing(id, {"down"}, hooks.progress, hooks.stop);
}

Result<> aws_status(const StackId& id, const Progress& print) {
  return drive_existing(id, {"status"}, print);
}

Result<> aws_check(const StackId& id, const Hooks& hooks) {
  return drive_existing(id, {"check"}, hooks.progress);
}

Result<> aws_logs(const StackId& id, const LogRequest& request, const Progress& print) {
  std::vector<std::string> words{"logs", "--lines", std::to_string(request.lines)};
  if (!request.service.empty()) words.insert(words.end(), {"--service", request.service});
  return drive_existing(id, words, print);
}

Result<> aws_reset(const StackId& id, const Progress& progress) {
  return drive_existing(id, {"reset"}, progress);
}

}  // namespace

extern const Kind kAwsKind;
const Kind kAwsKind{.name = "aws",
                    .options = kAwsOptions,
                    .faults = {},
                    .costs_money = true,
                    .is_there = is_aws,
                    .bring_up = aws_up,
                    .down = aws_down,
                    .status = aws_status,
                    .check = aws_check,
                    .logs = aws_logs,
                    .reset = aws_reset};

}  // namespace votebench::stack
