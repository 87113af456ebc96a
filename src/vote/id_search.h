// Ids of a run in bytes of unknown form: what an app makes of a vote before it queues it.
#pragma once

#include <string_view>
#include <vector>

#include "vote/voter_id.h"

namespace votebench {

struct IdsFound {
  std::vector<VoterIndex> own;  // with the right mac, each once, in the order found; probes too
  bool other_run = false;       // a whole id of another run stands there
};

// Finds an id of either form, whatever stands around it, in upper case, and with separators between
// its characters (dashes, spaces, the zero bytes of UTF-16), or none; the 16 bytes of a UUID; also
// inside base64, hexadecimal text, gzip and zlib,
// and these in each other, three deep. Of a packed piece the first 256 KiB are searched, and pieces
// are unpacked up to 1 MiB per call. Not found: what is encrypted, packed otherwise (zstd, snappy,
// brotli), or written as three numbers.
//
// Ids that the app makes are found where they stand as one piece of at least
// IdBook::kShortestPiece characters, plain or packed as above.
[[nodiscard]] IdsFound find_ids(std::string_view bytes, const VoterIds& ids);

}  // namespace votebench
