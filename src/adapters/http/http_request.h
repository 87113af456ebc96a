// The bytes of a vote request: rendered once per choice, the voter id patched in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vote/target_settings.h"
#include "vote/vote.h"
#include "vote/voter_id.h"

namespace votebench::adapters {

// A request, and where in it the voter id stands. The buffer is reused from vote to vote.
struct WireRequest {
  std::string bytes;
  std::size_t id_at = std::string::npos;  // npos: no cookie is sent

  [[nodiscard]] std::string_view voter_id() const {
    if (id_at == std::string::npos) return {};
    return std::string_view(bytes).substr(id_at, VoterIds::kLength);
  }
};

// Immutable; any thread may use it.
class RequestTemplates {
 public:
  RequestTemplates(const VoteEndpoint& endpoint, const ChoiceNames& choices);

  // Room for the voter id is left at out.id_at. `last`: asks the target to close the connection
  // after its answer.
  void write(ChoiceIndex choice, bool last, WireRequest& out) const;

 private:
  std::vector<WireRequest> kept_;  // by choice
  std::vector<WireRequest> last_;
};

// application/x-www-form-urlencoded (WHATWG URL, section 5.2).
[[nodiscard]] std::string form_encoded(std::string_view text);

}  // namespace votebench::adapters
