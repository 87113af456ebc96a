// The auditor's opponent: the rules of the design, written down a second time. Slow, literal, and
// without a line of src/audit: it speaks of votes as words and counts by looking again and again.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace oracle {

enum class Answer { accepted, refused, unclear, unsent };

struct Vote {
  Answer answer;
  char value;
};

struct Voter {
  std::vector<Vote> votes;   // in the order of sending; none: nobody voted under this id
  std::string rows;          // one letter per row
  int seen_in_list = 0;      // elements with this id in the queue
  int seen_with_worker = 0;  // ... and in a side list
};

struct World {
  std::vector<Voter> voters;
  bool last_wins = true;
  bool absence_counts = true;   // settled, and the stores are those of the start
  bool values_changed = false;  // a row of ours was seen with two values, one after the other
  bool rows_vanished = false;   // a row of ours was seen, and then not any more
};

using Classes = std::map<std::string, int>;

struct Opinion {
  Classes accepted, unclear, unsent, rows;  // how many of each in which class
  std::string verdict;                      // "fail", "inconclusive", "pass"
};

// With allowances of zero and without conditions on shares: pass needs one accepted vote.
Opinion judge(const World& world);

}  // namespace oracle
