#include "stack/tunnel/ssh_tunnel.h"

#include "support/catch.h"

namespace votebench::stack {
namespace {

const TunnelSettings kTunnel{"ssh_config", "frontend"};

TEST_CASE("ssh's words become ours, and the line that says it is kept") {
  const Error changed =
      explain_ssh(kTunnel,
                  "@@@@@@@@@@@@@@@@@@@@@@@@@@@\r\n"
                  "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n"
                  "Host key verification failed.\r\n");
  CHECK(changed.kind == ErrorKind::environment);
  CHECK(changed.message ==
        "tunnel via 'frontend': its host key is not the known one; ssh says: Host key verification "
        "failed.");
  CHECK_FALSE(changed.help.empty());
  CHECK(explain_ssh(kTunnel, "channel 2: open failed: connect failed: Connection refused\r\n")
            .message.find("it cannot reach the server behind it") != std::string::npos);
}

TEST_CASE("what a strange server makes ssh print cannot touch the terminal") {
  const Error error = explain_ssh(kTunnel, "welcome\r\n\x1b]0;owned\x07 no more of this\n");
  CHECK(error.message == "tunnel via 'frontend': ssh says: \\x1b]0;owned\\x07 no more of this");
  CHECK(explain_ssh(kTunnel, "\r\n\n").message ==
        "tunnel via 'frontend': ssh ended without a word");
}

}  // namespace
}  // namespace votebench::stack
