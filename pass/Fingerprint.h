// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A hash for the names of what several modules share.

#ifndef MAPSAN_PASS_FINGERPRINT_H
#define MAPSAN_PASS_FINGERPRINT_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace mapsan {

// The same in every module and compiler that says the same, so not
// llvm::hash_value, which may be seeded.
inline uint64_t fingerprint(llvm::StringRef Text) {
  uint64_t Hash = 0xcbf29ce484222325ull;
  for (unsigned char C : Text)
    Hash = (Hash ^ C) * 0x100000001b3ull;
  return Hash;
}

} // namespace mapsan

#endif // MAPSAN_PASS_FINGERPRINT_H
