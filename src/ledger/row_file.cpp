// rows.bin, little endian:
//
//   file := "VBROWS1\n" count:u64 row{count} sha256:64 hexadecimal digits over all before
//   row  := voter:u32 choice:u8 zero:u8{3} committed_ns:i64            16 bytes
#include "ledger/row_file.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "core/os.h"
#include "ledger/files.h"
#include "ledger/seal.h"

namespace votebench::ledger {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are stored as they are in memory");

constexpr std::string_view kMagic = "VBROWS1\n";
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kRowBytes = 16;
constexpr std::size_t kHashDigits = 64;

template <typename T>
void put(std::string& content, T value) {
  content.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename T>
T take(const char*& at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  at += sizeof value;
  return value;
}

Result<> check_whole(std::string_view content, const std::filesystem::path& file) {
  if (content.size() < kHeaderBytes + kHashDigits || !content.starts_with(kMagic))
    return damaged(file, "it has no header");
  const char* at = content.data() + kMagic.size();
  const auto count = take<std::uint64_t>(at);
  const std::size_t body = content.size() - kHeaderBytes - kHashDigits;
  if (body % kRowBytes != 0 || count != body / kRowBytes)
    return damaged(file,
                   fmt::format("its header says {} rows, it has {} bytes of them", count, body));
  const std::size_t summed = content.size() - kHashDigits;
  if (content.substr(summed) != sha256(content.substr(0, summed)))
    return damaged(file, "its checksum does not match");
  return {};
}

std::vector<OwnRow> rows_in(std::string_view content) {
  const char* at = content.data() + kMagic.size();
  std::vector<OwnRow> rows(take<std::uint64_t>(at));
  for (OwnRow& row : rows) {
    row.voter = take<VoterIndex>(at);
    row.choice = static_cast<ChoiceIndex>(take<std::uint32_t>(at));
    row.committed_ns = take<std::int64_t>(at);
  }
  return rows;
}

}  // namespace

Result<> write_rows(const std::filesystem::path& file, const std::vector<OwnRow>& rows) {
  std::string content(kMagic);
  content.reserve(kHeaderBytes + rows.size() * kRowBytes + kHashDigits);
  put(content, std::uint64_t{rows.size()});
  for (const OwnRow& row : rows) {
    put(content, row.voter);
    put(content, std::uint32_t{row.choice});
    put(content, row.committed_ns);
  }
  content += sha256(content);
  return write_file_durably(file, content);
}

Result<std::vector<OwnRow>> read_rows(const std::filesystem::path& file) {
  const Result<std::string> content = read_file(file);
  if (!content) return fail(content.error());
  TRY(check_whole(*content, file));
  return rows_in(*content);
}

}  // namespace votebench::ledger
