#include "run/machine.h"

#include <fmt/format.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <thread>

#include "core/os.h"
#include "core/text.h"

namespace votebench::run {
namespace {

// The first "model name" of /proc/cpuinfo; some architectures have none.
std::string processor_model() {
  const std::string text = read_file("/proc/cpuinfo").value_or("");
  const std::size_t at = text.find("model name");
  const std::size_t from = at == std::string::npos ? at : text.find(": ", at);
  if (from == std::string::npos) return "unknown";
  return printable(text.substr(from + 2, text.find('\n', from) - from - 2));
}

// In whole GiB: what is left of it after the kernel differs by a few pages from boot to boot.
std::string memory() {
  struct sysinfo info {};
  if (sysinfo(&info) != 0) return "unknown";
  const double gib = static_cast<double>(info.totalram) * info.mem_unit / (1024.0 * 1024 * 1024);
  return fmt::format("{:.0f} GiB", gib);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> machine_facts() {
  utsname system{};
  uname(&system);
  return {{"system", fmt::format("{} {}", system.sysname, system.release)},
          {"processors", std::to_string(std::thread::hardware_concurrency())},
          {"processor", processor_model()},
          {"memory", memory()}};
}

}  // namespace votebench::run
