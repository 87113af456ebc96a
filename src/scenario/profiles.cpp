#include "scenario/profiles.h"

#include <algorithm>
#include <array>

namespace votebench::scenario {

std::span<const Profile> profiles() {
  static const std::array<Profile, 4> kProfiles{{
      {"dockersamples",
       "POST /, one row per voter, last vote wins, connections closed after each "
       "answer",
       8080,
       "/",
       {200},
       {400, 404, 405},
       false,
       WorkerModel::serial,
       TableModel::last_wins},
      {"append-table",
       "as dockersamples, but every vote is a row of its own",
       8080,
       "/",
       {200},
       {400, 404, 405},
       false,
       WorkerModel::serial,
       TableModel::append},
      {"always-200",
       "POST /vote (/ answers 405), and 200 even when the queue is down",
       80,
       "/vote",
       {200},
       {400, 404, 405},
       false,
       WorkerModel::serial,
       TableModel::append},
      {"keep-alive",
       "as dockersamples, but connections are kept open for 2 s",
       8080,
       "/",
       {200},
       {400, 404, 405},
       true,
       WorkerModel::serial,
       TableModel::last_wins},
  }};
  return kProfiles;
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
  target.queue.reset();
  target.rows.reset();
  return target;
}

}  // namespace votebench::scenario
