#include "adapters/http/answer_id.h"

#include <nlohmann/json.hpp>

#include "vote/id_book.h"

namespace votebench::adapters {
namespace {

using Json = nlohmann::json;

std::string id_in_body(const std::string& body, const std::string& pointer) {
  const Json json = Json::parse(body, nullptr, false);
  const Json::json_pointer place(pointer);  // the target's key was checked
  if (json.is_discarded() || !json.contains(place)) return {};
  const Json& value = json.at(place);
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_integer() ? value.dump() : "";
}

}  // namespace

std::string id_told_by(const AnswerReader& answer, const AnswerId& where) {
  if (!answer.head()) return {};
  std::string id = where.json.empty() ? answer.head()->told_id
                   : answer.state() == AnswerReader::State::complete
                       ? id_in_body(answer.body(), where.json)
                       : "";
  return IdBook::may_be_id(id) ? id : "";
}

}  // namespace votebench::adapters
