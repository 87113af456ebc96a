#include "adapters/redis/redis_sent_on.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <string>
#include <vector>

#include "adapters/redis/redis_connection.h"
#include "adapters/redis/redis_text.h"
#include "core/number.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

constexpr std::size_t kMostMasters = 4;

// The URL of the same database there.
std::string url_at(const QueueSettings& asked, HostPort there) {
  QueueSettings settings = asked;
  settings.path.clear();
  settings.host = std::move(there.host);
  settings.port = there.port;
  return printable(settings.where(), 200);
}

HostPort place_of(std::string_view host, std::string_view port) {
  return {std::string(host), whole_number<std::uint16_t>(port).value_or(0)};
}

// Of a list of names and values by turns.
std::string_view value_of(const redisReply& fields, std::string_view name) {
  for (std::size_t i = 0; i + 1 < fields.elements; i += 2)
    if (text_of(*fields.element[i]) == name) return text_of(*fields.element[i + 1]);
  return {};
}

}  // namespace

std::optional<Error> moved_to(std::string_view error, const QueueSettings& asked,
                              std::string_view block) {
  if (!error.starts_with("MOVED ")) return std::nullopt;
  const std::string_view place = error.substr(error.rfind(' ') + 1);
  const std::size_t colon = std::min(place.rfind(':'), place.size());
  // Without a host it is the one that was asked.
  const HostPort node = place_of(colon == 0 ? std::string_view(asked.host) : place.substr(0, colon),
                                 place.substr(std::min(colon + 1, place.size())));
  return Error{ErrorKind::environment,
               fmt::format("{} is a node of a cluster, and another one holds what is asked for: {}",
                           asked.where(), printable(node.text(), 200)),
               fmt::format("say {}.url: {} (votebench looks at one node, and does not follow when "
                           "the cluster moves the key)",
                           block, url_at(asked, node))};
}

std::optional<Error> watched_by(std::string_view info, const redisReply& masters,
                                const QueueSettings& asked, std::string_view block) {
  if (info_field(info, "redis_mode") != "sentinel") return std::nullopt;
  std::vector<std::string> names;
  std::string url;
  for (std::size_t i = 0; i < std::min(masters.elements, kMostMasters); ++i) {
    const redisReply& master = *masters.element[i];
    const HostPort place = place_of(value_of(master, "ip"), value_of(master, "port"));
    names.push_back(fmt::format("{} at {}", printable(value_of(master, "name"), 60),
                                printable(place.text(), 200)));
    if (url.empty()) url = url_at(asked, place);
  }
  return Error{ErrorKind::environment,
               fmt::format("{} is a Sentinel, which holds no data; it watches {}", asked.where(),
                           names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "))),
               fmt::format("say {}.url: {} (the master's; after a failover it is another one)",
                           block, url.empty() ? "redis://HOST:PORT/0" : url)};
}

}  // namespace votebench::adapters
