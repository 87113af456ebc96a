// An assertion that stays on in release builds: a verdict computed after a broken
// invariant would be worth nothing, so the process stops instead (SIGABRT).
#pragma once

#include <cstdio>
#include <cstdlib>

namespace votebench {

[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "votebench: internal error: %s does not hold (%s:%d)\n", condition, file,
               line);
  std::abort();
}

}  // namespace votebench

#define CHECK_THAT_HOLDS(condition) \
  ((condition) ? void(0) : ::votebench::check_failed(#condition, __FILE__, __LINE__))
