// A listening TCP socket.
#pragma once

#include "core/os.h"
#include "core/result.h"
#include "votestack/address.h"

namespace votebench::votestack {

struct ListenSocket {
  FileDescriptor fd;  // non-blocking
  Address address;    // with the port that was chosen, where 0 was asked for
};

[[nodiscard]] Result<ListenSocket> listen_on(const Address& address);

}  // namespace votebench::votestack
