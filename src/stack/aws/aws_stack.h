// The voting stack on AWS, three tiers: a thin driver of infra/aws/stack, which runs Terraform and
// Ansible. What it keeps in artifacts/NAME/ is in infra/README.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/os.h"
#include "core/result.h"
#include "stack/progress.h"
#include "stack/stack_id.h"

namespace votebench::stack {

struct AwsChoice {
  StackId id{"artifacts", "aws"};
  std::filesystem::path infra;              // empty: ./infra, or beside the program's source tree
  std::filesystem::path variables;          // Terraform's; empty: those of the last time
  std::filesystem::path ansible_variables;  // the same
};

// What somebody said yes to beforehand; `ask` puts the rest to a person (empty: nobody is there).
struct AwsConsent {
  bool costs = false;
  bool destruction = false;
  std::function<bool(std::string_view question)> ask{};
};

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
  // Error (usage): it costs money, or it destroys or replaces, and nobody agrees to that.
  [[nodiscard]] Result<> agree(const AwsConsent& consent);
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

// True when the stack artifacts/NAME is on AWS, whole or in part.
[[nodiscard]] bool is_aws(const StackId& id);

// Destroys it and proves that nothing is left. May be repeated.
[[nodiscard]] Result<> aws_down(const StackId& id, const Progress& progress,
                                std::stop_token stop = {});

// "status", "check" and "reset" of infra/aws/stack; what they say goes to `progress`.
[[nodiscard]] Result<> aws_verb(const StackId& id, const std::string& verb,
                                const Progress& progress, std::stop_token stop = {});

// The last `lines` of each service's log, or of one `service` (empty: all), line by line to
// `print`.
[[nodiscard]] Result<> aws_logs(const StackId& id, const std::string& service, std::size_t lines,
                                const Progress& print);

}  // namespace votebench::stack
