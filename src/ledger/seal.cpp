#include "ledger/seal.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "core/os.h"
#include "core/text.h"
#include "ledger/files.h"

namespace votebench::ledger {
namespace {

std::vector<std::string> names_in(const std::filesystem::path& run) {
  std::vector<std::string> names(kSealedFiles.begin(), kSealedFiles.end());
  std::error_code none;
  for (const char* const segments : {kAttemptsDirectory, kIdsDirectory})
    for (const auto& entry : std::filesystem::directory_iterator(run / segments, none))
      if (entry.path().extension() == ".seg")
        names.push_back(entry.path().lexically_relative(run).string());
  std::erase_if(names,
                [&](const std::string& name) { return !std::filesystem::exists(run / name); });
  std::sort(names.begin(), names.end());
  return names;
}

std::string seal_breach(const std::filesystem::path& run, const FileSeal& seal) {
  if (!std::filesystem::exists(run / seal.name)) return "missing";
  const Result<std::string> content = read_file(run / seal.name);
  if (!content) return content.error().message;
  if (content->size() != seal.bytes)
    return fmt::format("{} bytes, {} when it was sealed", content->size(), seal.bytes);
  return sha256(*content) == seal.sha256 ? "" : "its content changed since it was sealed";
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
  return to_hex(hash);
}

Result<std::vector<FileSeal>> seal_files(const std::filesystem::path& run) {
  std::vector<FileSeal> seals;
  for (const std::string& name : names_in(run)) {
    TRY_ASSIGN(const std::string content, read_file(run / name));
    seals.push_back({name, content.size(), sha256(content)});
  }
  return seals;
}

Result<> sync_files(const std::filesystem::path& run) {
  for (const std::string& name : names_in(run)) TRY(sync_file(run / name));
  for (const char* const segments : {kAttemptsDirectory, kIdsDirectory})
    if (std::filesystem::exists(run / segments)) TRY(sync_directory(run / segments));
  return sync_directory(run);
}

std::vector<std::string> broken_seals(const std::filesystem::path& run,
                                      const std::vector<FileSeal>& seals) {
  std::vector<std::string> lines;
  for (const FileSeal& seal : seals)
    if (const std::string breach = seal_breach(run, seal); !breach.empty())
      lines.push_back(fmt::format("{}: {}", seal.name, breach));
  return lines;
}

}  // namespace votebench::ledger
