// Several tests at once: p-values adjusted so that the chance of any false alarm among them stays
// at the level, however the tests depend on each other.
//
// S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6 (1979)
// 65-70. The i-th smallest of m p-values becomes the largest of (m - j + 1) p(j), j <= i.
#pragma once

#include <span>
#include <vector>

namespace votebench::report {

// In the order of `p_values`, each at most 1.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

}  // namespace votebench::report
