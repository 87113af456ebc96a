#include "votestack/truth_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "core/check.h"

namespace votebench::votestack {

Result<TruthLog> TruthLog::open(std::string service, const std::filesystem::path& path) {
  FileDescriptor file;
  if (!path.empty()) {
    file = FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!file) return file_failure("open", path, errno);
  }
  return TruthLog(std::move(service), std::move(file));
}

TruthLog::TruthLog(std::string service, FileDescriptor file)
    : service_(std::move(service)), file_(std::move(file)) {}

void TruthLog::record(std::string_view event, const Ballot& ballot) const {
  if (!file_) return;
  const std::string line = fmt::format(
      "{{\"service\":\"{}\",\"event\":\"{}\",\"voter\":{},\"choice\":{},\"t_ns\":{}}}\n", service_,
      event, json_string(ballot.voter), json_string(ballot.choice),
      real_clock().wall_now().time_since_epoch().count());
  // A truth with holes would prove wrong things: better no service than that.
  CHECK_THAT_HOLDS(::write(file_.get(), line.data(), line.size()) ==
                   static_cast<ssize_t>(line.size()));
}

}  // namespace votebench::votestack
