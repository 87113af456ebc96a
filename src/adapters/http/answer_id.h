// The id that an app made for a vote, where its answer tells it.
#pragma once

#include <string>

#include "adapters/http/http_answer.h"
#include "vote/target_settings.h"

namespace votebench::adapters {

// Empty: the answer tells none, or what stands there may be none (vote/id_book.h). In a body it is
// a text or a whole number; one of more than BodyReader::kMostKept bytes tells none.
[[nodiscard]] std::string id_told_by(const AnswerReader& answer, const AnswerId& where);

}  // namespace votebench::adapters
