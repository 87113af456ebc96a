// Counters on a page: a JSON document that shows them, at a JSON pointer each.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "adapters/counters.h"
#include "adapters/http/http_exchange.h"
#include "core/number.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

using Json = nlohmann::json;

constexpr Nanoseconds kPageLimit = std::chrono::seconds(5);

class PageCounters final : public CounterSource {
 public:
  explicit PageCounters(const RowSettings& settings)
      : settings_(settings),
        via_{{}, {}, settings.counters->tls_verify, settings.counters->tls_ca_file} {}

  Result<CounterReading> read() override {
    HttpCall call;
    call.url = settings_.url;
    const HttpReply reply = http_exchange(call, kPageLimit, via_);
    if (!reply.error.empty()) return broken("does not answer: " + printable(reply.error));
    if (reply.status != 200) return broken(fmt::format("answers {}", reply.status));
    if (reply.body.size() >= call.most_body) return broken("is too long to be read");
    const Json page = Json::parse(reply.body, nullptr, false);
    if (page.is_discarded())
      return broken(fmt::format("is no JSON (it begins '{}')", printable(reply.body, 40)));
    CounterReading reading;
    for (const auto& [choice, pointer] : settings_.stored_choices) {
      TRY_ASSIGN(reading.counts[pointer], count_at(page, pointer));
    }
    return reading;
  }

  Result<StoreFacts> facts() override {
    TRY(read());
    return StoreFacts{.version = "a JSON page"};
  }
  Result<TableFacts> table() override {
    TRY(read());
    return all_there();
  }
  // What stands behind the page is not known: a counter that goes back is what shows another one.
  Result<StoreIdentity> identity() override { return StoreIdentity{settings_.url, settings_.url}; }
  // Nor is who writes there, and it may be of a while ago.
  Result<StoreActivity> activity() override {
    StoreActivity activity;
    activity.untold =
        "a page does not tell how old its counts are (settle.quiet says for how long they may be "
        "behind)";
    return activity;
  }
  Result<ClockOffset> clock_offset(const Clock&) override { return ClockOffset{}; }

 private:
  [[nodiscard]] Failure broken(const std::string& what) const {
    return fail(ErrorKind::environment,
                fmt::format("the page of counters at {} {}", settings_.url, what),
                "check counters.page.url");
  }

  [[nodiscard]] Result<std::uint64_t> count_at(const Json& page, const std::string& text) const {
    const Json::json_pointer pointer(text);  // the scenario has checked its form
    if (!page.contains(pointer)) return broken(fmt::format("has nothing at {}", printable(text)));
    const Json& value = page.at(pointer);
    if (value.is_number_unsigned()) return value.get<std::uint64_t>();
    if (value.is_string())
      if (const auto number = whole_number<std::uint64_t>(value.get_ref<const std::string&>()))
        return *number;
    return broken(fmt::format("has no count at {}, but {}", printable(text),
                              printable(value.dump(-1, ' ', true), 40)));
  }

  RowSettings settings_;
  HttpVia via_;
};

Result<std::unique_ptr<CounterSource>> open_page_counters(const RowSettings& settings) {
  return std::unique_ptr<CounterSource>(std::make_unique<PageCounters>(settings));
}

Result<HostPort> no_tunnel(const RowSettings&) {
  return fail(ErrorKind::usage, "the page of counters is read directly, not through a tunnel",
              "name counters.redis or counters.postgres, or remove the tunnel");
}

}  // namespace

extern const CounterKind kPageCounters;
const CounterKind kPageCounters{"page", "a page", open_page_counters, no_tunnel};

}  // namespace votebench::adapters
