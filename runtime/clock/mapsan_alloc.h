// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory for the runtime itself: blocks of some sizes, of which each thread
// keeps a few, so that no two threads meet on a lock. (sanitizer_common's own
// allocator touches three quarters of a megabyte before its first block.)

#ifndef MAPSAN_ALLOC_H
#define MAPSAN_ALLOC_H

#include "mapsan_pool.h"

namespace __mapsan {
using namespace __sanitizer;

/// Uninitialised memory, 16-byte aligned. Never returns null (dies instead).
void *RuntimeAlloc(uptr size);
/// Null is allowed.
void RuntimeFree(void *p);

/// What a thread keeps of free blocks, by size. Zero-initialised: nothing.
struct AllocCache {
  static constexpr u32 kSizes = 32; // 32, 48, 64, 96, ... bytes
  PoolCache of_size[kSizes];
};
/// Gives a finished thread's to the others.
void DrainAlloc(AllocCache *cache);
/// See PoolBase.
void LockAllocBeforeFork();
void UnlockAllocAfterFork();

} // namespace __mapsan

#endif // MAPSAN_ALLOC_H
