#include "adapters/http/http_answer.h"

#include <string>

#include "support/catch.h"

using namespace votebench::adapters;
using State = AnswerReader::State;

namespace {

const ExpectedCookie kCookie{"voter_id", "vb1"};

// Feeds `bytes` in pieces of `step`.
AnswerReader read(const std::string& bytes, std::size_t step) {
  AnswerReader reader;
  reader.restart(kCookie);
  for (std::size_t at = 0; at < bytes.size(); at += step)
    reader.take(std::string_view(bytes).substr(at, step));
  return reader;
}

// The state after `bytes`, the same for every way to cut them.
State state_of(const std::string& bytes) {
  const AnswerReader whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
  for (const std::size_t step : {1, 2, 3, 7}) {
    const AnswerReader pieces = read(bytes, step);
    CHECK(pieces.state() == whole.state());
    CHECK(pieces.surplus() == whole.surplus());
    CHECK(pieces.head().has_value() == whole.head().has_value());
  }
  return whole.state();
}

std::string with_chunks(const std::string& chunks) {
  return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

const std::string kCounted = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";

}  // namespace

TEST_CASE("a counted body") {
  CHECK(state_of(kCounted) == State::body);
  CHECK(state_of(kCounted + "1234") == State::body);
  CHECK(state_of(kCounted + "12345") == State::complete);
  CHECK(state_of("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") == State::complete);
  CHECK_FALSE(read(kCounted + "12345", 1).surplus());
  CHECK(read(kCounted + "123456", 1).surplus());
  CHECK(read(kCounted + "123456", 100).surplus());
}

TEST_CASE("a body that the close ends, and one that it cuts") {
  AnswerReader open_ended = read("HTTP/1.1 200 OK\r\n\r\nsome", 1);
  CHECK(open_ended.state() == State::body);
  open_ended.end();
  CHECK(open_ended.state() == State::complete);

  AnswerReader cut = read(kCounted + "12", 1);
  cut.end();
  CHECK(cut.state() == State::body);
  AnswerReader headless = read("HTTP/1.1 200 OK\r\n", 1);
  headless.end();
  CHECK(headless.state() == State::head);
}

TEST_CASE("answers without a body end with their head") {
  CHECK(state_of("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n") == State::complete);
  CHECK(state_of("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n") ==
        State::complete);
}

TEST_CASE("chunked bodies") {
  CHECK(state_of(with_chunks("5\r\nhello\r\n0\r\n\r\n")) == State::complete);
  CHECK(state_of(with_chunks("5\r\nhello\r\n")) == State::body);
  CHECK(state_of(with_chunks("0\r\n\r\n")) == State::complete);
  CHECK(state_of(with_chunks("0\r\n")) == State::body);
  CHECK(state_of(with_chunks("A;x=y\r\n0123456789\r\n00\r\nT: 1\r\nU: 2\r\n\r\n")) ==
        State::complete);
  CHECK(state_of(with_chunks("5 \nhello\n0\n\n")) == State::complete);
  CHECK(state_of(with_chunks("5\r\nhe\r\no\r\n0\r\n\r\nmore")) == State::complete);
  CHECK(read(with_chunks("0\r\n\r\nmore"), 1).surplus());
}

TEST_CASE("broken chunks are malformed") {
  for (const char* chunks : {"\r\n", "x\r\n", "-5\r\nhello\r\n", "5\r\nhelloX\r\n", "5x\r\n",
                             "5\rX", "0\r\n\rX", "10000000000000000\r\n", ";\r\n", "0\r\nT: 1\rX"})
    CHECK(state_of(with_chunks(chunks)) == State::malformed);
  CHECK(state_of(with_chunks("5;" + std::string(BodyReader::kMaxOverhead + 1, 'x'))) ==
        State::malformed);
  CHECK(state_of(with_chunks("0\r\n" + std::string(BodyReader::kMaxOverhead + 1, 'x'))) ==
        State::malformed);
}

TEST_CASE("many small chunks are no overhead") {
  std::string chunks;
  for (int i = 0; i < 50000; ++i) chunks += "1\r\nx\r\n";
  CHECK(read(with_chunks(chunks + "0\r\n\r\n"), 4096).state() == State::complete);
}

TEST_CASE("interim answers are skipped, but for 101") {
  const std::string interim =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n";
  CHECK(state_of(interim) == State::head);
  CHECK(state_of(interim + kCounted + "12345") == State::complete);
  CHECK(read(interim + kCounted + "12345", 1).head()->status == 200);
  CHECK(state_of("HTTP/1.1 101 Switching Protocols\r\n\r\n") == State::complete);
}

TEST_CASE("what is no answer is malformed at once") {
  CHECK(state_of("<html>") == State::malformed);
  CHECK(state_of("HTTP/2 200") == State::malformed);
  CHECK(state_of(std::string("\0\0", 2)) == State::malformed);
  CHECK(state_of("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx") ==
        State::malformed);
}

TEST_CASE("heads have a limit, however they come") {
  const std::string start = "HTTP/1.1 200 OK\r\nA: ";
  const std::string fits(AnswerReader::kMaxHead - start.size() - 4, 'x');
  CHECK(read(start + fits + "\r\n\r\n", 1000).head());
  CHECK(read(start + fits + "x\r\n\r\n", 1000).state() == State::malformed);
  CHECK(read(start + fits + "x\r\n\r\n", 1 << 20).state() == State::malformed);
  CHECK(read(start + fits + "xxxxx", 1000).state() == State::malformed);
  std::string endless;
  for (int i = 0; i < 10000; ++i) endless += "HTTP/1.1 100 Continue\r\n\r\n";
  CHECK(read(endless, 999).state() == State::malformed);
}

TEST_CASE("a reader forgets the answer before") {
  AnswerReader reader =
      read("HTTP/1.1 200 OK\r\nSet-Cookie: voter_id=vb1\r\nContent-Length: 0\r\n\r\nmore", 1);
  CHECK(reader.head()->echoed);
  CHECK(reader.surplus());
  reader.restart({"voter_id", "vb2"});
  CHECK_FALSE(reader.head());
  reader.take("HTTP/1.1 200 OK\r\nSet-Cookie: voter_id=vb1\r\nContent-Length: 0\r\n\r\n");
  CHECK(reader.state() == State::complete);
  CHECK_FALSE(reader.head()->echoed);
  CHECK_FALSE(reader.surplus());
}
