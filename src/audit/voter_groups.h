// Items grouped by voter: a counting sort whose index is a tree of pages, so that it needs memory
// for the ranges of voters that occur and not for the largest number.
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
    const std::size_t number = voter / kDirectoryVoters;
    if (number >= directories_.size()) directories_.resize(number + 1);
    auto& directory = directories_[number];
    if (!directory) directory = std::make_unique<Directory>();
    auto& page = directory->pages[voter / kPageVoters % kPages];
    if (!page) page = std::make_unique<Page>();
    ++page->ends[voter % kPageVoters];
  }

  void allot() {
    std::uint64_t next = 0;
    for_each_page([&](VoterIndex, Page& page) {
      page.begin = static_cast<std::uint32_t>(next);
      for (std::uint32_t& end : page.ends) {
        const std::uint32_t items = end;
        end = static_cast<std::uint32_t>(next);  // place() moves it to the end of the group
        next += items;
      }
    });
    CHECK_THAT_HOLDS(next <= std::numeric_limits<std::uint32_t>::max());
    items_.resize(next);
  }

  void place(VoterIndex voter, Item item) {
    items_[find_page(voter)->ends[voter % kPageVoters]++] = item;
  }

  // Empty for a voter without items.
  [[nodiscard]] std::span<const Item> of(VoterIndex voter) const {
    const Page* page = find_page(voter);
    if (page == nullptr) return {};
    const auto [begin, end] = page->bounds(voter % kPageVoters);
    return {items_.data() + begin, end - begin};
  }

  // visit(voter, std::span<Item>) for every voter with items, ascending.
  template <typename Visit>
  void for_each(Visit&& visit) {
    for_each_page([&](VoterIndex first, Page& page) {
      for (VoterIndex slot = 0; slot < kPageVoters; ++slot) {
        const auto [begin, end] = page.bounds(slot);
        if (begin != end) visit(first + slot, std::span<Item>(items_.data() + begin, end - begin));
      }
    });
  }

 private:
  static constexpr VoterIndex kPageVoters = 256;
  static constexpr VoterIndex kPages = 256;
  static constexpr VoterIndex kDirectoryVoters = kPageVoters * kPages;

  struct Page {
    std::uint32_t begin = 0;                        // of the page's first group
    std::array<std::uint32_t, kPageVoters> ends{};  // counts until allot()
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> bounds(VoterIndex slot) const {
      return {slot == 0 ? begin : ends[slot - 1], ends[slot]};
    }
  };
  struct Directory {
    std::array<std::unique_ptr<Page>, kPages> pages;  // null: nobody of that page
  };

  [[nodiscard]] Page* find_page(VoterIndex voter) const {
    const std::size_t number = voter / kDirectoryVoters;
    if (number >= directories_.size() || !directories_[number]) return nullptr;
    return directories_[number]->pages[voter / kPageVoters % kPages].get();
  }

  template <typename Visit>
  void for_each_page(Visit&& visit) {
    VoterIndex first = 0;
    for (const auto& directory : directories_) {
      for (VoterIndex i = 0; directory && i < kPages; ++i)
        if (Page* page = directory->pages[i].get()) visit(first + i * kPageVoters, *page);
      first += kDirectoryVoters;
    }
  }

  std::vector<std::unique_ptr<Directory>> directories_;
  std::vector<Item> items_;
};

}  // namespace votebench::audit
