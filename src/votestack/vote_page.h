// The page of the vote service.
#pragma once

#include <string>
#include <string_view>

namespace votebench::votestack {

// `action`: where the form posts to; `choice`: what was voted for just now, empty on a first visit.
[[nodiscard]] std::string vote_page(std::string_view action, std::string_view choice);

}  // namespace votebench::votestack
