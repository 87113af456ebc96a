// What a stock worker does with votes between the list and the table: a table of shapes, each as it
// was met in a real stack. None of them loses a vote unless it is killed.
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "votestack/row_writer.h"
#include "votestack/vote_list.h"
#include "votestack/worker.h"

namespace votebench::votestack {

// What a worker works with.
struct Bench {
  const WorkerSettings& settings;
  const TruthLog& truth;
  Planting& planting;
  std::stop_token stop;
  RedisLink& redis;
  VoteList& list;
  RowWriter& rows;

  // Of what was just taken from the list. Error: one is no vote; it is gone, and those before it.
  [[nodiscard]] Result<std::vector<Ballot>> read(const VoteList::Elements& elements) const;
};

// One thread at a time. Every error is the reason to exit; what is in hand is lost then.
class Shape {
 public:
  virtual ~Shape() = default;
  [[nodiscard]] virtual Result<> start() { return {}; }   // before the first turn
  [[nodiscard]] virtual Result<> turn() = 0;              // one look at the list
  [[nodiscard]] virtual Result<> finish() { return {}; }  // on the stop request
};

struct ShapeKind {
  std::string_view word;
  std::string_view what;                         // one clause
  std::unique_ptr<Shape> (*make)(Bench& bench);  // `bench` must outlive it
};

// The first is that of the real worker.
[[nodiscard]] std::span<const ShapeKind> shapes();
[[nodiscard]] const ShapeKind* find_shape(std::string_view word);  // null: there is none

}  // namespace votebench::votestack
