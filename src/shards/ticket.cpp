// ticket.json := { "schema": "votebench.ticket/1", "shards": n, "run": manifest (manifest.cpp),
//                  "scenario": text, "resolved": text, "target": text, "sha256": 64 hex }
// The checksum is that of the document without it, as dump() writes it. Texts are UTF-8: they were
// parsed as YAML.
#include "shards/ticket.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/os.h"
#include "core/text.h"
#include "ledger/seal.h"

namespace votebench::shards {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "votebench.ticket/1";
constexpr const char* kAltered =
    "take the file that `votebench shards prepare` wrote, or prepare another run";

Failure damaged(const fs::path& file, const std::string& why) {
  return fail(ErrorKind::environment, fmt::format("{} is damaged: {}", file.string(), why),
              kAltered);
}

Json document_of(const Ticket& ticket) {
  return {{"schema", kSchema},
          {"shards", ticket.shards},
          {"run", Json::parse(ledger::to_json(ticket.run))},
          {"scenario", ticket.run.scenario_text},
          {"resolved", ticket.run.resolved_text},
          {"target", ticket.run.target_text}};
}

Ticket ticket_of(const Json& json) {
  if (json.at("schema") != kSchema) throw std::invalid_argument("its schema is not known");
  Ticket ticket;
  json.at("shards").get_to(ticket.shards);
  if (ticket.shards < 1 || ticket.shards > kMostShards)
    throw std::invalid_argument("an impossible number of shards");
  Result<ledger::Manifest> run = ledger::parse_manifest(json.at("run").dump());
  if (!run) throw std::invalid_argument(run.error().message);
  ticket.run = *std::move(run);
  json.at("scenario").get_to(ticket.run.scenario_text);
  json.at("resolved").get_to(ticket.run.resolved_text);
  json.at("target").get_to(ticket.run.target_text);
  return ticket;
}

}  // namespace

Result<> write_ticket(const fs::path& directory, const Ticket& ticket) {
  const fs::path file = directory / kTicketFile;
  if (fs::exists(file))
    return fail(ErrorKind::usage, fmt::format("{} is there already", file.string()),
                "a ticket is of one run: name another directory");
  std::error_code error;
  fs::create_directories(directory / kShardsDirectory, error);
  if (error)
    return fail(ErrorKind::environment,
                fmt::format("cannot create {}: {}", directory.string(), error.message()));
  Json json = document_of(ticket);
  json["sha256"] = ledger::sha256(json.dump());
  return write_file_durably(file, json.dump(2) + '\n');
}

Result<Ticket> read_ticket(const fs::path& directory) {
  const fs::path file = directory / kTicketFile;
  if (!fs::exists(file))
    return fail(ErrorKind::usage, fmt::format("there is no {}", file.string()),
                "`votebench shards prepare` makes one");
  TRY_ASSIGN(const std::string content, read_file(file));
  try {
    Json json = Json::parse(content);
    const std::string sealed = json.at("sha256").get<std::string>();
    json.erase("sha256");
    if (ledger::sha256(json.dump()) != sealed) return damaged(file, "it is not as it was sealed");
    Ticket ticket = ticket_of(json);
    if (ticket.run.votebench_version == VOTEBENCH_VERSION) return ticket;
    return fail(ErrorKind::environment,
                fmt::format("{} is of votebench {}, this is {}", file.string(),
                            printable(ticket.run.votebench_version), VOTEBENCH_VERSION),
                "use one version for a whole run: others may plan other votes");
  } catch (const std::exception& broken) {
    return damaged(file, printable(broken.what()));
  }
}

Result<> ask_to_stop(const fs::path& directory, const std::string& why) {
  return write_file_durably(directory / kStopFile, why + '\n');
}

std::optional<std::string> asked_to_stop(const fs::path& directory) {
  Result<std::string> why = read_file(directory / kStopFile);
  if (!why) return std::nullopt;
  while (!why->empty() && why->back() == '\n') why->pop_back();
  return std::move(*why);
}

}  // namespace votebench::shards
