// Items grouped by voter: a counting sort whose index is made of pages, so that it needs memory for
// the ranges of voters that occur and not for the largest number.
//
// Use: count() every item, allot() once, place() the same items, then read. 4 bytes per voter of a
// touched page (256 voters) plus the items. Items of one voter keep the order of placing.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/check.h"
#include "vote/voter_id.h"

namespace votebench::audit {

template <typename Item>
class VoterGroups {
 public:
  void count(VoterIndex voter) {
    const std::size_t number = voter / kPageSize;
    if (number >= pages_.size()) pages_.resize(number + 1);
    if (!pages_[number]) pages_[number] = std::make_unique<Page>();
    ++pages_[number]->ends[voter % kPageSize];
  }

  void allot() {
    std::uint64_t next = 0;
    for (const auto& page : pages_) {
      if (!page) continue;
      page->begin = static_cast<std::uint32_t>(next);
      for (std::uint32_t& end : page->ends) {
        const std::uint32_t items = end;
        end = static_cast<std::uint32_t>(next);  // place() moves it to the end of the group
        next += items;
      }
    }
    CHECK_THAT_HOLDS(next <= std::numeric_limits<std::uint32_t>::max());
    items_.resize(next);
  }

  void place(VoterIndex voter, Item item) {
    items_[pages_[voter / kPageSize]->ends[voter % kPageSize]++] = item;
  }

  // Empty for a voter without items.
  [[nodiscard]] std::span<const Item> of(VoterIndex voter) const {
    const std::size_t number = voter / kPageSize;
    if (number >= pages_.size() || !pages_[number]) return {};
    const auto [begin, end] = pages_[number]->bounds(voter % kPageSize);
    return {items_.data() + begin, end - begin};
  }

  // visit(voter, std::span<Item>) for every voter with items, ascending.
  template <typename Visit>
  void for_each(Visit&& visit) {
    for (std::size_t number = 0; number < pages_.size(); ++number) {
      if (!pages_[number]) continue;
      for (std::size_t slot = 0; slot < kPageSize; ++slot) {
        const auto [begin, end] = pages_[number]->bounds(slot);
        if (begin == end) continue;
        visit(static_cast<VoterIndex>(number * kPageSize + slot),
              std::span<Item>(items_.data() + begin, end - begin));
      }
    }
  }

 private:
  static constexpr std::size_t kPageSize = 256;

  struct Page {
    std::uint32_t begin = 0;                      // of the page's first group
    std::array<std::uint32_t, kPageSize> ends{};  // counts until allot()
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> bounds(std::size_t slot) const {
      return {slot == 0 ? begin : ends[slot - 1], ends[slot]};
    }
  };

  std::vector<std::unique_ptr<Page>> pages_;  // by voter / kPageSize; null: nobody of that page
  std::vector<Item> items_;
};

}  // namespace votebench::audit
