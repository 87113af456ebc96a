// Contract profiles: how the voting apps that people run behave. A profile fills the defaults of a
// target; every key can be overridden.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vote/target_settings.h"

namespace votebench::scenario {

struct Profile {
  std::string_view name;
  std::uint16_t port;  // where the app's own deployment publishes it
  std::string_view path;
  std::vector<int> accepted;
  std::vector<int> rejected;  // statuses decided before the push
  WorkerModel worker;
};

[[nodiscard]] std::span<const Profile> profiles();
[[nodiscard]] std::vector<std::string> profile_names();
// nullptr: no such profile.
[[nodiscard]] const Profile* find_profile(std::string_view name);

// A target of this profile on this machine. Queue and table are absent until they are named.
[[nodiscard]] TargetSettings profile_settings(const Profile& profile);

// What a block of the target file says when it says nothing: the stock apps' services, on this
// machine.
[[nodiscard]] QueueSettings redis_list();
[[nodiscard]] QueueSettings redis_stream();
[[nodiscard]] RowSettings postgres_table();
[[nodiscard]] RowSettings vote_counters();

}  // namespace votebench::scenario
