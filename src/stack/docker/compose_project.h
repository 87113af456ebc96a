// What `stack up compose` decides once and every later command reads back: the project's name, its
// ports, images and passwords, in artifacts/NAME/stack.env and artifacts/NAME/secrets/.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/result.h"
#include "process/child.h"
#include "stack/stack_id.h"
#include "vote/target_settings.h"

namespace votebench::stack {

// Whose images run: built from this repository, or the original ones of the example voting app.
enum class ImageSet { ours, dockersamples };

[[nodiscard]] std::optional<ImageSet> parse_image_set(std::string_view word);
[[nodiscard]] std::string_view word_of(ImageSet images);

// NAME=VALUE lines, as `docker compose --env-file` reads them. The names are those of
// infra/compose/compose.yaml, and:
//   COMPOSE_PROJECT_NAME   votebench-NAME-xxxx: no other stack of this machine has it
//   VOTEBENCH_INFRA        the folder infra/ that the stack was made from
//   VOTEBENCH_IMAGES       ours, dockersamples
//   VOTES_PROFILE          the variant (ours only)
//   BUILD_CONTEXT          artifacts/NAME/images, where infra/ was installed without the source
struct ComposeProject {
  StackId id;  // artifacts is absolute
  std::map<std::string, std::string> variables;

  [[nodiscard]] const std::string& value(const std::string& name) const;
  [[nodiscard]] const std::string& name() const { return value("COMPOSE_PROJECT_NAME"); }
  [[nodiscard]] ImageSet images() const;
  [[nodiscard]] std::filesystem::path compose_folder() const;
  // What makes BUILD_CONTEXT of the installed programs; without arguments: nothing has to.
  [[nodiscard]] process::Command context_command() const;
  [[nodiscard]] std::filesystem::path log() const { return id.log_file("compose"); }
};

[[nodiscard]] std::filesystem::path variables_file(const StackId& id);  // stack.env

struct ComposeChoice {
  StackId id;
  ImageSet images = ImageSet::ours;
  std::string variant = "reference";
  std::filesystem::path infra;  // empty: ./infra, or beside the program's source tree
};

// The project of this name: as it was made before, so that an interrupted `stack up` is resumed, or
// a new one with free loopback ports and fresh passwords. Errors: usage (it exists with other
// images or another variant), environment (no compose file found, nothing can be written).
[[nodiscard]] Result<ComposeProject> make_or_resume(const ComposeChoice& choice);

// Error (environment): nothing is up under this name.
[[nodiscard]] Result<ComposeProject> load_project(const StackId& id);

// The stack as a target on loopback ports; passwords by reference to their files.
[[nodiscard]] Result<TargetSettings> target_settings(const ComposeProject& project);

// Removes what make_or_resume wrote, and target and record; the log stays.
void forget_project(const ComposeProject& project);

}  // namespace votebench::stack
