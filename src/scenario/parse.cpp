#include "scenario/parse.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "core/os.h"
#include "scenario/build.h"
#include "scenario/check.h"
#include "scenario/keys.h"
#include "scenario/resolve.h"
#include "scenario/rules.h"
#include "scenario/values.h"
#include "scenario/yaml.h"

namespace votebench::scenario {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The tree with overrides, variables and secrets in place, checked against the table.
std::optional<Node> read_checked(const KeyTree& tree, Context& context) {
  auto root = read_yaml(0, 0, context.diagnostics);
  if (!root) {
    mask_lines(0, context.diagnostics);
    return std::nullopt;
  }
  if (root->kind == Node::Kind::null) {
    context.diagnostics.add({DiagnosticId::empty_document,
                             {0, 0, 1},
                             "",
                             "the file is empty",
                             "`votebench init` writes one to begin with"});
    return std::nullopt;
  }
  for (const std::string& setting : context.options.overrides)
    apply_override(setting, *root, context);
  mask_secrets(*root, context.diagnostics);
  expand_variables(*root, "", context);
  check_tree(tree, *root, "", context);
  return root;
}

// "scenarios/peak.yaml" -> "peak"; a name that cannot be one becomes "scenario".
std::string name_after(std::string_view source) {
  const std::string stem = std::filesystem::path(source).stem().string();
  return is_name(stem) ? stem : "scenario";
}

template <typename T, typename Build>
Parsed<T> parse(std::string_view text, std::string_view source_name, const ParseOptions& options,
                const KeyTree& tree, Build build) {
  Parsed<T> outcome;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  outcome.diagnostics.add_source(std::string(source_name), std::string(text), false);
  Context context{options, outcome.diagnostics};
  if (const auto root = read_checked(tree, context)) {
    T value = build(*root, context);
    if (outcome.diagnostics.empty()) outcome.value = std::move(value);
  }
  outcome.diagnostics.sort();
  return outcome;
}

}  // namespace

ParseOptions process_options() {
  ParseOptions options;
  options.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  };
  options.read_secret_file = [](const std::string& path) -> Result<std::optional<std::string>> {
    std::error_code error;
    if (std::filesystem::status(path, error).type() == std::filesystem::file_type::not_found)
      return std::optional<std::string>();
    TRY_ASSIGN(std::string content, read_file(path));
    return std::optional<std::string>(std::move(content));
  };
  return options;
}

ParseOutcome parse_scenario(std::string_view text, std::string_view source_name,
                            const ParseOptions& options) {
  return parse<Scenario>(text, source_name, options, scenario_tree(),
                         [&](const Node& root, Context& context) {
                           Scenario scenario = build_scenario(root);
                           scenario.source = source_name;
                           if (scenario.name.empty()) scenario.name = name_after(source_name);
                           check_rules(root, scenario, context);
                           return scenario;
                         });
}

TargetOutcome parse_target(std::string_view text, std::string_view source_name,
                           const ParseOptions& options) {
  return parse<TargetSettings>(
      text, source_name, options, target_tree(), [](const Node& root, Context& context) {
        TargetSettings target = build_target(root);
        check_target_rules(root, target, {"", context.options.choices}, context);
        return target;
      });
}

bool is_target(std::string_view text) {
  Diagnostics unread;
  unread.add_source("", std::string(text), false);
  const auto root = read_yaml(0, 0, unread);
  if (!root) return false;
  const auto known_to = [&](const KeyTree& tree) {
    return std::ranges::count_if(root->members, [&](const Member& member) {
      return tree.find(member.name, kEveryExecutor) != nullptr;
    });
  };
  return known_to(target_tree()) > known_to(scenario_tree());
}

}  // namespace votebench::scenario
