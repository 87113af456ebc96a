#include "core/ask.h"

#include <unistd.h>

#include <iostream>
#include <string>

#include "core/print.h"

namespace votebench {

Consent ask(std::string_view question) {
  if (::isatty(STDIN_FILENO) == 0) return Consent::nobody_there;
  print_err("{} [y/N] ", question);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes" ? Consent::given : Consent::refused;
}

}  // namespace votebench
