#include "votestack/ballot.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace votebench::votestack {

using nlohmann::json;

std::string json_string(std::string_view text) {
  return json(text).dump(-1, ' ', true, json::error_handler_t::replace);
}

std::string to_element(const Ballot& ballot) {
  return fmt::format(R"({{"voter_id": {}, "vote": {}}})", json_string(ballot.voter),
                     json_string(ballot.choice));
}

std::optional<Ballot> parse_element(std::string_view element) {
  const json value = json::parse(element, nullptr, false);
  if (!value.is_object()) return std::nullopt;
  const auto voter = value.find("voter_id");
  const auto choice = value.find("vote");
  if (voter == value.end() || !voter->is_string()) return std::nullopt;
  if (choice == value.end() || !choice->is_string()) return std::nullopt;
  return Ballot{voter->get<std::string>(), choice->get<std::string>()};
}

}  // namespace votebench::votestack
