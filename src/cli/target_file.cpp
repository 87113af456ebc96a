#include "cli/target_file.h"

#include "core/os.h"
#include "scenario/parse.h"

namespace votebench::cli {

Result<TargetSettings> read_target_file(const std::string& path) {
  Result<std::string> text = read_file(path);
  if (!text)
    return fail(ErrorKind::usage, text.error().message,
                "`votebench stack up local` writes artifacts/local/target.yaml");
  return scenario::parse_target(*text, path, scenario::process_options()).result();
}

}  // namespace votebench::cli
