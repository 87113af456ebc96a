# Writes OUTPUT, C++ that holds BUILD, LIBRARIES and the commit of SOURCE; only when that changes it.
# A tarball has no commit, also where it lies in somebody else's repository.
function(ask_git result)
  execute_process(COMMAND git -C ${SOURCE} ${ARGN} OUTPUT_VARIABLE answer ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(${result} "${answer}" PARENT_SCOPE)
endfunction()

ask_git(top rev-parse --show-toplevel)
file(REAL_PATH "${SOURCE}" source)
set(commit unknown)
if(top STREQUAL source)
  ask_git(commit rev-parse --short=12 HEAD)
  ask_git(changes status --porcelain --untracked-files=no)
  if(changes)
    string(APPEND commit ", modified")
  endif()
endif()

file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "cli/version.h"

namespace votebench::cli {
const BuildFacts kBuildFacts{"@commit@", "@BUILD@", "@LIBRARIES@"};
}  // namespace votebench::cli
]])
