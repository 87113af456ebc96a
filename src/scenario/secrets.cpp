#include "scenario/secrets.h"

#include <fmt/format.h>

#include <optional>

#include "core/text.h"

namespace votebench::scenario {
namespace {

constexpr std::string_view kForm =
    "write { env: NAME } or { file: PATH }, with optional: true if "
    "it may be absent";

struct SecretReference {
  Secret::Origin origin = Secret::Origin::unknown;
  const Node* name = nullptr;
  bool optional = false;
};

// Nothing when the mapping has another form.
std::optional<SecretReference> parse_reference(const Node& node) {
  SecretReference reference;
  for (const Member& member : node.members) {
    if (member.value.kind != Node::Kind::scalar || member.value.text.empty()) return std::nullopt;
    if (member.name == "optional") {
      if (member.value.text != "true" && member.value.text != "false") return std::nullopt;
      reference.optional = member.value.text == "true";
      continue;
    }
    const bool environment = member.name == "env";
    if ((!environment && member.name != "file") || reference.name != nullptr) return std::nullopt;
    reference.origin = environment ? Secret::Origin::environment : Secret::Origin::file;
    reference.name = &member.value;
  }
  if (reference.name == nullptr) return std::nullopt;
  return reference;
}

// The secret, nothing when it is not there, or why it cannot be read.
Result<std::optional<std::string>> look_up(const SecretReference& reference,
                                           const ParseOptions& options) {
  const std::string& name = reference.name->text;
  if (reference.origin == Secret::Origin::environment)
    return options.environment ? options.environment(name) : std::nullopt;
  if (!options.read_secret_file) return std::nullopt;
  auto content = options.read_secret_file(name);
  if (!content || !*content) return content;
  while ((*content)->ends_with('\n') || (*content)->ends_with('\r')) (*content)->pop_back();
  return content;
}

}  // namespace

bool read_secret(Node& node, const std::string& path, Context& context) {
  if (node.kind != Node::Kind::mapping) {
    context.add(DiagnosticId::literal_secret, node.span, path,
                "a secret must not stand in a scenario", std::string(kForm));
    return false;
  }
  const auto reference = parse_reference(node);
  if (!reference) {
    context.add(DiagnosticId::secret_reference, node.span, path, "this does not refer to a secret",
                std::string(kForm));
    return false;
  }
  if (reference->name->broken) return false;
  const auto found = look_up(*reference, context.options);
  if (!found || (!*found && !reference->optional)) {
    const bool variable = reference->origin == Secret::Origin::environment;
    context.add(DiagnosticId::secret_unavailable, reference->name->span, path,
                !found     ? "the secret cannot be read: " + printable(found.error().message)
                : variable ? "the variable of the secret is not set"
                           : "the file of the secret does not exist",
                "provide it, or add optional: true if it may be absent");
    return false;
  }
  node.value = Secret(found->value_or(""), reference->origin, reference->name->text);
  return true;
}

}  // namespace votebench::scenario
