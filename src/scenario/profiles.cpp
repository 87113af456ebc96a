#include "scenario/profiles.h"

#include <algorithm>
#include <array>

namespace votebench::scenario {

std::span<const Profile> profiles() {
  static const std::vector<int> kAccepted{200};
  static const std::vector<int> kRejected{400, 404, 405};
  static const std::array<Profile, 4> kProfiles{{
      // POST /, one row per voter, the last vote wins, connections closed after each answer.
      {"dockersamples", 8080, "/", kAccepted, kRejected, WorkerModel::serial},
      // As dockersamples, but every vote is a row of its own.
      {"append-table", 8080, "/", kAccepted, kRejected, WorkerModel::serial},
      // POST /vote (/ answers 405), and 200 even when the queue is down.
      {"always-200", 80, "/vote", kAccepted, kRejected, WorkerModel::serial},
      // As dockersamples, but connections are kept open for 2 s.
      {"keep-alive", 8080, "/", kAccepted, kRejected, WorkerModel::serial},
  }};
  return kProfiles;
}

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (const Profile& profile : profiles()) names.emplace_back(profile.name);
  return names;
}

const Profile* find_profile(std::string_view name) {
  const auto all = profiles();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Profile& profile) { return profile.name == name; });
  return found == all.end() ? nullptr : &*found;
}

TargetSettings profile_settings(const Profile& profile) {
  TargetSettings target;
  target.profile = profile.name;
  target.vote.host = "127.0.0.1";
  target.vote.port = profile.port;
  target.vote.path = profile.path;
  target.vote.accepted = profile.accepted;
  target.vote.rejected = profile.rejected;
  target.worker = profile.worker;
  return target;
}

QueueSettings redis_list() {
  QueueSettings queue;
  queue.kind = "redis";
  queue.port = 6379;
  return queue;
}

QueueSettings redis_stream() {
  QueueSettings queue = redis_list();
  queue.kind = "redis_stream";
  return queue;
}

RowSettings postgres_table() {
  RowSettings rows;
  rows.kind = "postgres";
  rows.url = "postgresql://postgres@127.0.0.1/postgres";
  return rows;
}

RowSettings vote_counters() {
  RowSettings rows = postgres_table();
  rows.kind = "counters";
  rows.counters.emplace().server = redis_list();
  return rows;
}

}  // namespace votebench::scenario
