#include "run/machine.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <fstream>
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

Nanoseconds to_duration(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
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

CpuMeter::CpuMeter() : machine_(read_machine()), process_(read_process()) {}

Nanoseconds CpuMeter::process_cpu() const { return read_process() - process_; }

double CpuMeter::steal_share() const {
  const MachineTicks now = read_machine();
  const std::uint64_t total = now.total - machine_.total;
  return total == 0 ? 0
                    : static_cast<double>(now.steal - machine_.steal) / static_cast<double>(total);
}

// First line of /proc/stat: cpu user nice system idle iowait irq softirq steal ...  (proc(5))
CpuMeter::MachineTicks CpuMeter::read_machine() {
  std::ifstream file("/proc/stat");
  std::string label;
  file >> label;
  MachineTicks ticks;
  std::uint64_t value = 0;
  for (int field = 0; field < 8 && file >> value; ++field) {
    ticks.total += value;
    if (field == 7) ticks.steal = value;
  }
  return ticks;
}

Nanoseconds CpuMeter::read_process() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return to_duration(usage.ru_utime) + to_duration(usage.ru_stime);
}

}  // namespace votebench::run
