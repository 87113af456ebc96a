#include "adapters/http/http_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

RequestText form_body(const VoteEndpoint& endpoint, const CsrfPass& pass, std::string_view choice) {
  RequestText body(endpoint.id_form);
  const auto begin_field = [&](std::string_view name) {
    body.add((body.bytes().empty() ? "" : "&") + form_encoded(name) + "=");
  };
  for (const auto& [name, value] : endpoint.form) {
    begin_field(name);
    body.fill(value, RequestPart::form, choice);
  }
  if (endpoint.csrf && !endpoint.csrf->field.empty()) {
    begin_field(endpoint.csrf->field);
    body.add(form_encoded(pass.token));
  }
  return body;
}

RequestText body_of(const VoteEndpoint& endpoint, const CsrfPass& pass, std::string_view choice) {
  if (!endpoint.form.empty()) return form_body(endpoint, pass, choice);
  RequestText body(endpoint.id_form);
  body.fill(endpoint.json, RequestPart::json, choice);
  return body;
}

// The header lines of one request. A header of the target's takes the place of ours.
class Headers {
 public:
  Headers(const VoteEndpoint& endpoint, RequestText& head) : endpoint_(endpoint), head_(head) {}

  void add_own(std::string_view name, std::string_view value) {
    const bool replaced = std::ranges::any_of(endpoint_.headers, [&](const auto& other) {
      return lower_case(other.first) == lower_case(name);
    });
    if (!replaced) add(name, value);
  }
  void add(std::string_view name, std::string_view value) {
    head_.add(fmt::format("{}: {}\r\n", name, value));
  }
  void add_further(std::string_view choice) {
    for (const auto& [name, value] : endpoint_.headers) {
      if (value.reveal().empty()) continue;
      head_.add(name + ": ");
      if (value.text.empty())
        head_.add(value.secret.reveal());
      else
        head_.fill(value.text, RequestPart::header, choice);
      head_.add("\r\n");
    }
  }

 private:
  const VoteEndpoint& endpoint_;
  RequestText& head_;
};

void add_cookies(const VoteEndpoint& endpoint, const CsrfPass& pass, RequestText& head) {
  std::string_view before = "Cookie: ";
  if (sends_ids(endpoint.identity) && !endpoint.cookie.empty()) {
    head.add(fmt::format("{}{}=", before, endpoint.cookie));
    head.add_voter();
    before = "; ";
  }
  for (const auto& [name, value] : pass.cookies) {
    head.add(fmt::format("{}{}={}", before, name, value));
    before = "; ";
  }
  if (before == "; ") head.add("\r\n");
}

RequestText render(const VoteEndpoint& endpoint, const CsrfPass& pass, std::string_view choice,
                   bool last) {
  const RequestText body = body_of(endpoint, pass, choice);
  RequestText request(endpoint.id_form);
  Headers headers(endpoint, request);
  request.add(fmt::format("{} ", to_string(endpoint.method)));
  request.fill(endpoint.path, RequestPart::url, choice);
  request.add(" HTTP/1.1\r\n");
  headers.add("Host", endpoint.authority());
  headers.add_own("User-Agent", "votebench/" VOTEBENCH_VERSION);
  headers.add_own("Accept", "*/*");
  if (!endpoint.form.empty()) headers.add_own("Content-Type", "application/x-www-form-urlencoded");
  if (!endpoint.json.empty()) headers.add_own("Content-Type", "application/json");
  headers.add("Content-Length", fmt::format_int(body.bytes().size()).str());
  if (last) headers.add("Connection", "close");
  headers.add_further(choice);
  if (endpoint.csrf) {
    headers.add_own("Referer", endpoint.csrf_page_url());
    if (!endpoint.csrf->header.empty()) headers.add(endpoint.csrf->header, pass.token);
  }
  add_cookies(endpoint, pass, request);
  request.add("\r\n");
  request.add(body);
  return request;
}

}  // namespace

RequestTemplates::RequestTemplates(const VoteEndpoint& endpoint, const CsrfPass& pass,
                                   const ChoiceNames& choices) {
  for (const std::string& choice : choices) {
    kept_.push_back(render(endpoint, pass, choice, false));
    last_.push_back(render(endpoint, pass, choice, true));
  }
}

void RequestTemplates::write(ChoiceIndex choice, bool last, WireRequest& out) const {
  CHECK_THAT_HOLDS(choice < kept_.size());
  const RequestText& ready = (last ? last_ : kept_)[choice];
  out.bytes.assign(ready.bytes());
  out.ids_at = ready.ids_at();
  out.id_length = ready.id_length();
}

}  // namespace votebench::adapters
