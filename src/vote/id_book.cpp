#include "vote/id_book.h"

#include <algorithm>
#include <functional>

namespace votebench {
namespace {

std::size_t hash_of(std::string_view id) { return std::hash<std::string>()(squeezed(id)); }

}  // namespace

std::string squeezed(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower >= '0' && lower <= '9') || (lower >= 'a' && lower <= 'z')) kept.push_back(lower);
  }
  return kept;
}

bool IdBook::may_be_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
  });
}

bool IdBook::add(VoterIndex voter, std::string_view id) {
  if (!may_be_id(id)) return false;
  const std::lock_guard lock(mutex_);
  if (repeats_.contains(voter)) return false;
  const auto known = find(id);
  if (known && *known == voter) return true;
  if (known && stored(*known) == id) {
    repeats_.emplace(voter, *known);
    return false;
  }
  if (voter >= kFirstProbeIndex) {
    probe_ids_[voter] = id;
  } else {
    if (voter >= ids_.size()) ids_.resize(std::size_t{voter} + 1);
    ids_[voter] = id;
  }
  voters_.emplace(hash_of(id), voter);
  return true;
}

std::string_view IdBook::stored(VoterIndex voter) const {
  if (voter < ids_.size()) return ids_[voter];
  const auto probe = probe_ids_.find(voter);
  return probe == probe_ids_.end() ? std::string_view() : std::string_view(probe->second);
}

std::optional<VoterIndex> IdBook::find(std::string_view id) const {
  const std::string plain = squeezed(id);
  const auto [begin, end] = voters_.equal_range(std::hash<std::string>()(plain));
  std::optional<VoterIndex> alike;
  bool several = false;
  for (auto entry = begin; entry != end; ++entry) {
    const std::string_view known = stored(entry->second);
    if (known == id) return entry->second;
    if (plain.empty() || squeezed(known) != plain) continue;
    several |= alike.has_value();
    alike = entry->second;
  }
  return several ? std::nullopt : alike;
}

std::optional<VoterIndex> IdBook::voter_of(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  return find(id);
}

std::string IdBook::id_of(VoterIndex voter) const {
  const std::lock_guard lock(mutex_);
  if (const auto first = repeats_.find(voter); first != repeats_.end())
    return std::string(stored(first->second));
  return std::string(stored(voter));
}

std::optional<VoterIndex> IdBook::repeat_of(VoterIndex voter) const {
  const std::lock_guard lock(mutex_);
  const auto first = repeats_.find(voter);
  return first == repeats_.end() ? std::nullopt : std::optional(first->second);
}

std::map<VoterIndex, std::string> IdBook::probe_ids() const {
  const std::lock_guard lock(mutex_);
  return probe_ids_;
}

std::uint64_t IdBook::repeats() const {
  const std::lock_guard lock(mutex_);
  return repeats_.size();
}

}  // namespace votebench
