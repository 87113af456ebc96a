#include "scenario/request_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "vote/request_text.h"

namespace votebench::scenario {
namespace {

using JsonBody = nlohmann::json;
using Kind = RequestPiece::Kind;

// What we write ourselves, because framing, routing and counting depend on it.
constexpr std::array<std::string_view, 12> kOwnHeaders{
    {"host", "content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive",
     "proxy-connection", "te", "trailer", "upgrade", "expect", "cookie"}};

std::string shown(std::string_view text) { return printable(text, 60); }

class RequestRules {
 public:
  RequestRules(const Node& vote, const VoteEndpoint& endpoint, const TargetRules& rules,
               Context& context)
      : vote_(vote), endpoint_(endpoint), rules_(rules), context_(context) {}

  void check_all() {
    check_cookie();
    for_each_text([&](const Node& text, const std::string& key) { check_unfilled(text, key); });
    check_choice_is_sent();
    check_voter_is_sent();
    check_path();
    check_headers();
    if (const Node* json = given("json")) check_json(*json);
    if (endpoint_.csrf) check_csrf(*vote_.find("csrf"), *endpoint_.csrf);
  }

 private:
  // Not null and not absent.
  [[nodiscard]] const Node* given(std::string_view key) const {
    const Node* node = vote_.find(key);
    return node != nullptr && node->kind != Node::Kind::null ? node : nullptr;
  }

  void add(DiagnosticId id, const Span& span, std::string_view key, std::string message,
           std::string help) {
    context_.add(id, span, fmt::format("{}/vote{}{}", rules_.path, key.empty() ? "" : "/", key),
                 std::move(message), std::move(help));
  }

  // Every text that may have places: visit(node, key).
  template <typename Visit>
  void for_each_text(Visit visit) const {
    for (const std::string key : {"url", "json"})
      if (const Node* node = given(key)) visit(*node, key);
    for (const std::string key : {"form", "headers"})
      if (const Node* node = given(key))
        for (const Member& member : node->members)
          if (member.value.kind == Node::Kind::scalar) visit(member.value, key);
  }

  void check_unfilled(const Node& text, const std::string& key) {
    for (const RequestPiece& piece : pieces_of(text.text))
      if (piece.kind == Kind::unknown)
        add(DiagnosticId::bad_placeholder, context_.span_in(text, piece.text), key,
            fmt::format("nothing fills in {}", text.expanded
                                                   ? "a place that a variable brought"
                                                   : fmt::format("'{}'", shown(piece.text))),
            "votebench fills in {choice} and {voter}; write what the app is to read");
  }

  void check_cookie() {
    const Node* cookie = given("cookie");
    if (cookie == nullptr || cookie->members.empty()) return;
    if (cookie->members.size() == 1 && cookie->members[0].value.text == kVoterPlace) return;
    add(DiagnosticId::bad_placeholder, cookie->owner, "cookie",
        fmt::format("exactly one value must be \"{}\", and there must be no other", kVoterPlace),
        fmt::format("write {{ NAME: \"{}\" }}, or null where no cookie carries the id",
                    kVoterPlace));
  }

  [[nodiscard]] bool sends(Kind kind) const {
    const auto has = [kind](std::string_view text) { return has_piece(text, kind); };
    return has(endpoint_.path) || has(endpoint_.json) ||
           std::ranges::any_of(endpoint_.form,
                               [&](const auto& each) { return has(each.second); }) ||
           std::ranges::any_of(endpoint_.headers,
                               [&](const auto& each) { return has(each.second.text); });
  }

  void check_choice_is_sent() {
    if (sends(Kind::choice)) return;
    const bool json = !endpoint_.json.empty();
    const Node* node = vote_.find(json ? "json" : "form");
    add(DiagnosticId::bad_placeholder, node != nullptr ? node->owner : vote_.owner,
        json ? "json" : "form",
        fmt::format("no vote would say its choice: \"{}\" stands nowhere", kChoicePlace),
        json ? "write json: '{\"vote\": \"{choice}\"}'" : "write form: { NAME: \"{choice}\" }");
  }

  void check_voter_is_sent() {
    const bool elsewhere = sends(Kind::voter);
    const Node* identity = vote_.find("identity");
    const Node* cookie = vote_.find("cookie");
    const Span& span = identity != nullptr ? identity->owner
                       : cookie != nullptr ? cookie->owner
                                           : vote_.owner;
    if (!sends_ids(endpoint_.identity) && elsewhere)
      return add(DiagnosticId::bad_placeholder, span, "identity",
                 "without identity no id is sent, and \"{voter}\" asks for one",
                 "remove \"{voter}\", or say identity: sent");
    if (!sends_ids(endpoint_.identity) || !endpoint_.cookie.empty()) return;
    if (!elsewhere)
      return add(DiagnosticId::bad_placeholder, span, "cookie",
                 "no vote would say its voter: there is no cookie, and \"{voter}\" stands nowhere",
                 "put \"{voter}\" where the app reads the id: form, json, headers or url; or say "
                 "identity: none to have votes counted only");
    if (endpoint_.identity == IdentityMode::echoed)
      add(DiagnosticId::bad_placeholder, span, "identity",
          "without a cookie no answer can show the voter's id", "say identity: sent");
  }

  // Servers take "." and ".." out of a path.
  void check_path() {
    const std::string_view path =
        std::string_view(endpoint_.path).substr(0, endpoint_.path.find('?'));
    for (const std::string_view dots : {".", ".."})
      if (std::ranges::count(rules_.choices, dots) > 0 && has_piece(path, Kind::choice))
        add(DiagnosticId::bad_placeholder, given("url")->span, "url",
            fmt::format("the choice '{}' cannot stand in a path", dots),
            "servers take it for a folder: call it otherwise, or send it elsewhere");
  }

  void check_headers() {
    const Node* headers = given("headers");
    if (headers == nullptr) return;
    for (const Member& member : headers->members) {
      const std::string name = lower_case(member.name);
      if (std::ranges::count(kOwnHeaders, name) > 0)
        add(DiagnosticId::bad_header, member.span, "headers",
            fmt::format("the header {} is votebench's own", member.name),
            name == "cookie" ? "the voter's id travels in vote.cookie, cookies of a page come with "
                               "vote.csrf"
                             : "remove it: it says how the request is framed or where it goes");
      const auto twin = std::ranges::count(
          headers->members, name, [](const Member& other) { return lower_case(other.name); });
      if (twin > 1)
        add(DiagnosticId::bad_header, member.span, "headers",
            fmt::format("the header {} is written twice", member.name),
            "upper and lower case are the same in headers");
      check_header_value(member);
    }
  }

  void check_header_value(const Member& header) {
    const HeaderValue& value = endpoint_.headers.at(header.name);
    const bool filled = has_piece(value.text, Kind::choice) || has_piece(value.text, Kind::voter);
    if (!value.text.empty() && !filled && names_a_secret(header.name))
      return add(DiagnosticId::literal_secret, header.value.span, "headers",
                 "a secret must not stand in a scenario", "write { env: NAME } or { file: PATH }");
    if (!fits_header(value.reveal()))
      return add(DiagnosticId::bad_header, header.value.span, "headers",
                 fmt::format("the value of {} has bytes that a header cannot hold", header.name),
                 "printable ASCII without blanks at its ends");
    if (!has_piece(value.text, Kind::choice)) return;
    for (const std::string& choice : rules_.choices)
      if (!fits_header(choice))
        add(DiagnosticId::bad_header, header.value.span, "headers",
            fmt::format("the choice '{}' has bytes that a header cannot hold", shown(choice)),
            "send it in the form, in the url or as JSON");
  }

  // First without a choice of the scenario's: what is wrong then is not the choice.
  void check_json(const Node& json) {
    if (has_piece(json.text, Kind::unknown)) return;  // has been said
    const auto wrong_place = [&](std::string_view place, std::string message) {
      add(DiagnosticId::bad_json, context_.span_in(json, place), "json", std::move(message),
          fmt::format("put the place in quotes: \"{}\"", place));
    };
    const bool numbers = has_bare_piece(json.text, Kind::choice);
    if (!check_body(json, numbers ? "1" : "a")) return;
    if (has_bare_piece(json.text, Kind::voter))
      return wrong_place(kVoterPlace, "the id of a voter is text");
    for (const std::string& choice : rules_.choices) {
      if (numbers && !JsonBody::parse(choice, nullptr, false).is_number())
        return wrong_place(kChoicePlace,
                           fmt::format("the choice '{}' is no number", shown(choice)));
      if (!check_body(json, choice)) return;
    }
  }

  // False: it is no JSON with this choice, which has been said.
  bool check_body(const Node& json, const std::string& choice) {
    RequestText filled;
    filled.fill(json.text, RequestPart::json, choice);
    std::string body = filled.bytes();
    for (const std::size_t at : filled.ids_at()) body[at] = '1';  // a number may not begin with 0
    try {
      [[maybe_unused]] const JsonBody whole = JsonBody::parse(body);
      return true;
    } catch (const JsonBody::parse_error& error) {
      const std::size_t end = error.byte > 0 ? error.byte - 1 : 0;
      add(DiagnosticId::bad_json, json.span, "json",
          json.expanded ? "this is no JSON" : explain(body, end),
          "every brace and quote needs its partner; names and texts stand in double quotes");
    } catch (const JsonBody::out_of_range&) {
      add(DiagnosticId::bad_json, json.span, "json", "a number of this JSON is too large",
          "write it in quotes");
    }
    return false;
  }

  static std::string explain(std::string_view body, std::size_t end) {
    const std::string_view read = body.substr(0, end);
    constexpr std::size_t kShown = 40;
    const std::string_view tail = read.substr(read.size() - std::min(read.size(), kShown));
    const std::string_view rest = body.substr(read.size());
    if (rest.empty()) return "this JSON ends too early";
    return fmt::format("this is no JSON from '{}' on{}", printable(rest, 20),
                       tail.empty() ? "" : fmt::format(", behind '{}'", printable(tail, kShown)));
  }

  void check_csrf(const Node& node, const CsrfSettings& csrf) {
    const auto wrong = [&](std::string message, std::string help) {
      add(DiagnosticId::bad_csrf, node.owner, "csrf", std::move(message), std::move(help));
    };
    if (!csrf.page.starts_with('/') || !fits_header(csrf.page) ||
        csrf.page.find_first_of(" #") != std::string::npos)
      wrong(fmt::format("'{}' is not the path of a page", shown(csrf.page)),
            "write page: /PATH, of the server of vote.url");
    if (csrf.field.empty() && csrf.cookie.empty())
      return wrong("it does not say where the token stands",
                   "write field: NAME of the hidden input, or cookie: NAME with header: NAME");
    const bool in_form = !csrf.field.empty() && !endpoint_.form.empty();
    if (!in_form && csrf.header.empty())
      wrong("no vote would carry the token",
            csrf.field.empty() ? "write header: NAME, or field: NAME of the form"
                               : "only a form has fields: write header: NAME, too");
    if (!csrf.header.empty() && std::ranges::count(kOwnHeaders, lower_case(csrf.header)) > 0)
      wrong(fmt::format("the header {} is votebench's own", csrf.header), "write another");
    for (const auto& [name, value] : endpoint_.headers)
      if (lower_case(name) == lower_case(csrf.header))
        wrong(fmt::format("the header {} stands in vote.headers, too", name), "remove it there");
    if (in_form && endpoint_.form.contains(csrf.field))
      wrong(fmt::format("the field '{}' stands in vote.form, too", shown(csrf.field)),
            "remove it there");
  }

  const Node& vote_;
  const VoteEndpoint& endpoint_;
  const TargetRules& rules_;
  Context& context_;
};

}  // namespace

void check_request(const Node& vote, const VoteEndpoint& endpoint, const TargetRules& rules,
                   Context& context) {
  RequestRules(vote, endpoint, rules, context).check_all();
}

}  // namespace votebench::scenario
