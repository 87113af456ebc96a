#include "votestack/request_shape.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "votestack/form.h"
#include "votestack/voter_naming.h"

namespace votebench::votestack {
namespace {

using IdPlace = RequestShape::IdPlace;
using nlohmann::json;

constexpr std::array<RequestTrait, 11> kTraits{{
    {"json", "a JSON object, not a form; another type is 422",
     [](RequestShape& shape) { shape.json = true; }},
    {"numbers", "choices are JSON numbers", [](RequestShape& shape) { shape.numbers = true; }},
    {"id-in-body", "the field voter_id, not the cookie",
     [](RequestShape& shape) { shape.id = IdPlace::body; }},
    {"id-in-header", "the header X-Voter-Id",
     [](RequestShape& shape) { shape.id = IdPlace::header; }},
    {"id-in-query", "PATH?voter_id=VOTER", [](RequestShape& shape) { shape.id = IdPlace::query; }},
    {"id-in-path", "PATH/VOTER", [](RequestShape& shape) { shape.id = IdPlace::path; }},
    {"choice-in-path", "PATH/CHOICE, before the voter",
     [](RequestShape& shape) { shape.choice_in_path = true; }},
    {"put", "PUT, not POST", [](RequestShape& shape) { shape.put = true; }},
    {"nested", "the fields vote[choice] and vote[voter_id], as Rails names them",
     [](RequestShape& shape) { shape.nested = true; }},
    {"csrf", "403 without the cookie and the token of a page",
     [](RequestShape& shape) { shape.csrf = true; }},
    {"words", "a and b are queued as Cats and Dogs",
     [](RequestShape& shape) { shape.words = true; }},
}};

// What a vote says in its path, from the end on.
class PathWords {
 public:
  explicit PathWords(std::string path) : path_(std::move(path)) {}

  std::string take() {
    const std::size_t slash = path_.rfind('/');
    if (slash == std::string::npos) return {};
    std::string word = path_.substr(slash + 1);
    path_.resize(slash);
    return word;
  }
  [[nodiscard]] std::string rest() const { return path_.empty() ? "/" : path_; }

 private:
  std::string path_;
};

std::string in_words(const std::string& choice) {
  return choice == "a" ? "Cats" : choice == "b" ? "Dogs" : choice;
}

// The fields of a body. Nothing: it is of another type.
class Body {
 public:
  [[nodiscard]] static std::optional<Body> read(const RequestShape& shape,
                                                const HttpRequest& request) {
    Body body{request.body, {}};
    if (!shape.json) return is_form(request.content_type) ? std::optional(body) : std::nullopt;
    if (!request.content_type.starts_with("application/json")) return std::nullopt;
    body.object_ = json::parse(request.body, nullptr, false);
    return body.object_.is_object() ? std::optional(body) : std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> field(const std::string& name, bool number) const {
    if (!object_.is_object()) return form_field(form_, name);
    const auto found = object_.find(name);
    if (found == object_.end()) return std::nullopt;
    if (number) return found->is_number() ? std::optional(found->dump()) : std::nullopt;
    return found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
  }

 private:
  Body(std::string_view form, json object) : form_(form), object_(std::move(object)) {}

  std::string_view form_;
  json object_;
};

}  // namespace

std::span<const RequestTrait> request_traits() { return kTraits; }

std::optional<RequestShape> parse_request_shape(std::string_view words) {
  RequestShape shape;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(','));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    const auto trait = std::ranges::find(kTraits, word, &RequestTrait::word);
    if (trait == kTraits.end()) return std::nullopt;
    trait->add(shape);
  }
  return shape;
}

std::string voter_of_cookie(const HttpRequest& request) {
  const auto known = cookie(request.cookies, "voter_id");
  return known && !known->empty() ? std::string(*known) : fresh_voter();
}

tl::expected<Ballot, Refusal> read_ballot(const RequestShape& shape, const HttpRequest& request) {
  const std::string choice_field = shape.nested ? "vote[choice]" : "vote";
  const std::string voter_field = shape.nested ? "vote[voter_id]" : "voter_id";
  PathWords path(request.path);
  Ballot ballot;
  if (shape.id == IdPlace::path) ballot.voter = path.take();
  if (shape.choice_in_path) ballot.choice = path.take();
  const bool needs_body = !shape.choice_in_path || shape.id == IdPlace::body;
  const auto body = Body::read(shape, request);
  if (needs_body && !body && shape.json) return tl::unexpected(Refusal{422, "JSON is needed"});
  if (!shape.choice_in_path) {
    const auto choice = body ? body->field(choice_field, shape.numbers) : std::nullopt;
    if (!choice) return tl::unexpected(Refusal{400, "the field of the choice is missing"});
    ballot.choice = *choice;
  }
  if (shape.id == IdPlace::cookie) ballot.voter = voter_of_cookie(request);
  if (shape.id == IdPlace::body) ballot.voter = body->field(voter_field, false).value_or("");
  if (shape.id == IdPlace::header) ballot.voter = request.voter_header;
  if (shape.id == IdPlace::query) ballot.voter = request.voter_argument;
  if (ballot.voter.empty()) return tl::unexpected(Refusal{400, "the voter's id is missing"});
  if (shape.words) ballot.choice = in_words(ballot.choice);
  return ballot;
}

std::string path_of_votes(const RequestShape& shape, const std::string& path) {
  PathWords words(path);
  if (shape.id == IdPlace::path) (void)words.take();
  if (shape.choice_in_path) (void)words.take();
  return words.rest();
}

}  // namespace votebench::votestack
