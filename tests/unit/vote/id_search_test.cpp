#include "vote/id_search.h"

#include <fmt/format.h>
#include <sodium.h>
#include <zlib.h>

#include <algorithm>

#include "core/text.h"
#include "support/catch.h"

using namespace votebench;

namespace {

const VoterIds kIds(RunId{0x7f3a9c01}, RunKey{1, 2, 3});
const std::string kId = kIds.make(4711);
using Indexes = std::vector<VoterIndex>;

Indexes own_in(const std::string& bytes) { return find_ids(bytes, kIds).own; }

std::string base64(const std::string& bytes, int variant = sodium_base64_VARIANT_ORIGINAL) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), variant);
  text.pop_back();
  return text;
}

std::string packed(const std::string& bytes, bool gzip) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, gzip ? 15 + 16 : 15, 8, Z_DEFAULT_STRATEGY);
  std::string out(bytes.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02X}", static_cast<unsigned char>(c));
  return text;
}

const std::string kJson = R"({"voterId": ")" + kId + R"(", "choice": "a"})";

}  // namespace

TEST_CASE("an id is found whatever stands around it") {
  for (const std::string& bytes :
       {kId, kId + ":a", "x" + kId + "0", kJson, "a:4:{s:8:\"voter_id\";s:26:\"" + kId + "\";}",
        std::string("\x82\xa8voter_id\xba", 11) + kId + "\xa4vote\xa1" + "a", "vb" + kId,
        "vbvb7f3a9c01" + kId})
    CHECK(own_in(bytes) == Indexes{4711});
}

TEST_CASE("an id in upper case, in pieces and in UTF-16") {
  std::string upper = kId;
  for (char& c : upper) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  CHECK(own_in(upper) == Indexes{4711});
  CHECK(own_in("vb-7f3a9c01-" + kId.substr(10, 8) + "-" + kId.substr(18)) == Indexes{4711});
  std::string wide;
  for (const char c : kJson) wide += {c, '\0'};
  CHECK(own_in(wide) == Indexes{4711});
}

TEST_CASE("an id in base64, hexadecimal text, gzip and zlib, and these in each other") {
  const std::string url = base64("\xff\xfe>>??" + kJson, sodium_base64_VARIANT_URLSAFE);
  std::string broken = base64(kJson + kJson);
  broken.insert(30, "\\n");
  broken.insert(60, "\n");
  for (const std::string& bytes :
       {base64(kJson), base64(kId), R"({"body": ")" + base64(kJson) + R"(", "headers": {}})",
        "b64/" + base64(kJson), "k" + base64(kJson), "v1" + base64(kJson), "no_" + base64(kJson),
        url, broken, hex(kJson), "\\x" + hex(kJson), "0x" + hex(kJson), packed(kJson, true),
        packed(kJson, false), base64(packed(kJson, true)), hex(packed(kJson, false)),
        base64(base64(kJson))})
    CHECK(own_in(bytes) == Indexes{4711});
}

TEST_CASE("each id once, all of a batch, probes too") {
  const std::string batch =
      kId + "," + kIds.make(7) + "," + kIds.make(kFirstProbeIndex) + "," + kId;
  CHECK(own_in(batch) == Indexes{4711, 7, kFirstProbeIndex});
  CHECK(own_in(base64(batch)) == Indexes{4711, 7, kFirstProbeIndex});
}

TEST_CASE("what is no id of this run") {
  std::string forged = kId;
  forged.back() = forged.back() == '0' ? '1' : '0';
  for (const std::string& bytes :
       {std::string(), std::string("vb"), kId.substr(0, 25), forged, base64(forged),
        std::string(R"({"voter_id": "6e2df0fa632cf7a", "vote": "a"})"), std::string(100, 'v'),
        std::string(100000, 'A')}) {
    CHECK(own_in(bytes).empty());
    CHECK_FALSE(find_ids(bytes, kIds).other_run);
  }
  const std::string other = VoterIds(RunId{0x11111111}, RunKey{}).make(5);
  CHECK(find_ids("x" + other + "y", kIds).other_run);
  CHECK(find_ids(base64(other), kIds).other_run);
}

TEST_CASE("a packed element that grows without end costs a bounded time and memory") {
  std::string bomb = std::string(std::size_t{200} << 20U, 'v');
  bomb = packed(bomb, true);
  CHECK(own_in(bomb).empty());
  CHECK(own_in(packed(std::string(100000, ' ') + kId, true)) == Indexes{4711});
}

TEST_CASE("a UUID is found with dashes and without, in upper case, as 16 bytes, and packed") {
  const VoterIds uuids(RunId{0x7f3a9c01}, RunKey{1, 2, 3}, IdForm::uuid);
  const std::string id = uuids.make(4711);
  std::string digits = id;
  std::erase(digits, '-');
  std::string raw(16, '\0');
  sodium_hex2bin(reinterpret_cast<unsigned char*>(raw.data()), raw.size(), digits.data(),
                 digits.size(), nullptr, nullptr, nullptr);
  std::string upper = id;
  for (char& c : upper) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  for (const std::string& bytes :
       {id, digits, upper, "{" + upper + "}", R"({"id": "urn:uuid:)" + id + R"(", "vote": "a"})",
        "7f3a9c01" + id, raw, "\x05\x10" + raw + "vote", base64(raw), base64(id), hex(id),
        packed(id, true)})
    CHECK(find_ids(bytes, uuids).own == Indexes{4711});
  std::string forged = raw;
  forged.back() = static_cast<char>(forged.back() ^ 1);
  for (const std::string& bytes : {forged, raw.substr(0, 15), digits.substr(1)})
    CHECK(find_ids(bytes, uuids).own.empty());
}
