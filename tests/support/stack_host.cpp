// A process that makes a stack and can be killed: what votebench is to the local stack's tests.
//   stack_host stack-guardian ...             the guardian, as in votebench
//   stack_host up ARTIFACTS NAME VOTESTACK    brings a stack up, says "up", waits for its input to
//                                             end, and takes the stack down
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "stack/local/guardian.h"
#include "stack/local/local_stack.h"

namespace {

int hold_stack(char** argv) {
  using namespace votebench::stack;
  LocalStackOptions options;
  options.id = {argv[2], argv[3]};
  options.votestack = argv[4];
  auto stack = bring_up(options, {});
  if (!stack) {
    fmt::print(stderr, "{}\n", stack.error().message);
    return 1;
  }
  fmt::print("up\n");
  std::fflush(stdout);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return stack->take_down() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == votebench::stack::kGuardianCommand)
    return votebench::stack::guardian_main(argc, argv);
  if (command == "up" && argc == 5) return hold_stack(argv);
  fmt::print(stderr, "stack_host: not for people\n");
  return 2;
}
