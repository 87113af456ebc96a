// What a key of a file is, and the tree of all keys.
//
// The keys are described once, in scenario/describe.h, together with the fields that they set. The
// tree here is made from that description on first use; the checker, the JSON Schema and the page
// of keys read it. A default is stated once too: by the record's own field (scenario/scenario.h,
// vote/target_settings.h). The tree holds it as it would be written.
//
// Thread safety: the trees are built by the first call of any thread and never change;
// set_stack_words() comes before.
#pragma once

#include <cstdint>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/scenario.h"

namespace votebench::scenario {

// How the text of a value is read; scenario/values.h does it.
enum class ValueType : std::uint8_t {
  mapping,         // fixed keys
  names,           // a mapping with free names, 1 to 64; each value is the key "*"
  choices,         // the same with choices as names: any text of 1 to 255 bytes
  fields,          // the same with fields of a form as names
  list,            // each element is the key "[]"
  boolean,         // true, false
  count,           // 2000
  number,          // 55 or 0.5
  duration,        // 250ms, 1m30s
  duration_range,  // 1s..10s
  rate,            // 400/s, 10/m, 5/h
  share,           // 20%
  text,            // any string of 1 to 1000 characters
  scalar,          // the same; numbers and booleans are taken for their text
  name,            // letters, digits, '_', '-', '.'
  word,            // one of `words`
  http_url,
  proxy_url,    // http://HOST[:PORT]
  destination,  // HOST:PORT
  redis_url,
  postgres_uri,
  address,  // an IP address
  secret,   // a reference to a secret: { env: NAME } or { file: PATH }
  text_or_secret,
  threshold,  // metric.stat op value
};

enum class Need : std::uint8_t {
  optional,
  required,
  nullable,     // optional, and `null` says the same as leaving it out
  or_none,      // optional, and `null` says: none, where the default is something
  alternative,  // one of two keys of which exactly one is needed: no default
};

// Who gives a field its value when its key is left out.
enum class DefaultFrom : std::uint8_t {
  record,   // the record as it is constructed
  profile,  // the target's profile (scenario/profiles.h)
  nowhere,  // nobody: an empty list means that nothing was said, and is not written
};

// Bit set of the executors that know a key: 1 << the index in Executor. All bits for a key outside
// of workloads.
using ExecutorBits = std::uint8_t;
inline constexpr ExecutorBits kEveryExecutor = (1U << std::variant_size_v<Executor>)-1;

struct Key {
  std::string_view name;  // "timeout"; "*": any name; "[]": each element of a list
  ValueType type = ValueType::mapping;
  std::string_view doc;  // one clause, no full stop
  Need need = Need::optional;
  DefaultFrom default_from = DefaultFrom::record;
  // The smallest and the largest value as they would be written; both empty: every value.
  std::string_view least{};
  std::string_view most{};
  // The words of ValueType::word; of another type: words that may stand in the place of a value.
  std::vector<std::string> words{};

  // Set while the tree is made.
  std::string path{};      // "/http/timeout"; empty: the root
  std::string fallback{};  // the default as written, without quotes; empty: none to show
  ExecutorBits executors = kEveryExecutor;

  friend bool operator==(const Key&, const Key&) = default;

  // The parts of a description: each returns the key with one thing more said about it.
  [[nodiscard]] Key required() const { return with(&Key::need, Need::required); }
  [[nodiscard]] Key nullable() const { return with(&Key::need, Need::nullable); }
  [[nodiscard]] Key or_none() const { return with(&Key::need, Need::or_none); }
  [[nodiscard]] Key alternative() const { return with(&Key::need, Need::alternative); }
  [[nodiscard]] Key profile_default() const {
    return with(&Key::default_from, DefaultFrom::profile);
  }
  [[nodiscard]] Key no_default() const { return with(&Key::default_from, DefaultFrom::nowhere); }
  [[nodiscard]] Key among(std::vector<std::string> list) const {
    return with(&Key::words, std::move(list));
  }
  [[nodiscard]] Key range(std::string_view smallest, std::string_view largest) const {
    return with(&Key::least, smallest).with(&Key::most, largest);
  }

 private:
  template <typename Field>
  [[nodiscard]] Key with(Field Key::*field, Field value) const {
    Key changed = *this;
    changed.*field = std::move(value);
    return changed;
  }
};

// The start of a description.
[[nodiscard]] inline Key key(std::string_view name, ValueType type, std::string_view doc) {
  return {name, type, doc};
}

// Two keys of a mapping of which it holds exactly one.
struct OneOf {
  std::string_view first;
  std::string_view second;
  bool needed = true;  // exactly one; else at most one
  ExecutorBits executors = kEveryExecutor;
};

// What may stand at one place of a file.
struct KeyTree {
  Key key;
  // Of a mapping: its keys in the order in which files are written. Executors may give one name
  // different meanings. Of names and lists: one child, "*" or "[]". A value with children may also
  // be written as the mapping of them.
  std::list<KeyTree> children;
  std::vector<OneOf> one_of;

  [[nodiscard]] bool is_root() const { return key.path.empty(); }
  // REQUIRES: names or list.
  [[nodiscard]] const KeyTree& item() const { return children.front(); }
  // The child that one of `executors` knows; nullptr: none.
  [[nodiscard]] const KeyTree* find(std::string_view child, ExecutorBits executors) const;
};

// The words of the keys under `stack`. The kinds of stacks know them (stack/kind.h).
struct StackWords {
  std::vector<std::string> kinds;         // stack.name
  std::vector<std::string> costly_kinds;  // what stack.name may not say: only a command line may
  std::vector<std::string> variants;      // stack.variant
  std::vector<std::string> orders;        // stack.order
};
// Until it is called those keys have no words. REQUIRES: no tree has been asked for yet.
void set_stack_words(StackWords words);
[[nodiscard]] const StackWords& stack_words();

[[nodiscard]] const KeyTree& scenario_tree();
[[nodiscard]] const KeyTree& target_tree();  // the subtree of /target

// Every key of a scenario but the root, parents before their children.
[[nodiscard]] std::span<const Key> keys();
// The first key with this path. REQUIRES: there is one.
[[nodiscard]] const Key& key_at(std::string_view path);

// The load models, in the order of the alternatives of Executor.
struct ExecutorName {
  ExecutorBits bit;
  std::string_view name;
  std::string_view doc;
};
[[nodiscard]] std::span<const ExecutorName> executors();
// nullptr: no such executor.
[[nodiscard]] const ExecutorName* find_executor(std::string_view name);
// An executor of this kind, its fields at their defaults. REQUIRES: exactly one bit.
[[nodiscard]] Executor make_executor(ExecutorBits bit);

}  // namespace votebench::scenario
