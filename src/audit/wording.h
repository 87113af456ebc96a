// The sentences of a verdict, for somebody who reads them at three in the morning: what is wrong,
// how much of it, and where. Without a full stop.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit.h"
#include "audit/counts.h"

namespace votebench::audit {

// One sentence for every class that exceeds its allowance.
[[nodiscard]] std::vector<std::string> failures(const AuditInput& input, const Verdict& verdict);
// Where to look first, for each of them.
[[nodiscard]] std::vector<Advice> failure_advice(const ServiceWords& queue, const Verdict& verdict);
// Worth knowing, changes no verdict.
[[nodiscard]] std::vector<std::string> notes(const AuditInput& input,
                                             const std::optional<Balance>& balance,
                                             const Verdict& verdict);
[[nodiscard]] std::string pass_reason(const Verdict& verdict);

// Each with the causes, and what to do about them.
[[nodiscard]] Doubt none_accepted(const Verdict& verdict);
// The votes that count for or against a pass, "planned" or "started".
struct CountingVotes {
  Accounting sum;
  std::string_view which;
};
[[nodiscard]] Doubt too_few_accepted(const CountingVotes& counting,
                                     const std::vector<Unaccepted>& unaccepted,
                                     const AuditLimits& limits);
[[nodiscard]] Doubt too_many_unknown(const CountingVotes& counting,
                                     const std::vector<Unaccepted>& unaccepted,
                                     const AuditLimits& limits);
// REQUIRES: RowEvidence::were_removed
[[nodiscard]] std::string removed_rows(const AuditInput& input);
[[nodiscard]] std::string missing_without_queue(std::uint64_t missing);
[[nodiscard]] std::string listed_though_settled(std::uint64_t missing);
[[nodiscard]] Doubt not_pushed(std::uint64_t count, bool settled, const Services& services);
[[nodiscard]] Doubt invented_votes(std::uint64_t rows);
[[nodiscard]] Doubt undecided_rows(std::uint64_t count);
[[nodiscard]] Doubt contradictions(std::uint64_t count, bool unclosed);
[[nodiscard]] std::string surplus_rows(std::uint64_t count);
[[nodiscard]] std::string unproven_votes(std::uint64_t count);

// "2,310 votes still queued after 60 s (worker 9.9/s: needs 3m53s; set drain.timeout: 5m)"
[[nodiscard]] std::string unsettled(const Settlement& settlement, const Verdict& verdict);
[[nodiscard]] Advice unsettled_advice(const AuditInput& input);

}  // namespace votebench::audit
