// What Redis' commands may do with the entries of a stream. Pure.
#pragma once

#include "adapters/redis/redis_commands.h"

namespace votebench::adapters::redis_stream {

// `grouped`: workers read as a group; then a plain XREAD takes nothing.
[[nodiscard]] const CommandTable& stream_commands(bool grouped);

inline constexpr auto kAcknowledging = {"xack", "xackdel"};
inline constexpr auto kHandingOver = {"xclaim", "xautoclaim"};

}  // namespace votebench::adapters::redis_stream
