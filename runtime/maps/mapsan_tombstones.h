// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How many destroyed maps a thread keeps in mind: the newest few.

#ifndef MAPSAN_TOMBSTONES_H
#define MAPSAN_TOMBSTONES_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

struct MapState;

/// The tombstones that one thread has set, oldest overwritten first. Owned by
/// the thread; each entry names a life of a map that may long be gone.
struct TombstoneRing {
  static constexpr u32 kCapacity = 1024;
  struct Entry {
    u64 key; // MapKey
    MapState *state;
    u32 life;
  };
  Entry *entries; // kCapacity of them, from the first tombstone on
  u32 next;
};

} // namespace __mapsan

#endif // MAPSAN_TOMBSTONES_H
