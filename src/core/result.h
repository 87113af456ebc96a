// What can go wrong, as a value.
//
// Three kinds of wrong are kept apart in the whole program:
//   * the target's failure is data (vote/attempt.h: Outcome),
//   * ours is a Result that must be looked at,
//   * a bug is an assertion that stays on in release builds (core/check.h).
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace votebench {

// Who has to act on an Error; cli maps it to an exit status.
enum class ErrorKind {
  usage,        // the user's command or scenario is wrong; nothing was sent
  environment,  // the target, the machine or the network is not as required
  internal,     // our fault
};

// `message` says what was wrong, `help` what to do about it (may be empty).
// Neither ever contains a secret.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  std::string help;
};

template <typename T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  using Base = tl::expected<T, Error>;

 public:
  using Base::Base;
  Result(Base base) : Base(std::move(base)) {}  // NOLINT(google-explicit-constructor)
};

using Failure = tl::unexpected<Error>;

inline Failure fail(ErrorKind kind, std::string message, std::string help = {}) {
  return Failure(Error{kind, std::move(message), std::move(help)});
}
inline Failure fail(Error error) { return Failure(std::move(error)); }

}  // namespace votebench

#define VOTEBENCH_CONCAT_INNER(a, b) a##b
#define VOTEBENCH_CONCAT(a, b) VOTEBENCH_CONCAT_INNER(a, b)

// TRY(expression): returns the error of a Result<> from the enclosing function.
#define TRY(expression)                                           \
  do {                                                            \
    if (auto try_result = (expression); !try_result)              \
      return ::votebench::Failure(std::move(try_result).error()); \
  } while (false)

// TRY_ASSIGN(auto name, expression): the value, or returns the error.
#define TRY_ASSIGN(target, expression) \
  TRY_ASSIGN_INNER(VOTEBENCH_CONCAT(try_assign_, __LINE__), target, expression)
#define TRY_ASSIGN_INNER(temporary, target, expression)                      \
  auto temporary = (expression);                                             \
  if (!temporary) return ::votebench::Failure(std::move(temporary).error()); \
  target = std::move(*temporary)
