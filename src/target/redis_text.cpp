#include "target/redis_text.h"

#include <nlohmann/json.hpp>

#include "core/number.h"

namespace votebench::target {
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

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

QueueClient parse_client(std::string_view line) {
  QueueClient client;
  while (!line.empty()) {
    std::string_view value = next_piece(line, ' ');
    const std::string_view key = next_piece(value, '=');
    if (key == "id") client.id = to_number(value);
    if (key == "addr") client.address = value;
    if (key == "name") client.name = value;
    if (key == "cmd") client.command = lower_case(value);
    if (key == "idle") client.idle_s = to_number(value);
    if (key == "flags") client.blocked = value.find('b') != std::string_view::npos;
  }
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

}  // namespace votebench::target
