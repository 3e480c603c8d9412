// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Type-stable memory: see mapsan_pool.h.

#include "mapsan_pool.h"

#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {

void *PoolBase::GetSlow(PoolCache *cache, Layout layout) {
  PoolCache single = {};
  PoolCache *from = cache ? cache : &single;
  if (!from->free)
    Refill(from, layout);
  void *block = Take(from, layout);
  if (!cache)
    Drain(&single, layout);
  return block;
}

void PoolBase::PutSlow(PoolCache *cache, void *block, Layout layout) {
  PoolCache single = {};
  PoolCache *to = cache ? cache : &single;
  Give(to, block, layout);
  Drain(to, layout);
}

void PoolBase::Drain(PoolCache *cache, Layout layout) {
  if (!cache->free)
    return;
  void *last = cache->free;
  while (Link(last, layout.link))
    last = Link(last, layout.link);
  ScopedLock lock(&lock_);
  Link(last, layout.link) = free_;
  free_ = cache->free;
  cache->free = nullptr;
  cache->count = 0;
}

void PoolBase::Refill(PoolCache *cache, Layout layout) {
  ScopedLock lock(&lock_);
  if (!free_) {
    auto *slab = static_cast<Slab *>(MmapOrDie(kSlabBytes, "MapSan pool"));
    uptr first = RoundUpTo(reinterpret_cast<uptr>(slab) + sizeof(Slab), 64);
    slab->count =
        (reinterpret_cast<uptr>(slab) + kSlabBytes - first) / layout.bytes;
    for (u32 i = 0; i < slab->count; i++) {
      void *block = reinterpret_cast<void *>(first + i * layout.bytes);
      Link(block, layout.link) = free_;
      free_ = block;
    }
    slab->next =
        reinterpret_cast<Slab *>(atomic_load(&slabs_, memory_order_relaxed));
    // Release: whoever finds the slab finds its count and next.
    atomic_store(&slabs_, reinterpret_cast<uptr>(slab), memory_order_release);
  }
  for (u32 i = 0; i < kBatch && free_; i++) {
    void *block = free_;
    free_ = Link(block, layout.link);
    Link(block, layout.link) = cache->free;
    cache->free = block;
    cache->count++;
  }
}

void PoolBase::ForEachBlock(void (*callback)(void *block, void *arg), void *arg,
                            Layout layout) {
  for (auto *slab =
           reinterpret_cast<Slab *>(atomic_load(&slabs_, memory_order_acquire));
       slab; slab = slab->next) {
    uptr first = RoundUpTo(reinterpret_cast<uptr>(slab) + sizeof(Slab), 64);
    for (u32 i = 0; i < slab->count; i++)
      callback(reinterpret_cast<void *>(first + i * layout.bytes), arg);
  }
}

} // namespace __mapsan
