// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whether maps are used at all: the first thing that synchronisation asks.

#ifndef MAPSAN_MAP_USED_H
#define MAPSAN_MAP_USED_H

#include "sanitizer_common/sanitizer_atomic.h"

namespace __mapsan {
using namespace __sanitizer;

/// A cache line that is written once in the life of a process, and read by
/// everybody: emitted code asks, too (include/mapsan/callbacks.inc).
struct alignas(64) MapUsedLine {
  atomic_uint8_t used; // 0 or 1
};
extern "C" SANITIZER_INTERFACE_ATTRIBUTE MapUsedLine __mapsan_map_used;

/// Some thread has begun a map operation. Until then no clock says anything,
/// so that there is nothing to acquire and nothing to release. Any thread.
///
/// Memory order: relaxed. Who is to be acquired from has begun an operation,
/// and so stored the flag, before the real release; whoever asks after the real
/// acquire that reads from it sees the flag. For a relaxed load that a fence
/// will make an acquire of it, the emitted code has an acquire fence of its own
/// between the load and this question. A thread that is about to release asks
/// for what it did itself.
inline bool MapUsed() {
  return atomic_load(&__mapsan_map_used.used, memory_order_relaxed);
}

/// A thread begins its first operation of an epoch.
inline void NoteMapUsed() {
  if (UNLIKELY(!MapUsed()))
    atomic_store(&__mapsan_map_used.used, 1, memory_order_relaxed);
}

} // namespace __mapsan

#endif // MAPSAN_MAP_USED_H
