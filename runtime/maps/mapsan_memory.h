// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory that comes and goes ends the lives of what MapSan knows there.

#ifndef MAPSAN_MEMORY_H
#define MAPSAN_MEMORY_H

#include "../clock/mapsan_live_filter.h"

namespace __mapsan {
using namespace __sanitizer;

namespace memory_internal {
void Released(uptr addr, uptr size);
void Obtained(uptr addr, uptr size);
} // namespace memory_internal

/// [addr, addr + size) was given back (free, munmap, a finished thread's
/// stack): sync objects there are gone. Maps' tombstones stay. Before the real
/// release. Cheap where nothing is known.
inline void MemoryReleased(uptr addr, uptr size) {
  if (UNLIKELY(!live_filter.NoSyncIn(addr, size)))
    memory_internal::Released(addr, size);
}

/// [addr, addr + size) was handed out: whatever was known there is of an
/// earlier life, tombstones and maps (whose destruction was not seen)
/// included. After the real allocation. Cheap where nothing is known.
inline void MemoryObtained(uptr addr, uptr size) {
  if (UNLIKELY(!live_filter.NoneIn(addr, size)))
    memory_internal::Obtained(addr, size);
}

} // namespace __mapsan

#endif // MAPSAN_MEMORY_H
