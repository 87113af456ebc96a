// The bytes of a vote request: rendered once per choice, the voter id patched in.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/http/csrf_pass.h"
#include "vote/request_text.h"
#include "vote/target_settings.h"
#include "vote/vote.h"
#include "vote/voter_id.h"

namespace votebench::adapters {

// A request, and where in it the voter id stands. The buffer is reused from vote to vote.
struct WireRequest {
  std::string bytes;
  std::span<const std::size_t> ids_at;  // empty: no id is sent
  std::size_t id_length = 0;

  void set_voter(std::string_view id) {
    for (const std::size_t at : ids_at) bytes.replace(at, id.size(), id);
  }
  [[nodiscard]] std::string_view voter_id() const {
    if (ids_at.empty()) return {};
    return std::string_view(bytes).substr(ids_at.front(), id_length);
  }
};

// Immutable; any thread may use it.
class RequestTemplates {
 public:
  RequestTemplates(const VoteEndpoint& endpoint, const CsrfPass& pass, const ChoiceNames& choices);

  // Room for the voter id is left at out.ids_at, which refer to this object. `last`: asks the
  // target to close the connection after its answer.
  void write(ChoiceIndex choice, bool last, WireRequest& out) const;

 private:
  std::vector<RequestText> kept_;  // by choice
  std::vector<RequestText> last_;
};

}  // namespace votebench::adapters
