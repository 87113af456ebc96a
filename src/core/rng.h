// Seeded, reproducible randomness. The standard distributions may differ between
// libraries; a plan must not, so the few draws that a plan needs are defined here.
#pragma once

#include <cmath>
#include <cstdint>

namespace votebench {

// SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection on 64-bit words.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

// A SplitMix64 stream. Copyable: a copy continues with the same draws. Not thread-safe.
class Rng {
 public:
  // Different `stream` values of one seed give independent streams.
  explicit constexpr Rng(std::uint64_t seed, std::uint64_t stream = 0) noexcept
      : state_(mix64(seed ^ mix64(stream))) {}

  constexpr std::uint64_t next() noexcept {
    const std::uint64_t value = mix64(state_);
    state_ += 0x9e3779b97f4a7c15ULL;
    return value;
  }

  // Uniform in [0, 1), 53 random bits.
  constexpr double uniform() noexcept { return static_cast<double>(next() >> 11U) * 0x1p-53; }

  // Uniform in [0, bound); bound > 0. Bias below bound / 2^64.
  constexpr std::uint64_t below(std::uint64_t bound) noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64U);
  }

  // Exponential with mean 1, by inversion.
  double exponential() noexcept { return -std::log1p(-uniform()); }

 private:
  std::uint64_t state_;
};

}  // namespace votebench
