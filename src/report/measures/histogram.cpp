#include "report/measures/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "core/check.h"

namespace votebench::report {
namespace {

constexpr unsigned kSubBits = 7;                                // 2^7 buckets per power of two
constexpr std::uint64_t kExact = std::uint64_t{2} << kSubBits;  // below: one bucket per value

std::size_t bucket_of(std::uint64_t magnitude) {
  if (magnitude < kExact) return magnitude;
  const unsigned shift = static_cast<unsigned>(std::bit_width(magnitude)) - 1 - kSubBits;
  return (std::size_t{shift} << kSubBits) + (magnitude >> shift);
}

// The magnitudes of a bucket: lowest and highest. The inverse of bucket_of().
std::pair<std::int64_t, std::int64_t> range_of(std::size_t bucket) {
  if (bucket < kExact)
    return {static_cast<std::int64_t>(bucket), static_cast<std::int64_t>(bucket)};
  const std::size_t shift = (bucket >> kSubBits) - 1;
  const std::uint64_t head = bucket - (shift << kSubBits);
  const std::uint64_t lowest = head << shift;
  return {static_cast<std::int64_t>(lowest),
          static_cast<std::int64_t>(lowest + ((std::uint64_t{1} << shift) - 1))};
}

void add(std::vector<std::uint64_t>& counts, std::size_t bucket, std::uint64_t times) {
  if (counts.size() <= bucket) counts.resize(bucket + 1);
  counts[bucket] += times;
}

}  // namespace

void Histogram::record(Nanoseconds value, std::uint64_t times) {
  if (times == 0) return;
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = count_ == 0 ? value : std::max(max_, value);
  count_ += times;
  const std::int64_t ns = std::max(value.count(), -std::numeric_limits<std::int64_t>::max());
  if (ns >= 0)
    add(positive_, bucket_of(static_cast<std::uint64_t>(ns)), times);
  else
    add(negative_, bucket_of(static_cast<std::uint64_t>(-ns)), times);
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = count_ == 0 ? other.max_ : std::max(max_, other.max_);
  count_ += other.count_;
  for (std::size_t i = 0; i < other.positive_.size(); ++i) add(positive_, i, other.positive_[i]);
  for (std::size_t i = 0; i < other.negative_.size(); ++i) add(negative_, i, other.negative_[i]);
}

std::optional<Nanoseconds> Histogram::min() const {
  return count_ == 0 ? std::nullopt : std::optional(min_);
}

std::optional<Nanoseconds> Histogram::max() const {
  return count_ == 0 ? std::nullopt : std::optional(max_);
}

std::optional<Nanoseconds> Histogram::percentile(double share) const {
  if (count_ == 0) return std::nullopt;
  return at_rank(nearest_rank(share, count_));
}

Nanoseconds Histogram::at_rank(std::uint64_t rank) const {
  CHECK_THAT_HOLDS(rank >= 1 && rank <= count_);
  if (rank == count_) return max_;
  std::uint64_t seen = 0;
  for (const Bucket& bucket : buckets()) {
    seen += bucket.count;
    if (seen >= rank) return std::min(bucket.highest, max_);
  }
  return max_;
}

std::uint64_t Histogram::count_above(Nanoseconds limit) const {
  std::uint64_t above = 0;
  for (const Bucket& bucket : buckets())
    if (bucket.lowest > limit) above += bucket.count;
  return above;
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> filled;
  for (std::size_t i = negative_.size(); i-- > 0;) {
    const auto [low, high] = range_of(i);
    if (negative_[i] > 0) filled.push_back({Nanoseconds(-high), Nanoseconds(-low), negative_[i]});
  }
  for (std::size_t i = 0; i < positive_.size(); ++i) {
    const auto [low, high] = range_of(i);
    if (positive_[i] > 0) filled.push_back({Nanoseconds(low), Nanoseconds(high), positive_[i]});
  }
  return filled;
}

std::uint64_t nearest_rank(double share, std::uint64_t count) {
  // The small slack keeps 0.55 * 100 = 55.00000000000001 from becoming rank 56.
  const double exact = share * static_cast<double>(count);
  const double rank = std::ceil(exact - exact * 1e-12);
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max(rank, 1.0)), 1, count);
}

}  // namespace votebench::report
