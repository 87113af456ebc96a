#include <algorithm>
#include <array>

#include "adapters/store.h"
#include "core/check.h"

namespace votebench::adapters {

// A row each, defined in the folder of its kind.
extern const StoreKind kPostgres;
extern const StoreKind kCounters;

namespace {

constexpr std::array kStoreKinds{&kPostgres, &kCounters};

}  // namespace

const StoreKind& store_kind(const std::optional<RowSettings>& settings) {
  if (!settings) return *kStoreKinds.front();
  const auto found = std::ranges::find(kStoreKinds, settings->kind, &StoreKind::name);
  CHECK_THAT_HOLDS(found != kStoreKinds.end());
  return **found;
}

Result<std::unique_ptr<RowStore>> open_row_store(const RowSettings& settings) {
  return store_kind(settings).open(settings);
}

}  // namespace votebench::adapters
