// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the malloc family does until the real one is known: resolve it and
// forward, or serve from the arena if that is just what is going on.

#include "mapsan_early_malloc.h"
#include "../clock/mapsan_live_filter.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_errno_codes.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {
namespace early {

alignas(16) char arena[kArenaSize];
static atomic_uintptr_t used;

// A header in front of each block tells its size.
constexpr uptr kHeader = 16;

uptr SizeOf(const void *p) {
  return *reinterpret_cast<const uptr *>(static_cast<const char *>(p) -
                                         kHeader);
}

// Zeroed, as it is static and never given out twice.
static void *Take(uptr size, uptr alignment) {
  if (size > kArenaSize || alignment > kArenaSize / 4)
    return nullptr;
  alignment = Max<uptr>(alignment, 16);
  uptr bytes = RoundUpTo(size, 16) + kHeader + (alignment - 16);
  uptr offset = atomic_fetch_add(&used, bytes, memory_order_relaxed);
  if (offset + bytes > kArenaSize)
    return nullptr;
  uptr block =
      RoundUpTo(reinterpret_cast<uptr>(arena) + offset + kHeader, alignment);
  *reinterpret_cast<uptr *>(block - kHeader) = size;
  live_filter.Mark(block); // free is to look whose it is
  return reinterpret_cast<void *>(block);
}

// Resolves, unless this thread is at it already. Then: the arena.
static bool Ready() {
  if (Resolving())
    return false;
  ResolveRealFunctions();
  return true;
}

void *malloc(uptr size) { return Ready() ? real::malloc(size) : Take(size, 1); }

void free(void *p) {
  if (!Owns(p) && Ready())
    real::free(p);
}

void *calloc(uptr count, uptr size) {
  if (Ready())
    return real::calloc(count, size);
  uptr bytes;
  return __builtin_mul_overflow(count, size, &bytes) ? nullptr : Take(bytes, 1);
}

void *realloc(void *p, uptr size) {
  if (Ready())
    return real::realloc(p, size);
  void *moved = Take(size, 1);
  if (moved && p && Owns(p))
    internal_memcpy(moved, p, Min(size, SizeOf(p)));
  return moved;
}

void *reallocarray(void *p, uptr count, uptr size) {
  uptr bytes;
  return __builtin_mul_overflow(count, size, &bytes) ? nullptr
                                                     : realloc(p, bytes);
}

void *memalign(uptr alignment, uptr size) {
  return Ready() ? real::memalign(alignment, size) : Take(size, alignment);
}

void *aligned_alloc(uptr alignment, uptr size) {
  return Ready() ? real::aligned_alloc(alignment, size) : Take(size, alignment);
}

int posix_memalign(void **result, uptr alignment, uptr size) {
  if (Ready())
    return real::posix_memalign(result, alignment, size);
  void *p = Take(size, alignment);
  if (!p)
    return errno_ENOMEM;
  *result = p;
  return 0;
}

void *valloc(uptr size) {
  return Ready() ? real::valloc(size) : Take(size, GetPageSizeCached());
}

} // namespace early
} // namespace __mapsan
