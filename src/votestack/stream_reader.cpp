#include "votestack/stream_reader.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace votebench::votestack {
namespace {

constexpr std::string_view kAfter = "after-write";
constexpr std::string_view kBefore = "before-write";
constexpr std::string_view kNever = "never";
constexpr std::string_view kPlain = "no-group";
constexpr std::array<AckHabit, 5> kAckHabits{{
    {kAfter, "XACK once the vote is committed"},
    {kBefore, "XACK, then --hold, then the write"},
    {kNever, "XREADGROUP with NOACK: nothing is ever pending"},
    {"forgotten", "no XACK: what was read stays pending"},
    {kPlain, "XREAD from where it was; no group"},
}};

constexpr std::string_view kGroup = "workers";
// In milliseconds. It bounds how long a stop request waits.
constexpr std::string_view kBlockedFor = "250";

struct Taken {
  std::vector<std::string> ids;
  std::vector<Ballot> ballots;
};

class StreamReader final : public Shape {
 public:
  explicit StreamReader(Bench& bench)
      : bench_(bench),
        name_(bench.settings.list),
        consumer_(fmt::format("worker-{}", ::getpid())),
        count_(std::to_string(bench.settings.behaviour.batch)),
        least_idle_(std::to_string(in_milliseconds(bench.settings.claim))) {}

  Result<> start() override {
    if (acks(kPlain)) return {};
    TRY_ASSIGN(const auto made,
               bench_.redis.run({{"XGROUP", "CREATE", name_, kGroup, "0", "MKSTREAM"}}));
    if (made[0].kind == RedisReply::Kind::error && !made[0].text.starts_with("BUSYGROUP"))
      return refused(made[0]);
    return {};
  }

  Result<> turn() override {
    if (bench_.settings.claim > Nanoseconds(0)) TRY(claim());
    TRY_ASSIGN(RedisReply reply, run(read_command()));
    if (reply.kind != RedisReply::Kind::list) return bench_.rows.check_connection();
    return handle(entries_of(reply.elements.at(0).elements.at(1)));  // of the only stream
  }

 private:
  static long long in_milliseconds(Nanoseconds time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  }
  [[nodiscard]] bool acks(std::string_view habit) const { return bench_.settings.ack == habit; }
  static Failure refused(const RedisReply& reply) {
    return fail(ErrorKind::environment, "redis: " + reply.text);
  }

  Result<RedisReply> run(const RedisCommand& command) {
    TRY_ASSIGN(auto replies, bench_.redis.run({command}));
    if (replies[0].kind == RedisReply::Kind::error) return refused(replies[0]);
    return std::move(replies[0]);
  }

  [[nodiscard]] RedisCommand read_command() const {
    RedisCommand command{"XREAD"};
    if (!acks(kPlain)) command = {"XREADGROUP", "GROUP", kGroup, consumer_};
    command.insert(command.end(), {"COUNT", count_});
    const bool blocks = bench_.settings.behaviour.poll == Nanoseconds(0);
    if (blocks) command.insert(command.end(), {"BLOCK", kBlockedFor});
    if (acks(kNever)) command.emplace_back("NOACK");
    command.insert(command.end(), {"STREAMS", name_, acks(kPlain) ? std::string_view(last_) : ">"});
    return command;
  }

  // An entry is its id and its fields, names and values in turn.
  static Taken entries_of(const RedisReply& reply) {
    Taken taken;
    for (const RedisReply& entry : reply.elements) {
      if (entry.elements.size() != 2) continue;
      Ballot ballot;
      const std::vector<RedisReply>& fields = entry.elements[1].elements;
      for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        if (fields[i].text == "voter_id") ballot.voter = fields[i + 1].text;
        if (fields[i].text == "vote") ballot.choice = fields[i + 1].text;
      }
      taken.ids.push_back(entry.elements[0].text);
      taken.ballots.push_back(std::move(ballot));
    }
    return taken;
  }

  Result<> handle(const Taken& taken) {
    if (taken.ids.empty()) return {};
    for (const Ballot& ballot : taken.ballots) bench_.truth.record("popped", ballot);
    last_ = taken.ids.back();
    if (acks(kBefore)) TRY(acknowledge(taken.ids));
    pause(bench_.settings.behaviour.hold, bench_.stop);
    TRY(bench_.rows.write(taken.ballots));
    return acks(kAfter) ? acknowledge(taken.ids) : Result<>();
  }

  Result<> acknowledge(const std::vector<std::string>& ids) {
    RedisCommand command{"XACK", name_, kGroup};
    command.insert(command.end(), ids.begin(), ids.end());
    TRY(run(command));
    return {};
  }

  // What another worker has had pending for so long.
  Result<> claim() {
    TRY_ASSIGN(const RedisReply reply,
               run({"XAUTOCLAIM", name_, kGroup, consumer_, least_idle_, "0"}));
    return handle(entries_of(reply.elements.at(1)));
  }

  Bench& bench_;
  std::string name_, consumer_, count_, least_idle_;
  std::string last_ = "0-0";  // entry that it has read
};

}  // namespace

std::span<const AckHabit> ack_habits() { return kAckHabits; }

std::unique_ptr<Shape> make_stream_reader(Bench& bench) {
  return std::make_unique<StreamReader>(bench);
}

}  // namespace votebench::votestack
