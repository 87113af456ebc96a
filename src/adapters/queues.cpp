#include <algorithm>
#include <array>

#include "adapters/queue.h"
#include "core/check.h"

namespace votebench::adapters {

// A row each, defined in the folder of its kind.
extern const QueueKind kRedisList;
extern const QueueKind kRedisStream;

namespace {

constexpr std::array kQueueKinds{&kRedisList, &kRedisStream};

const QueueKind& kind_of(const QueueSettings& settings) {
  const auto found = std::ranges::find(kQueueKinds, settings.kind, &QueueKind::name);
  CHECK_THAT_HOLDS(found != kQueueKinds.end());
  return **found;
}

}  // namespace

const QueueKind& queue_kind(const std::optional<QueueSettings>& settings) {
  return settings ? kind_of(*settings) : *kQueueKinds.front();
}

std::string place_of(const QueueSettings& settings) { return kind_of(settings).place(settings); }

std::string blind_spot_of(const QueueSettings& settings) {
  const QueueKind& kind = kind_of(settings);
  return kind.blind_spot == nullptr ? std::string() : kind.blind_spot(settings);
}

Result<std::unique_ptr<QueueProbe>> open_queue_probe(const QueueSettings& settings) {
  return kind_of(settings).open(settings);
}

}  // namespace votebench::adapters
