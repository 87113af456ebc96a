#include "run/cpu_meter.h"

#include <sys/resource.h>

#include <fstream>
#include <string>

namespace votebench::run {
namespace {

Nanoseconds to_duration(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

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
