// A log-linear histogram of durations: 128 buckets per power of two of nanoseconds.
//
// Below 256 ns every value has its own bucket. Above, a bucket spans at most 1/128 of its lowest
// value. percentile() answers with the upper end of a bucket (never above the maximum), so it is
// never below the value that a sort would give and at most 1/128 of it above. Negative values
// (clock noise between two machines) are kept, mirrored. Count, minimum and maximum are exact.
// Memory: 8 bytes per bucket up to the largest value seen, at most 58 KiB a side.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/clock.h"

namespace votebench::report {

class Histogram {
 public:
  // Values from lowest to highest, both inclusive; count > 0.
  struct Bucket {
    Nanoseconds lowest{};
    Nanoseconds highest{};
    std::uint64_t count = 0;
    friend bool operator==(const Bucket&, const Bucket&) = default;
  };

  void record(Nanoseconds value, std::uint64_t times = 1);
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  // Nothing while count() == 0.
  [[nodiscard]] std::optional<Nanoseconds> min() const;
  [[nodiscard]] std::optional<Nanoseconds> max() const;
  // The value of rank ceil(share * count), at least 1 (nearest rank); share in [0, 1].
  [[nodiscard]] std::optional<Nanoseconds> percentile(double share) const;
  // The value of the rank-th smallest entry; 1 <= rank <= count().
  [[nodiscard]] Nanoseconds at_rank(std::uint64_t rank) const;
  // Values above `limit`; exact where `limit` is the upper end of a bucket, otherwise the bucket
  // that holds `limit` is not counted.
  [[nodiscard]] std::uint64_t count_above(Nanoseconds limit) const;
  // Non-empty buckets, ascending: what an export needs.
  [[nodiscard]] std::vector<Bucket> buckets() const;

 private:
  std::vector<std::uint64_t> positive_;  // by bucket, grown on demand
  std::vector<std::uint64_t> negative_;  // of the magnitudes
  std::uint64_t count_ = 0;
  Nanoseconds min_{};
  Nanoseconds max_{};
};

// ceil(share * count), at least 1: the rank of a percentile among `count` values.
[[nodiscard]] std::uint64_t nearest_rank(double share, std::uint64_t count);

}  // namespace votebench::report
