#include "watch/empty_handed.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/counted.h"
#include "core/text.h"
#include "vote/advice.h"

namespace votebench::watch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A client that polls is looked at no earlier than this after the lists were seen empty.
constexpr Nanoseconds kFirstLook = seconds(2);
// What a worker sent before it died reaches the store's eyes, and so the activity, within this.
constexpr Nanoseconds kLastWords = seconds(2);
// Idle times are whole seconds, by a clock that the server reads ten times a second.
constexpr Nanoseconds kIdleError = seconds(1) + milliseconds(250);

std::string name_of(const QueueClient& client) {
  const std::string& name = client.name.empty() ? client.address : client.name;
  return "worker " + printable(name, 60);
}

// Since the lists were seen empty.
bool acted(const QueueClient& client, Nanoseconds elapsed) {
  return client.idle_s && elapsed >= kFirstLook && seconds(*client.idle_s) + kIdleError <= elapsed;
}

// (b) It waits for a vote, or it asked for one after the lists were seen empty. A high idle time
// means holding or dead, not empty-handed.
bool came_back(const QueueClient& client, Nanoseconds elapsed) {
  if (client.waits) return true;
  return client.asks && acted(client, elapsed);
}

// Its last command is another one: that it came back for a vote is not seen, only that it did
// something. One that was never seen asking, but running what may do anything (a script, a
// transaction), may be none that takes votes.
bool may_have_come_back(const SeenConsumer& consumer, Nanoseconds elapsed) {
  if (!consumer.asked && !consumer.client.asks) return true;
  return !consumer.client.asks && acted(consumer.client, elapsed);
}

std::string has_not_come_back(const QueueClient& client) {
  if (!client.idle_s)
    return name_of(client) + " may hold a vote: the server's clock does not tell since when";
  if (*client.idle_s < 2)
    return client.asks ? name_of(client) + " is still being waited for"
                       : fmt::format("{} did something else a moment ago ({}) and may hold a vote",
                                     name_of(client), printable(client.command, 20));
  return fmt::format("{} has not come back for a vote for {} s, it may hold one", name_of(client),
                     *client.idle_s);
}

std::string takes_unseen(const QueueClient& client) {
  return fmt::format("{} was last seen with {}, which does not show when it came back for a vote",
                     name_of(client), printable(client.command, 20));
}

// Whoever is not connected took what it may hold before the lists were empty.
bool has_passed_max_hold(const Hands& hands) {
  return hands.looked_at - hands.empty_since >= hands.max_hold;
}

// Whoever may hold a vote that was taken before the lists were empty, until max_hold has passed.
std::optional<std::string> until_max_hold(const Hands& hands, const std::string& who,
                                          bool& leans_on_max_hold) {
  leans_on_max_hold = true;
  if (has_passed_max_hold(hands)) return std::nullopt;
  return fmt::format("{} (worker.max_hold is {})", who, format_duration(hands.max_hold));
}

// (c) Who vanished is dead, or has held whatever it had for longer than any worker does. When it
// vanished says nothing: it may have come again for a vote, and gone, between two looks.
std::optional<std::string> obstacle_of_gone(const Hands& hands, const SeenConsumer& consumer,
                                            bool& leans_on_max_hold) {
  if (hands.client_is_dead && hands.client_is_dead(consumer.client)) {
    if (hands.looked_at - *consumer.gone_since >= kLastWords) return std::nullopt;
    return name_of(consumer.client) + " has just died";
  }
  return until_max_hold(hands, name_of(consumer.client) + " disconnected and may still hold a vote",
                        leans_on_max_hold);
}

std::string may_have_taken_votes(const QueueClient& other) {
  return fmt::format("{} ({}) may have taken votes as well", name_of(other),
                     printable(other.command, 20));
}

// A connection that pushes as well may be shared by several clients, of whom each may hold a vote.
// The workers that a profile knows poll; one that waits in a pop may hand its votes on.
std::optional<std::string> obstacle_of_other_habits(const Hands& hands, bool& leans_on_max_hold) {
  const auto shared = std::ranges::find_if(
      hands.consumers, [](const SeenConsumer& seen) { return seen.asked && seen.pushed; });
  if (shared != hands.consumers.end())
    return until_max_hold(
        hands, name_of(shared->client) + " pushes as well: others may share its connection",
        leans_on_max_hold);
  if (!hands.blocking_pops || hands.worker_stated) return std::nullopt;
  return until_max_hold(hands, "a worker that waits in a pop may hand its votes to others",
                        leans_on_max_hold);
}

constexpr const char* kHeldBack =
    "whether votes are held back until more come cannot be tried without voter ids";

// Those who took votes, and do not show that they are empty-handed.
std::optional<std::string> obstacle_of_unknown(const Hands& hands, bool& leans_on_max_hold) {
  std::optional<std::string> obstacle;
  if (hands.unseen_consumers)
    obstacle =
        until_max_hold(hands, "workers that nobody saw may still hold votes", leans_on_max_hold);
  if (!obstacle && !hands.others.empty())
    obstacle =
        until_max_hold(hands, may_have_taken_votes(hands.others.front().client), leans_on_max_hold);
  // A worker that handles several votes at once has written them all within max_hold of its last
  // pop.
  if (!obstacle) obstacle = obstacle_of_other_habits(hands, leans_on_max_hold);
  if (!obstacle && !hands.serial_refuted.empty())
    obstacle = until_max_hold(hands, hands.serial_refuted + ": they handle several votes at a time",
                              leans_on_max_hold);
  if (!obstacle && hands.is_untried())
    obstacle = until_max_hold(hands, kHeldBack, leans_on_max_hold);
  return obstacle;
}

// How the workers differ from those that a profile knows; empty: in nothing that was seen.
std::string strangeness(const Hands& hands) {
  if (!hands.serial_refuted.empty()) return hands.serial_refuted;
  if (hands.is_untried()) return kHeldBack;
  if (hands.unseen_consumers) return "nobody saw all who took votes";
  if (!hands.others.empty()) return may_have_taken_votes(hands.others.front().client);
  for (const SeenConsumer& consumer : hands.consumers) {
    const bool known_dead = hands.client_is_dead && hands.client_is_dead(consumer.client);
    const bool cut_off = consumer.server_id != hands.server_id;
    if (consumer.gone_since && !known_dead && !cut_off)
      return name_of(consumer.client) + " disconnected during the run";
    if (!consumer.client.asks)
      return fmt::format("{} did more than take votes ({})", name_of(consumer.client),
                         printable(consumer.client.command, 20));
  }
  return {};
}

template <Help kSay>
std::string say(const Hands& hands) {
  return advise<kSay>(format_duration(hands.max_hold), duration_literal(hands.max_hold)).text();
}

// What only a profile says does not bind workers that behave otherwise.
std::optional<std::string> obstacle_of_guess(const Hands& hands, HandsFinding& finding) {
  // How many votes at a time they handle was seen: then only for how long is a question.
  const bool model_known = hands.worker_stated || !hands.serial_refuted.empty();
  if (model_known && (hands.max_hold_stated || !finding.leans_on_max_hold)) return std::nullopt;
  const std::string strange = strangeness(hands);
  if (strange.empty()) return std::nullopt;
  finding.advice = hands.serial_refuted.empty() ? say<Help::say_serial_max_hold>(hands)
                                                : say<Help::say_max_hold>(hands);
  return strange + ", and how long a worker may hold a vote is only assumed";
}

// Where side lists may not show all that is in hand. One that takes a vote off its side list before
// it writes makes a late vote look lost.
std::string doubt_of_side_lists(const Hands& hands) {
  if (!hands.settled_early.empty()) return hands.settled_early;
  if (hands.handed_over > 0)
    return fmt::format(
        "a vote may have been handed to a second worker while the first still has it "
        "({})",
        counted(hands.handed_over, "call"));
  return hands.votes_are_missing ? "a worker may have taken votes off its side list early" : "";
}

std::optional<std::string> obstacle_of_doubt(const Hands& hands, const std::string& who,
                                             HandsFinding& finding) {
  if (hands.max_hold_stated) return until_max_hold(hands, who, finding.leans_on_max_hold);
  finding.advice = say<Help::say_unknown_max_hold>(hands);
  return who + ", and how long it may hold one is only assumed";
}

// Workers of whatever model that keep in a side list what they have in hand.
HandsFinding look_at_side_lists(const Hands& hands) {
  HandsFinding finding;
  if (!hands.side_lists) {
    finding.obstacle = "the worker may hold several votes (the target says worker: unknown)";
    return finding;
  }
  finding.leans_on_side_lists = true;
  if (hands.taken_bare > 0)
    finding.obstacle = fmt::format(
        "votes may have been taken past the side lists ({}), and the target says worker: unknown",
        counted(hands.taken_bare, "time"));
  else if (const std::string doubt = doubt_of_side_lists(hands); !doubt.empty())
    finding.obstacle = obstacle_of_doubt(hands, doubt, finding);
  if (!finding.obstacle) finding.obstacle = obstacle_in_store(hands.activity);
  return finding;
}

}  // namespace

std::optional<std::string> obstacle_in_store(const adapters::StoreActivity& activity) {
  if (activity.may_write.empty()) return std::nullopt;
  return activity.may_write.front();
}

HandsFinding look_at_hands(const Hands& hands) {
  if (!hands.blind_spot.empty()) return {.obstacle = hands.blind_spot};
  const bool several_that_show =
      hands.shows_hands && hands.taken_bare == 0 && !hands.serial_refuted.empty();
  if (hands.worker != WorkerModel::serial || several_that_show) return look_at_side_lists(hands);
  HandsFinding finding{.several_at_once = !hands.serial_refuted.empty()};
  const Nanoseconds elapsed = hands.looked_at - hands.empty_since;
  for (const SeenConsumer& consumer : hands.consumers) {
    if (consumer.gone_since)
      finding.obstacle = obstacle_of_gone(hands, consumer, finding.leans_on_max_hold);
    else if (!came_back(consumer.client, elapsed))
      finding.obstacle =
          may_have_come_back(consumer, elapsed)
              ? until_max_hold(hands, takes_unseen(consumer.client), finding.leans_on_max_hold)
              : has_not_come_back(consumer.client);
    else if (hands.looked_at - consumer.seen_since < kClientsEvery)  // maybe one of many short ones
      finding.obstacle = name_of(consumer.client) + " has just connected";
    if (finding.obstacle) return finding;
  }
  finding.obstacle = obstacle_of_unknown(hands, finding.leans_on_max_hold);
  if (!finding.obstacle) finding.obstacle = obstacle_of_guess(hands, finding);
  if (!finding.obstacle) finding.obstacle = obstacle_in_store(hands.activity);
  return finding;
}

}  // namespace votebench::watch
