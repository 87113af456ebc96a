#include "adapters/redis/redis_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/number.h"
#include "core/text.h"
#include "vote/id_search.h"

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

// What the flags say a client is: it has no way to take an element. A subscriber that speaks the
// third protocol has.
bool cannot_take(std::string_view flags, std::string_view protocol) {
  if (flags.find_first_of("SMO") != std::string_view::npos) return true;
  return flags.find('P') != std::string_view::npos && protocol == "2";
}

void describe_command(QueueClient& client, CommandKind kind, bool waiting) {
  client.blocks = kind == CommandKind::blocking_pop;
  client.asks = client.blocks || kind == CommandKind::pop;
  client.takes = client.asks || kind == CommandKind::removal || kind == CommandKind::settling;
  client.waits = client.blocks && waiting;
  client.pushes = kind == CommandKind::push;
  client.reads = kind == CommandKind::read;
  client.reads_data = client.reads && reads_data(client.command);
}

QueueClient parse_client(std::string_view line, const CommandTable& commands) {
  QueueClient client;
  std::string_view flags;
  std::string_view protocol = "2";  // servers before 7.0 do not say it
  while (!line.empty()) {
    std::string_view value = next_piece(line, ' ');
    const std::string_view key = next_piece(value, '=');
    if (key == "id") client.id = to_number(value);
    if (key == "addr") client.address = value;
    if (key == "name") client.name = value;
    if (key == "cmd") client.command = lower_case(value);
    if (key == "idle") client.idle_s = whole_number<std::uint64_t>(value);
    if (key == "flags") flags = value;
    if (key == "resp") protocol = value;
  }
  const std::string_view command = client.command;
  describe_command(client, commands.kind_of(command.substr(0, command.find('|'))),
                   flags.find('b') != std::string_view::npos);
  client.exempt = cannot_take(flags, protocol);
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

std::map<std::string_view, CommandCalls> command_calls(std::string_view info) {
  constexpr std::string_view kPrefix = "cmdstat_";
  std::map<std::string_view, CommandCalls> all;
  while (!info.empty()) {
    std::string_view line = next_piece(info, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with(kPrefix)) continue;
    line.remove_prefix(kPrefix.size());
    const std::string_view command = next_piece(line, ':');
    all[command] = {to_number(list_value(line, "calls")),
                    to_number(list_value(line, "failed_calls"))};
  }
  return all;
}

std::vector<QueueClient> parse_client_list(std::string_view text, const CommandTable& commands) {
  std::vector<QueueClient> clients;
  while (!text.empty()) {
    const std::string_view line = next_piece(text, '\n');
    if (!line.empty()) clients.push_back(parse_client(line, commands));
  }
  return clients;
}

std::optional<std::string> voter_of_payload(std::string_view payload) {
  const auto json = nlohmann::json::parse(payload, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto voter = json.find("voter_id");
  const auto vote = json.find("vote");
  if (voter == json.end() || vote == json.end() || !voter->is_string() || !vote->is_string())
    return std::nullopt;
  return voter->get<std::string>();
}

// Somebody else's is what bears another voter's id in the known form, or an id of another run. An
// id of this run that was damaged may still be ours, and so may one that the app made and no answer
// has told yet.
void note_element(std::span<const std::string_view> texts, std::optional<std::string> voter,
                  const VoterIds& ids, QueueList& list) {
  bool own = false;
  bool other_run = false;
  for (const std::string_view text : texts) {
    const IdsFound found = find_ids(text, ids);
    list.own.insert(list.own.end(), found.own.begin(), found.own.end());
    own |= !found.own.empty();
    other_run |= found.other_run;
  }
  ++list.read;
  if (own) return;
  const bool known = voter && ids.check(*voter).origin != IdOrigin::invalid_own;
  const bool stranger = (known && ids.book() == nullptr) || other_run;
  ++(stranger ? list.strangers : list.unclear);
  if (known) list.others.push_back(*std::move(voter));
}

}  // namespace votebench::adapters
