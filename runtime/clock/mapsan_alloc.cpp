// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory for the runtime itself: see mapsan_alloc.h.

#include "mapsan_alloc.h"

#include "mapsan_thread.h"
#include "sanitizer_common/sanitizer_common.h"

// The pools hand memory from thread to thread under locks that
// ThreadSanitizer does not see in our unit tests: tell it.
#if __has_feature(thread_sanitizer)
extern "C" void __tsan_acquire(void *addr);
extern "C" void __tsan_release(void *addr);
#else
static inline void __tsan_acquire(void *) {}
static inline void __tsan_release(void *) {}
#endif

namespace __mapsan {

namespace {

// In front of each block.
struct alignas(16) Header {
  u32 index; // of its size; kMapped: it is alone in its memory
  uptr mapped_bytes;
};
constexpr u32 kMapped = AllocCache::kSizes;

// The blocks of one size.
class SizePool : public PoolBase {
public:
  void *Get(PoolCache *cache, u32 index) {
    return PoolBase::Get(cache, LayoutOf(index));
  }
  void Put(PoolCache *cache, void *block, u32 index) {
    PoolBase::Put(cache, block, LayoutOf(index));
  }
  void Drain(PoolCache *cache, u32 index) {
    PoolBase::Drain(cache, LayoutOf(index));
  }
  // 32, 48, 64, 96, 128, ...
  static uptr BytesOf(u32 index) {
    return (2ull + index % 2) << (4 + index / 2);
  }
  static u32 IndexFor(uptr bytes) {
    if (bytes <= BytesOf(0))
      return 0;
    u32 doubled = MostSignificantSetBitIndex(bytes - 1); // of 2^n < bytes
    return 2 * (doubled - 5) + 1 + (bytes > 3ull << (doubled - 1));
  }

private:
  // The pool's own word lies in the header.
  static Layout LayoutOf(u32 index) {
    return {static_cast<u32>(BytesOf(index)), sizeof(uptr)};
  }
};

} // namespace

static SizePool pools[AllocCache::kSizes];

static PoolCache *CacheOf(u32 index) {
  Thread *thr = CurrentThreadRaw();
  return thr ? &thr->alloc_cache.of_size[index] : nullptr;
}

void *RuntimeAlloc(uptr size) {
  uptr bytes = size + sizeof(Header);
  u32 index = SizePool::IndexFor(bytes);
  Header *header;
  if (LIKELY(index < AllocCache::kSizes)) {
    header = static_cast<Header *>(pools[index].Get(CacheOf(index), index));
  } else {
    index = kMapped;
    bytes = RoundUpTo(bytes, GetPageSizeCached());
    header = static_cast<Header *>(MmapOrDie(bytes, "MapSan memory"));
  }
  __tsan_acquire(header + 1);
  header->index = index;
  header->mapped_bytes = bytes;
  return header + 1;
}

void RuntimeFree(void *p) {
  if (!p)
    return;
  __tsan_release(p);
  Header *header = static_cast<Header *>(p) - 1;
  u32 index = header->index;
  if (UNLIKELY(index == kMapped))
    UnmapOrDie(header, header->mapped_bytes);
  else
    pools[index].Put(CacheOf(index), header, index);
}

void DrainAlloc(AllocCache *cache) {
  for (u32 i = 0; i < AllocCache::kSizes; i++)
    pools[i].Drain(&cache->of_size[i], i);
}

void LockAllocBeforeFork() {
  for (SizePool &pool : pools)
    pool.LockBeforeFork();
}
void UnlockAllocAfterFork() {
  for (SizePool &pool : pools)
    pool.UnlockAfterFork();
}

} // namespace __mapsan
