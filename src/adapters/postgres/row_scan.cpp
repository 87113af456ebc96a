#include "adapters/postgres/row_scan.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/number.h"
#include "core/rng.h"

namespace votebench::adapters {
namespace {

constexpr std::size_t kMaxChoices = 1000;  // distinct texts; the rest is counted together
constexpr char kFurtherChoices[] = "(further choices)";
constexpr std::size_t kMaxStrangerText = 256;
constexpr std::uint32_t kFirstNormalTransaction = 3;  // below: bootstrap and frozen, always visible

std::uint64_t hash_bytes(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = mix64(seed ^ text.size());
  while (!text.empty()) {
    std::uint64_t word = 0;
    const std::size_t taken = std::min(text.size(), sizeof word);
    std::memcpy(&word, text.data(), taken);
    hash = mix64(hash ^ word);
    text.remove_prefix(taken);
  }
  return hash;
}

char unescaped(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return letter;
  }
}

// A field of a line; `buffer` holds it when it had to be changed.
std::string_view plain(std::string_view field, bool escaped, std::string& buffer) {
  if (!escaped || field.find('\\') == std::string_view::npos) return field;
  buffer = unescaped_copy_field(field);
  return buffer;
}

std::array<std::string_view, 4> fields_of(std::string_view line) {
  std::array<std::string_view, 4> fields;
  for (std::string_view& field : fields) {
    const std::size_t end = std::min(line.find('\t'), line.size());
    field = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return fields;
}

}  // namespace

std::optional<TransactionSnapshot> parse_snapshot(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == text.npos ? text.npos : text.find(':', first + 1);
  if (second == text.npos) return std::nullopt;
  TransactionSnapshot snapshot;
  const auto xmin = whole_number<std::uint64_t>(text.substr(0, first));
  const auto xmax = whole_number<std::uint64_t>(text.substr(first + 1, second - first - 1));
  if (!xmin || !xmax) return std::nullopt;
  snapshot.xmin = *xmin;
  snapshot.xmax = *xmax;
  for (std::string_view rest = text.substr(second + 1); !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const auto running = whole_number<std::uint64_t>(rest.substr(0, end));
    if (!running) return std::nullopt;
    snapshot.running.push_back(*running);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::sort(snapshot.running.begin(), snapshot.running.end());
  return snapshot;
}

WrittenSince::WrittenSince(TransactionSnapshot before, std::uint64_t end)
    : before_(std::move(before)), width_(end > before_.xmin ? end - before_.xmin : 0) {}

bool WrittenSince::operator()(std::uint32_t row_xmin) const {
  const std::uint32_t distance = row_xmin - static_cast<std::uint32_t>(before_.xmin);
  if (row_xmin < kFirstNormalTransaction || distance >= width_) return false;
  const std::uint64_t full = before_.xmin + distance;
  return full >= before_.xmax ||
         std::binary_search(before_.running.begin(), before_.running.end(), full);
}

std::string unescaped_copy_field(std::string_view field) {
  if (field == "\\N") return "(null)";
  std::string text;
  for (std::size_t at = 0; at < field.size(); ++at) {
    const bool escape = field[at] == '\\' && at + 1 < field.size();
    text += escape ? unescaped(field[++at]) : field[at];
  }
  return text;
}

StoredChoices::StoredChoices(const std::map<std::string, std::string>& sent_to_stored) {
  for (const auto& [sent, stored] : sent_to_stored) sent_by_stored_[stored] = sent;
  // A choice as it was sent is no word of this table.
  for (const auto& [sent, stored] : sent_to_stored)
    sent_by_stored_.try_emplace(sent, '"' + sent + '"');
}

std::string_view StoredChoices::as_sent(std::string_view stored) const {
  if (sent_by_stored_.empty()) return stored;
  const auto word = sent_by_stored_.find(stored);
  return word == sent_by_stored_.end() ? stored : std::string_view(word->second);
}

RowScan::RowScan(const VoterIds& ids, const StoredChoices& words) : ids_(ids), words_(words) {}

RowScan::RowScan(const RowQuestion& question, WrittenSince written_since,
                 const StoredChoices& words)
    : ids_(question.ids),
      words_(words),
      question_(&question),
      written_since_(std::move(written_since)),
      planned_choices_(question.choices.size()) {}

void RowScan::add(std::string_view line) {
  const bool escaped = std::memchr(line.data(), '\\', line.size()) != nullptr;
  const auto fields = fields_of(line);
  std::string id_buffer;
  std::string choice_buffer;
  const std::string_view id = plain(fields[0], escaped, id_buffer);
  const std::string_view choice = words_.as_sent(plain(fields[1], escaped, choice_buffer));
  ++rows_.total;
  count_choice(choice);

  const IdCheck check = ids_.check(id);
  if (check.origin == IdOrigin::own) return add_own(check.index, choice, fields[3]);
  const auto row_xmin = whole_number<std::uint32_t>(fields[2]);
  if (row_xmin && written_since_(*row_xmin)) return add_new_stranger(check.origin, id, choice);
  ++rows_.pre_existing;
  rows_.stranger_checksum += hash_bytes(choice, hash_bytes(id, 0));
}

void RowScan::add_own(VoterIndex voter, std::string_view choice, std::string_view commit_time) {
  if (voter >= kFirstProbeIndex) {
    const bool probe = voter < kFirstTrailingIndex;
    ++(probe ? rows_.probes : rows_.trailing);
    if (probe) rows_.probe_voters.push_back(voter);
    return;
  }
  const std::int64_t microseconds = whole_number<std::int64_t>(commit_time).value_or(0);
  const ChoiceIndex index = index_of(choice);
  rows_.own.push_back({voter, index, microseconds * 1000});
  if (index == kOtherChoice && rows_.other_choices.size() < RowSet::kMaxStrangers)
    rows_.other_choices.emplace(voter, choice.substr(0, kMaxStrangerText));
}

void RowScan::add_new_stranger(IdOrigin origin, std::string_view id, std::string_view choice) {
  const auto& carried = question_->carry_over_ids;
  if (!carried.empty() && carried.contains(std::string(id)))
    ++rows_.carry_over;
  else if (origin == IdOrigin::other_run)
    ++rows_.other_run;
  else if (origin == IdOrigin::invalid_own)
    ++rows_.invalid_own;
  else
    ++rows_.foreign;
  if (rows_.strangers.size() < RowSet::kMaxStrangers)
    rows_.strangers.push_back({origin, std::string(id.substr(0, kMaxStrangerText)),
                               std::string(choice.substr(0, kMaxStrangerText))});
}

void RowScan::count_choice(std::string_view choice) {
  if (const ChoiceIndex index = index_of(choice); index != kOtherChoice) {
    ++planned_choices_[index];
    return;
  }
  const std::string text(choice.substr(0, kMaxStrangerText));
  const bool known = rows_.choices.contains(text) || rows_.choices.size() < kMaxChoices;
  ++rows_.choices[known ? text : kFurtherChoices];
}

ChoiceIndex RowScan::index_of(std::string_view choice) const {
  if (question_ == nullptr) return kOtherChoice;
  const ChoiceNames& names = question_->choices;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == choice) return static_cast<ChoiceIndex>(i);
  return kOtherChoice;
}

RowSet RowScan::finish() {
  for (std::size_t i = 0; i < planned_choices_.size(); ++i)
    if (planned_choices_[i] > 0) rows_.choices[question_->choices[i]] += planned_choices_[i];
  std::vector<VoterIndex>& probes = rows_.probe_voters;
  std::ranges::sort(probes);
  probes.erase(std::unique(probes.begin(), probes.end()), probes.end());
  return std::move(rows_);
}

}  // namespace votebench::adapters
