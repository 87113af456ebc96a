// Every sentence that says what would help a run that was judged: a row each, in one table, and no
// advice is made of anything else but what others say (Advice::of_others). A test goes through the
// rows (tests/unit/run/sentences_test.cpp): each has a world that reaches it, and one that must
// not.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace votebench {

enum class Help : std::uint8_t {
  find_id_changer,
  check_queue_address,
  find_overtaker,
  find_repeater,
  read_target_log,
  send_all_votes,
  allow_unknown,
  name_a_block,
  bring_store_back,
  keep_table,
  use_primary,
  stop_removers,
  keep_queue_up,
  set_drain_timeout,
  look_after_worker,
  give_drain_time,
  queue_before_answer,
  use_ids,
  begin_empty,
  use_ids_or_be_alone,
  ask_vote_service,
  look_at_ids,
  let_run_end,
  check_accept,
  keep_counters_still,
  be_alone_on_counters,
  say_exclusive,
  judge_stored,
  verify_before_clean,
  verify_before_removal,
  verify_while_up,
  report_fault,
  outlast_event,
  read_event,
  begin_in_time,
  find_shard_end,
  merge_later,
  keep_ledgers,
  find_restarts,
  write_then_take,
  queue_then_answer,
  store_on_disk,
  say_quiet,
  say_max_hold,
  say_serial_max_hold,
  say_unknown_max_hold,
};

struct HelpWords {
  Help help;
  std::string_view words;  // {}: a name or a number of the run
};

inline constexpr std::array kHelp{
    HelpWords{Help::find_id_changer,
              "ids are changed on the way: {} '{}'; such votes are not gone, but nobody finds them "
              "under their id. Find what changes them"},
    HelpWords{Help::check_queue_address,
              "the vote service accepts votes that it does not queue: check its {} address and "
              "log"},
    HelpWords{Help::find_overtaker,
              "look for workers that overtake each other, a push that came late, or an old queue "
              "that {} reloaded"},
    HelpWords{Help::find_repeater,
              "look for a proxy or load balancer that repeats a POST, a client library that "
              "repeats a push, or a worker that repeats its INSERT"},
    HelpWords{Help::read_target_log, "look at the target's log"},
    HelpWords{Help::send_all_votes, "let the load send all of its votes"},
    HelpWords{Help::allow_unknown, "{}; or allow more with audit.unknown"},
    HelpWords{Help::name_a_block, "give the target a {} block"},
    HelpWords{Help::bring_store_back, "bring {} back and run again"},
    HelpWords{
        Help::keep_table,
        "keep the table in place during a run: no restore, no new table, nothing that empties "
        "or rewrites it (TRUNCATE, VACUUM FULL, CLUSTER)"},
    HelpWords{Help::use_primary, "point {}.url at the primary"},
    HelpWords{Help::stop_removers,
              "keep what removes or moves rows away during a run (an archiver, a cleanup job)"},
    HelpWords{Help::keep_queue_up, "keep {} up until the drain has ended"},
    HelpWords{Help::set_drain_timeout, "set drain.timeout: {}"},
    HelpWords{Help::look_after_worker,
              "look after the worker; a longer drain.timeout helps only while it makes progress"},
    HelpWords{Help::give_drain_time, "give the drain more time (drain.timeout)"},
    HelpWords{Help::queue_before_answer,
              "let the vote service answer only once a vote is queued: one that comes later is "
              "missed by the drain; `verify` looks again"},
    HelpWords{Help::use_ids, "use voter ids (vote.identity: echoed)"},
    HelpWords{Help::begin_empty, "start from an empty queue, avoid timeouts"},
    HelpWords{Help::use_ids_or_be_alone,
              "use voter ids (vote.identity: echoed), or have the target to yourself"},
    HelpWords{Help::ask_vote_service,
              "ask the vote service what it does with a vote that another one follows at once"},
    HelpWords{Help::look_at_ids, "look at the ids of these rows"},
    HelpWords{Help::let_run_end, "let a run end by itself, or with one Ctrl-C"},
    HelpWords{Help::check_accept,
              "check vote.accept and the profile's rejected statuses against the app"},
    HelpWords{Help::keep_counters_still,
              "nobody may reset the counters, restart their server or write them during a run"},
    HelpWords{Help::be_alone_on_counters, "have the counters to yourself while a run lasts"},
    HelpWords{Help::say_exclusive,
              "if nobody else can vote there, say counters.exclusive: true: then it is a failure"},
    HelpWords{Help::judge_stored, "`verify --stored` judges what the run saw"},
    HelpWords{Help::verify_before_clean,
              "`verify --stored` judges what the run saw; verify a run before it is cleaned"},
    HelpWords{Help::verify_before_removal, "verify a run before its rows are removed"},
    HelpWords{Help::verify_while_up, "verify a run while its {} is still up"},
    HelpWords{Help::report_fault, "report this as a fault of votebench, with the run's directory"},
    HelpWords{Help::outlast_event,
              "let the load last longer than that, or say `optional: true` there"},
    HelpWords{Help::read_event, "see what it says, or say `optional: true` there"},
    HelpWords{Help::begin_in_time,
              "see what its engine says of it, and give the shards more time to begin (shards "
              "prepare --start-in)"},
    HelpWords{Help::find_shard_end,
              "see who stopped it: its engine's time limit, memory, an eviction"},
    HelpWords{Help::merge_later, "when it has ended: `votebench merge`, and it is judged again"},
    HelpWords{Help::keep_ledgers,
              "keep the directory of the ticket on a disk that outlives the shards; if the ledger "
              "turns up: `votebench merge`"},
    HelpWords{Help::find_restarts,
              "look for restarts of worker, {} and database when the lost votes were sent"},
    HelpWords{Help::write_then_take,
              "the lost votes were on their way when {} came ({}): a worker loses none that takes "
              "a vote out of the queue only once its row is written"},
    HelpWords{Help::queue_then_answer,
              "the lost votes were on their way when {} came ({}): an app loses none that answers "
              "only once the vote is queued"},
    HelpWords{Help::store_on_disk,
              "the lost votes were on their way when {} came ({}): a store loses none that puts on "
              "disk what it accepts"},
    HelpWords{Help::say_quiet,
              "if no vote takes longer than 30 s, say so in the target: settle: {{ quiet: 30s }}"},
    HelpWords{Help::say_max_hold,
              "if no worker holds a vote for longer than {}, say so in the target: worker: {{ "
              "max_hold: {} }}"},
    HelpWords{Help::say_serial_max_hold,
              "if no worker holds a vote for longer than {}, say so in the target: worker: {{ "
              "model: serial, max_hold: {} }}"},
    HelpWords{Help::say_unknown_max_hold,
              "if no worker holds a vote for longer than {}, say so in the target: worker: {{ "
              "model: unknown, max_hold: {} }}"},
};

static_assert(
    [] {
      for (std::size_t i = 0; i < kHelp.size(); ++i)
        if (kHelp[i].help != static_cast<Help>(i)) return false;
      return kHelp.back().help == Help::say_unknown_max_hold;
    }(),
    "a row per sentence, in the order of their names");

// One sentence, or none.
class Advice {
 public:
  Advice() = default;
  // What an error, the drain or the causes of votes that were not accepted (vote/cause.h) advise.
  [[nodiscard]] static Advice of_others(std::string text) { return Advice(std::move(text)); }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  template <Help kWhich, typename... Parts>
  friend Advice advise(const Parts&... parts);
  explicit Advice(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

// The sentence with its names and numbers.
template <Help kWhich, typename... Parts>
[[nodiscard]] Advice advise(const Parts&... parts) {
  constexpr std::string_view kWords = kHelp[static_cast<std::size_t>(kWhich)].words;
  return Advice(fmt::format(fmt::format_string<const Parts&...>(kWords), parts...));
}

}  // namespace votebench
