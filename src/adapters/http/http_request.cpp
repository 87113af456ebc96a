#include "adapters/http/http_request.h"

#include <fmt/format.h>

#include "core/check.h"

namespace votebench::adapters {
namespace {

std::string host_header(const VoteEndpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + endpoint.host + "]" : endpoint.host;
  const bool usual = endpoint.port == (endpoint.tls ? 443 : 80);
  return usual ? host : fmt::format("{}:{}", host, endpoint.port);
}

std::string form_body(const VoteEndpoint& endpoint, std::string_view choice) {
  std::string body = form_encoded(endpoint.choice_field) + "=" + form_encoded(choice);
  for (const auto& [name, value] : endpoint.extra_fields)
    body += "&" + form_encoded(name) + "=" + form_encoded(value);
  return body;
}

WireRequest render(const VoteEndpoint& endpoint, std::string_view choice, bool last) {
  const std::string body = form_body(endpoint, choice);
  WireRequest request;
  request.bytes = fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: votebench/{}\r\nAccept: */*\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
      endpoint.path, host_header(endpoint), VOTEBENCH_VERSION, body.size());
  if (last) request.bytes += "Connection: close\r\n";
  if (endpoint.identity != IdentityMode::none) {
    request.bytes += fmt::format("Cookie: {}=", endpoint.cookie);
    request.id_at = request.bytes.size();
    request.bytes += std::string(VoterIds::kLength, '0') + "\r\n";
  }
  request.bytes += "\r\n" + body;
  return request;
}

}  // namespace

RequestTemplates::RequestTemplates(const VoteEndpoint& endpoint, const ChoiceNames& choices) {
  for (const std::string& choice : choices) {
    kept_.push_back(render(endpoint, choice, false));
    last_.push_back(render(endpoint, choice, true));
  }
}

void RequestTemplates::write(ChoiceIndex choice, bool last, WireRequest& out) const {
  CHECK_THAT_HOLDS(choice < kept_.size());
  const WireRequest& ready = (last ? last_ : kept_)[choice];
  out.bytes.assign(ready.bytes);
  out.id_at = ready.id_at;
}

std::string form_encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*-._";
  std::string encoded;
  for (const char c : text) {
    if (c == ' ')
      encoded += '+';
    else if (kPlain.find(c) != std::string_view::npos)
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace votebench::adapters
