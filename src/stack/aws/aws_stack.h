// The voting stack on AWS, three tiers: a thin driver of infra/aws/stack, which runs Terraform and
// Ansible. What it keeps in artifacts/NAME/ is in infra/README.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>

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

// Says what would be made and what of it costs money; makes nothing on AWS. True when there is
// something to make or change. Errors: usage (no variables yet), environment (no Terraform, no
// credentials, a plan that is not the flow matrix).
[[nodiscard]] Result<bool> aws_plan(const AwsChoice& choice, const Progress& progress,
                                    std::stop_token stop = {});

// Makes what aws_plan planned, writes target.yaml, and runs the services: minutes. What an
// interrupted or failed call left half done is completed by planning and applying again.
[[nodiscard]] Result<> aws_apply(const AwsChoice& choice, const Progress& progress,
                                 std::stop_token stop = {});

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
