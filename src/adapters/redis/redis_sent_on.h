// A Redis that answers, and that has not what it is asked for: one node of a cluster, or a
// Sentinel. Who has it is said in their answers; pure. `block`: of the target file, that names
// `asked`.
#pragma once

#include <optional>
#include <string_view>

#include "core/result.h"
#include "vote/target_settings.h"

struct redisReply;

namespace votebench::adapters {

// Of the error "MOVED SLOT HOST:PORT". Nothing: it is another error.
[[nodiscard]] std::optional<Error> moved_to(std::string_view error, const QueueSettings& asked,
                                            std::string_view block);

// Of a server whose INFO is `info` and whose answer to SENTINEL MASTERS is `masters`. Nothing: it
// is no Sentinel.
[[nodiscard]] std::optional<Error> watched_by(std::string_view info, const redisReply& masters,
                                              const QueueSettings& asked, std::string_view block);

}  // namespace votebench::adapters
