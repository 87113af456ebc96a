// Counters in place of rows: what a difference means, and what is said of it. A number per choice
// tells nothing of a single vote.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"

namespace votebench::audit {

// Why a count may be another one than the votes make it, though no vote was lost or counted twice.
// Nothing: the counters were only ever raised, as far as can be seen.
[[nodiscard]] std::optional<Doubt> set_back(const AuditInput& input);

// A count above the votes is a failure: nobody else votes, and nothing else explains it.
[[nodiscard]] bool surplus_is_ours(const AuditInput& input);

// What keeps counters from passing, or from saying more.
[[nodiscard]] std::vector<Doubt> counter_doubts(const AuditInput& input, const Verdict& verdict);

// "7 votes fewer than accepted for choice 'a' (493 of 500)", the choices one after the other.
[[nodiscard]] std::string fewer_counted(const Verdict& verdict);
// "7 votes more than were sent for choice 'a' (507 of 500)".
[[nodiscard]] std::string more_counted(const Verdict& verdict);
// "a: 500 accepted, 2 without an answer, counted 501"
[[nodiscard]] std::string note_of(const ChoiceCount& choice);
[[nodiscard]] std::string counts_agree(const Verdict& verdict);

// What verdicts by counters take for granted.
[[nodiscard]] std::vector<std::string> counter_assumptions(const Verdict& verdict);

}  // namespace votebench::audit
