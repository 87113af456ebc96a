// The page of the result service: shows /api/scores of its own server, every second.
#pragma once

#include <string>
#include <string_view>

namespace votebench::votestack {

// `nonce` allows the page's own style and script under content_policy(nonce), and nothing else.
[[nodiscard]] std::string result_page(std::string_view nonce);
[[nodiscard]] std::string content_policy(std::string_view nonce);

}  // namespace votebench::votestack
