// Why votes were not accepted, with what to do about it.
#include "core/text.h"
#include "report/document/sections.h"
#include "report/words.h"

namespace votebench::report::sections {
namespace {

std::string_view counts_as(Outcome outcome) {
  switch (outcome) {
    case Outcome::rejected:
      return "rejected";
    case Outcome::not_sent:
      return "not sent";
    default:
      return "unknown";
  }
}

}  // namespace

Section causes(const Report& report) {
  Section section{"causes", "", "Votes that were not accepted"};
  Table table{{{"votes", true}, {"cause"}, {"counts as"}, {"longest", true}, {"what to do"}}, {}};
  for (const Unaccepted& votes : report.audit.unaccepted)
    table.rows.push_back({{{format_count(votes.count)},
                           {words_of(votes)},
                           {counts_as(votes.outcome)},
                           {format_duration(votes.longest)},
                           {advice_for(votes)}}});
  section.add(std::move(table));
  return section;
}

}  // namespace votebench::report::sections
