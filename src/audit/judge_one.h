// The judgement without the canaries: what judge() and the canaries themselves run.
#pragma once

#include "audit/audit.h"

namespace votebench::audit {

[[nodiscard]] Verdict judge_one(const AuditInput& input);

}  // namespace votebench::audit
