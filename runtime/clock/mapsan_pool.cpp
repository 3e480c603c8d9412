// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Type-stable memory: see mapsan_pool.h.

#include "mapsan_pool.h"

#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {

// A free block's last word links it to the next.
static void **LinkOf(void *block, u32 block_bytes) {
  return reinterpret_cast<void **>(reinterpret_cast<uptr>(block) + block_bytes -
                                   sizeof(void *));
}

void *PoolBase::Get(PoolCache *cache, u32 block_bytes) {
  PoolCache single = {};
  PoolCache *from = cache ? cache : &single;
  if (!from->free)
    Refill(from, block_bytes);
  void *block = from->free;
  from->free = *LinkOf(block, block_bytes);
  from->count--;
  *LinkOf(block, block_bytes) = nullptr;
  if (!cache)
    Drain(&single, block_bytes);
  return block;
}

void PoolBase::Put(PoolCache *cache, void *block, u32 block_bytes) {
  PoolCache single = {};
  PoolCache *to = cache ? cache : &single;
  *LinkOf(block, block_bytes) = to->free;
  to->free = block;
  if (++to->count >= 2 * kBatch || !cache)
    Drain(to, block_bytes);
}

void PoolBase::Drain(PoolCache *cache, u32 block_bytes) {
  if (!cache->free)
    return;
  void *last = cache->free;
  while (*LinkOf(last, block_bytes))
    last = *LinkOf(last, block_bytes);
  ScopedLock lock(&lock_);
  *LinkOf(last, block_bytes) = free_;
  free_ = cache->free;
  cache->free = nullptr;
  cache->count = 0;
}

void PoolBase::Refill(PoolCache *cache, u32 block_bytes) {
  ScopedLock lock(&lock_);
  if (!free_) {
    auto *slab = static_cast<Slab *>(MmapOrDie(kSlabBytes, "MapSan pool"));
    uptr first = RoundUpTo(reinterpret_cast<uptr>(slab) + sizeof(Slab), 64);
    slab->count =
        (reinterpret_cast<uptr>(slab) + kSlabBytes - first) / block_bytes;
    for (u32 i = 0; i < slab->count; i++) {
      void *block = reinterpret_cast<void *>(first + i * block_bytes);
      *LinkOf(block, block_bytes) = free_;
      free_ = block;
    }
    slab->next =
        reinterpret_cast<Slab *>(atomic_load(&slabs_, memory_order_relaxed));
    // Release: whoever finds the slab finds its count and next.
    atomic_store(&slabs_, reinterpret_cast<uptr>(slab), memory_order_release);
  }
  for (u32 i = 0; i < kBatch && free_; i++) {
    void *block = free_;
    free_ = *LinkOf(block, block_bytes);
    *LinkOf(block, block_bytes) = cache->free;
    cache->free = block;
    cache->count++;
  }
}

void PoolBase::ForEachBlock(void (*callback)(void *block, void *arg), void *arg,
                            u32 block_bytes) {
  for (auto *slab =
           reinterpret_cast<Slab *>(atomic_load(&slabs_, memory_order_acquire));
       slab; slab = slab->next) {
    uptr first = RoundUpTo(reinterpret_cast<uptr>(slab) + sizeof(Slab), 64);
    for (u32 i = 0; i < slab->count; i++)
      callback(reinterpret_cast<void *>(first + i * block_bytes), arg);
  }
}

} // namespace __mapsan
