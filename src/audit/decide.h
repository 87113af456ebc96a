// From counts to a verdict, and to sentences for the person who has to act on it.
#pragma once

#include <optional>
#include <string>

#include "audit/audit.h"
#include "audit/counts.h"

namespace votebench::audit {

// Sets kind, reasons, advice, assumptions and notes from the counts that `verdict` holds.
// FAIL beats INCONCLUSIVE beats PASS. `balance`: where only counts can be compared.
void decide(const AuditInput& input, const std::optional<Balance>& balance, Verdict& verdict);

}  // namespace votebench::audit
