#include "run/budget.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>

#include "core/text.h"

namespace votebench::run {
namespace {

// TIME_WAIT (RFC 9293, Linux: TCP_TIMEWAIT_LEN) and nf_conntrack's time for a closed connection.
constexpr double kTimeWaitSeconds = 60;
constexpr double kTrackedSeconds = 120;
constexpr std::uint64_t kFilesOfOurOwn = 64;  // stores, ledger segments, terminal, epoll

std::uint64_t read_number(const char* path) {
  std::ifstream file(path);
  std::uint64_t value = 0;
  file >> value;
  return value;
}

std::uint64_t count_local_ports() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  file >> first >> last;
  return last > first ? last - first + 1 : 0;
}

std::uint64_t raise_open_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur == RLIM_INFINITY ? 0 : limit.rlim_cur;
}

std::uint64_t connections_at_once(const plan::RunPlan& plan) {
  std::uint64_t sum = 0;
  for (const plan::WorkloadPlan& workload : plan.workloads())
    sum += workload.closed() ? workload.closed()->clients : workload.workload().max_in_flight;
  return sum;
}

void check_ports(const MachineLimits& limits, double rate, std::size_t sources,
                 std::vector<std::string>& warnings) {
  const double allowed =
      static_cast<double>(limits.local_ports * std::max<std::size_t>(1, sources)) /
      kTimeWaitSeconds;
  if (limits.local_ports == 0 || rate <= allowed) return;
  warnings.push_back(
      fmt::format("our limit: {} local ports allow about {:.0f} new connections/s to one address "
                  "where we close first; the plan peaks at {:.0f}/s (add http.source_addresses)",
                  format_count(limits.local_ports), allowed, rate));
}

void check_tracking(const MachineLimits& limits, double rate, std::vector<std::string>& warnings) {
  if (limits.tracked_max == 0) return;
  const std::uint64_t room =
      limits.tracked_max - std::min(limits.tracked_in_use, limits.tracked_max);
  const double allowed = static_cast<double>(room) / kTrackedSeconds;
  if (rate <= allowed) return;
  warnings.push_back(
      fmt::format("our limit: connection tracking has room for {} entries, about {:.0f} new "
                  "connections/s; beyond it packets drop, which looks like loss at the target",
                  format_count(room), allowed));
}

}  // namespace

MachineLimits read_machine_limits() {
  return {count_local_ports(), raise_open_files(),
          read_number("/proc/sys/net/netfilter/nf_conntrack_max"),
          read_number("/proc/sys/net/netfilter/nf_conntrack_count")};
}

std::vector<std::string> check_budget(const MachineLimits& limits, const plan::RunPlan& plan,
                                      bool closes_each, std::size_t source_addresses) {
  std::vector<std::string> warnings;
  // A deferred close holds the old connection while the next one is under way.
  const std::uint64_t files = connections_at_once(plan) * (closes_each ? 2 : 1) + kFilesOfOurOwn;
  if (limits.open_files != 0 && files > limits.open_files)
    warnings.push_back(
        fmt::format("our limit: {} open files, the plan may need {} (raise it with: ulimit -n {})",
                    format_count(limits.open_files), format_count(files), files));
  if (closes_each) {
    const double rate = plan.peak_rate();
    check_ports(limits, rate, source_addresses, warnings);
    check_tracking(limits, rate, warnings);
  }
  return warnings;
}

}  // namespace votebench::run
