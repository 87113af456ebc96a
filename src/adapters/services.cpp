#include "adapters/services.h"

#include "adapters/queue.h"
#include "adapters/store.h"

namespace votebench::adapters {

Services services_of(const TargetSettings& target) {
  const QueueKind& queue = queue_kind(target.queue);
  const StoreKind& store = store_kind(target.rows);
  return {{std::string(queue.title), std::string(queue.name)},
          {std::string(store.title), std::string(store.name)}};
}

}  // namespace votebench::adapters
