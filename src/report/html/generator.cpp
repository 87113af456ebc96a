#include "core/text.h"
#include "report/html/plot.h"
#include "report/html/sections.h"
#include "report/words.h"

namespace votebench::report::html {
namespace {

void fact(Markup& out, std::string_view name, const std::string& value, Raw picture = {}) {
  out.add("<div><dt>{}</dt><dd>{}{}</dd></div>\n", name, value, picture);
}

std::string lag_text(const Report& report, double share) {
  const auto value = report.lag.percentile(share);
  return value ? format_duration(*value) : std::string(kNotMeasured);
}

std::string time_or_none(Nanoseconds time) {
  return time == Nanoseconds(0) ? "none" : format_duration(time);
}

void add_facts(Markup& out, const Report& report) {
  const GeneratorFacts& facts = report.generator;
  const std::uint64_t votes = report.audit.accounting.started();
  out.add("<dl class=\"facts\">\n");
  if (report.lag.count() > 0) {
    fact(out, "Lag p50 / p99", lag_text(report, 0.5) + " / " + lag_text(report, 0.99));
    fact(out, "Greatest lag", lag_text(report, 1), sparkline(report.timeline.lag_max, "failed"));
  }
  fact(out, "Sender threads", std::to_string(facts.threads));
  if (votes > 0)
    fact(out, "CPU per vote", format_duration(facts.cpu / static_cast<std::int64_t>(votes)));
  fact(out, "CPU time stolen by other guests", percent_text(facts.steal_share));
  fact(out, "Load time at max_in_flight", percent_text(facts.exhausted_share));
  fact(out, "Longest gap between samples", time_or_none(facts.longest_sampler_gap));
  fact(out, "Greatest step of the wall clock", time_or_none(facts.clock_step));
  out.add("</dl>\n");
}

}  // namespace

Raw generator(const Report& report) {
  if (report.error) return {};
  const Validity& validity = report.validity;
  Markup out;
  out.add("<section id=\"generator\"><h2>Load generator</h2>\n<p>{} {}</p>\n",
          state_mark(validity.all() ? State::good : State::open,
                     validity.all() ? "valid" : "not valid"),
          validity.all()
              ? "Rates and latencies hold: the generator kept its own schedule."
              : "Rates and latencies do not hold, for the reasons below. The audit does: "
                "whether a vote is stored does not depend on when it was sent.");
  if (!validity.reasons.empty() || !validity.notes.empty()) {
    out.add("<ul>");
    for (const std::string& reason : validity.reasons) out.add("<li>{}</li>", reason);
    for (const std::string& note : validity.notes) out.add("<li class=\"muted\">{}</li>", note);
    out.add("</ul>\n");
  }
  add_facts(out, report);
  out.add("</section>\n");
  return std::move(out).raw();
}

}  // namespace votebench::report::html
