// The one table of keys. It is the source of the validator, the defaults, the JSON Schema that
// editors use, and the documentation.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace votebench::scenario {

enum class ValueType : std::uint8_t {
  mapping,         // fixed keys, listed in the table
  names,           // a mapping with free names
  list,            // its elements are the row with the path PATH/[]
  boolean,         // true, false
  count,           // 2000
  number,          // 55 or 0.5
  duration,        // 250ms, 1m30s
  duration_range,  // 1s..10s
  rate,            // 400/s, 10/m, 5/h
  share,           // 20%
  text,            // any string
  name,            // letters, digits, '_', '-', '.'
  word,            // one of `words`
  http_url,
  proxy_url,    // http://HOST[:PORT]
  destination,  // HOST:PORT
  redis_url,
  postgres_uri,
  address,    // an IP address
  secret,     // a reference to a secret: { env: NAME } or { file: PATH }
  threshold,  // metric.stat op value
};

enum class Need : std::uint8_t { optional, required, nullable };

inline constexpr std::string_view kProfileDefault = "(profile)";

// Bit set of the executors that know a key of a workload.
enum ExecutorBit : std::uint8_t {
  kConstantArrivalRate = 1,
  kRampingArrivalRate = 2,
  kConstantClients = 4,
  kBurst = 8,
  kEveryExecutor = 15,
};

struct Key {
  std::string_view path;  // "/http/timeout"; "*" is any name, "[]" each element of a list
  ValueType type;
  // The smallest and largest value: a number, rate per second, share as written, or duration.
  std::string_view least;
  std::string_view most;
  std::string_view fallback;  // the default as it would be written, kProfileDefault, or empty
  Need need;
  std::string_view words;  // of ValueType::word: "uniform poisson"; also a word that any other
                           // type accepts in place of its value: "auto"
  std::uint8_t executors;  // ExecutorBit; for keys below /workloads/*
  std::string_view doc;    // one clause, no full stop
};

[[nodiscard]] std::span<const Key> keys();

struct ExecutorName {
  ExecutorBit bit;
  std::string_view name;
  std::string_view doc;
};
[[nodiscard]] std::span<const ExecutorName> executors();

// Two keys of which a mapping holds exactly one. `executors` as in Key.
struct ExactlyOne {
  std::string_view mapping;
  std::uint8_t executors;
  std::string_view first;
  std::string_view second;
};
[[nodiscard]] std::span<const ExactlyOne> exactly_one_rules();

// JSON Schema draft-07 of a scenario file (`votebench schema`) and of a target file.
[[nodiscard]] std::string json_schema();
[[nodiscard]] std::string target_json_schema();

// The tables of keys, executors and metrics as a page of Markdown: scenarios/KEYS.md.
[[nodiscard]] std::string key_documentation();

}  // namespace votebench::scenario
