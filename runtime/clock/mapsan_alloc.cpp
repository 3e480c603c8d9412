// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory for the runtime itself: see mapsan_alloc.h.

#include "mapsan_alloc.h"

#include "mapsan_thread.h"
#include "sanitizer_common/sanitizer_allocator_internal.h"

// The allocator hands memory from thread to thread under locks that
// ThreadSanitizer does not see in our unit tests: tell it.
#if __has_feature(thread_sanitizer)
extern "C" void __tsan_acquire(void *addr);
extern "C" void __tsan_release(void *addr);
#else
static inline void __tsan_acquire(void *) {}
static inline void __tsan_release(void *) {}
#endif

namespace __mapsan {

static InternalAllocatorCache *Cache() {
  Thread *thr = CurrentThreadRaw();
  return thr ? &thr->alloc_cache : nullptr;
}

void *RuntimeAlloc(uptr size) {
  void *p = InternalAlloc(size, Cache(), 16);
  __tsan_acquire(p);
  return p;
}

void RuntimeFree(void *p) {
  if (!p)
    return;
  __tsan_release(p);
  InternalFree(p, Cache());
}

} // namespace __mapsan
