// CRC-8 with the polynomial x^8 + x^2 + x + 1.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace votebench::ledger {

constexpr std::array<std::uint8_t, 256> crc8_table() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned value = 0; value < table.size(); ++value) {
    unsigned crc = value;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1U) ^ ((crc & 0x80U) != 0 ? 0x107U : 0U);
    table[value] = static_cast<std::uint8_t>(crc);
  }
  return table;
}

// `seed`: what it begins with.
[[nodiscard]] inline std::uint8_t crc8(std::span<const std::uint8_t> bytes, std::uint8_t seed) {
  static constexpr auto kTable = crc8_table();
  std::uint8_t crc = seed;
  for (const std::uint8_t byte : bytes) crc = kTable[crc ^ byte];
  return crc;
}

}  // namespace votebench::ledger
