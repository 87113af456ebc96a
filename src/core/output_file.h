// Where the user said that something is to be written: a file, or what only looks like one.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/result.h"

namespace votebench {

// How a path that the user gave as an output is written to.
enum class OutputKind {
  standard_output,  // "-", or another name of it (/dev/stdout)
  file,             // replaced whole: nobody ever sees half of it; a link to one stays a link
  stream,           // a device, a FIFO, an open descriptor (/dev/fd/3): written through, never
                    // replaced
};

// What `path` is now; a file when there is nothing yet.
[[nodiscard]] OutputKind output_kind(const std::filesystem::path& path);

// Writes `content` to what `path` names. A file keeps its permissions. A stream that nobody takes
// anything from for 10 s is an error. Errors: environment.
[[nodiscard]] Result<> write_output(const std::filesystem::path& path, std::string_view content);

}  // namespace votebench
