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

// Locked. One that nobody has had before.
void *PoolBase::NewBlock(Layout layout) {
  auto *slab =
      reinterpret_cast<Slab *>(atomic_load(&slabs_, memory_order_relaxed));
  u32 count = slab ? atomic_load(&slab->count, memory_order_relaxed) : 0;
  if (!slab || count == slab->capacity) {
    auto *added =
        static_cast<Slab *>(MmapOrDie(SlabBytesOf(layout), "MapSan pool"));
    added->capacity = (SlabBytesOf(layout) - kSlabHeader) / layout.bytes;
    added->next = slab;
    // Release: whoever finds the slab finds its next.
    atomic_store(&slabs_, reinterpret_cast<uptr>(added), memory_order_release);
    slab = added;
    count = 0;
  }
  atomic_store(&slab->count, count + 1, memory_order_release);
  return BlockOf(slab, count, layout);
}

void PoolBase::Refill(PoolCache *cache, Layout layout) {
  ScopedLock lock(&lock_);
  for (u32 i = BatchOf(layout); i > 0; i--) {
    void *block = free_;
    if (block)
      free_ = Link(block, layout.link);
    else
      block = NewBlock(layout);
    Link(block, layout.link) = cache->free;
    cache->free = block;
    cache->count++;
  }
}

void PoolBase::ForEachBlock(void (*callback)(void *block, void *arg), void *arg,
                            Layout layout) {
  for (auto *slab =
           reinterpret_cast<Slab *>(atomic_load(&slabs_, memory_order_acquire));
       slab; slab = slab->next)
    for (u32 i = 0, n = atomic_load(&slab->count, memory_order_acquire); i < n;
         i++)
      callback(BlockOf(slab, i, layout), arg);
}

} // namespace __mapsan
