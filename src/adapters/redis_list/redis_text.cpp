#include "adapters/redis_list/redis_text.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/number.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

std::uint64_t to_number(std::string_view text) {
  return whole_number<std::uint64_t>(text).value_or(0);
}

// Cuts the next piece up to `separator` off the front of `text`.
std::string_view next_piece(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

// The value behind "key=" in "a=1,key=2".
std::string_view list_value(std::string_view list, std::string_view key) {
  while (!list.empty()) {
    std::string_view pair = next_piece(list, ',');
    if (next_piece(pair, '=') == key) return pair;
  }
  return {};
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A pop or move that waits when the list is empty.
bool is_blocking_pop(std::string_view command) {
  static constexpr std::array<std::string_view, 5> kWords{"blpop", "brpop", "blmpop", "blmove",
                                                          "brpoplpush"};
  return contains(kWords, command);
}

bool is_pop(std::string_view command) {
  static constexpr std::array<std::string_view, 5> kWords{"lpop", "rpop", "lmpop", "lmove",
                                                          "rpoplpush"};
  return contains(kWords, command) || is_blocking_pop(command);
}

// Other removals, and what may hide one or a pop.
bool may_remove(std::string_view command) {
  static constexpr std::array<std::string_view, 6> kWords{"lrem",    "ltrim", "eval",
                                                          "evalsha", "fcall", "exec"};
  return contains(kWords, command);
}

QueueClient parse_client(std::string_view line) {
  QueueClient client;
  bool blocked = false;
  while (!line.empty()) {
    std::string_view value = next_piece(line, ' ');
    const std::string_view key = next_piece(value, '=');
    if (key == "id") client.id = to_number(value);
    if (key == "addr") client.address = value;
    if (key == "name") client.name = value;
    if (key == "cmd") client.command = lower_case(value);
    if (key == "idle") client.idle_s = to_number(value);
    if (key == "flags") blocked = value.find('b') != std::string_view::npos;
  }
  client.asks = is_pop(client.command);
  client.waits = blocked && is_blocking_pop(client.command);
  client.takes = client.asks || may_remove(client.command);
  return client;
}

}  // namespace

std::string_view info_field(std::string_view info, std::string_view field) {
  while (!info.empty()) {
    std::string_view line = next_piece(info, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(field) && line.substr(field.size()).starts_with(':'))
      return line.substr(field.size() + 1);
  }
  return {};
}

std::uint64_t info_number(std::string_view info, std::string_view field) {
  return to_number(info_field(info, field));
}

CommandCalls command_calls(std::string_view info, std::string_view command) {
  const std::string_view stats = info_field(info, "cmdstat_" + std::string(command));
  return {to_number(list_value(stats, "calls")), to_number(list_value(stats, "failed_calls"))};
}

std::vector<QueueClient> parse_client_list(std::string_view text) {
  std::vector<QueueClient> clients;
  while (!text.empty()) {
    const std::string_view line = next_piece(text, '\n');
    if (!line.empty()) clients.push_back(parse_client(line));
  }
  return clients;
}

std::optional<QueueElement> parse_payload(std::string_view payload) {
  const auto json = nlohmann::json::parse(payload, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto voter = json.find("voter_id");
  const auto vote = json.find("vote");
  if (voter == json.end() || vote == json.end() || !voter->is_string() || !vote->is_string())
    return std::nullopt;
  return QueueElement{voter->get<std::string>(), vote->get<std::string>()};
}

}  // namespace votebench::adapters
