// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The malloc family before the real one is known: looking it up may itself
// allocate, and the loader allocates before anything of ours has run.

#ifndef MAPSAN_EARLY_MALLOC_H
#define MAPSAN_EARLY_MALLOC_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

namespace early {

/// Memory handed out while the real malloc was being looked for. A few small
/// blocks in the life of a process; never given back.
constexpr uptr kArenaSize = 1 << 14;
extern char arena[kArenaSize];

/// Was `p` handed out here? free and realloc must not forward it.
inline bool Owns(const void *p) {
  return reinterpret_cast<uptr>(p) - reinterpret_cast<uptr>(arena) < kArenaSize;
}
/// What realloc may copy of a block of the arena.
uptr SizeOf(const void *p);

#define MAPSAN_ALLOCATOR(Return, Name, Params) Return Name Params;
#include "mapsan_interceptors.inc"

} // namespace early
} // namespace __mapsan

#endif // MAPSAN_EARLY_MALLOC_H
