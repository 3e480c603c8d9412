// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Type-stable memory: see mapsan_pool.h.

#include "mapsan_pool.h"

#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {

// The word that links a free block to the next. Relaxed: only where it is a
// field of the block's does anybody else look.
namespace {
class Link {
public:
  Link(void *block, u32 offset)
      : word_(reinterpret_cast<atomic_uintptr_t *>(
            reinterpret_cast<uptr>(block) + offset)) {}
  operator void *() const {
    return reinterpret_cast<void *>(atomic_load(word_, memory_order_relaxed));
  }
  void operator=(void *next) const {
    atomic_store(word_, reinterpret_cast<uptr>(next), memory_order_relaxed);
  }

private:
  atomic_uintptr_t *word_;
};
} // namespace

void *PoolBase::Get(PoolCache *cache, Layout layout) {
  PoolCache single = {};
  PoolCache *from = cache ? cache : &single;
  if (!from->free)
    Refill(from, layout);
  void *block = from->free;
  from->free = Link(block, layout.link);
  from->count--;
  Link(block, layout.link) = nullptr;
  if (!cache)
    Drain(&single, layout);
  return block;
}

void PoolBase::Put(PoolCache *cache, void *block, Layout layout) {
  PoolCache single = {};
  PoolCache *to = cache ? cache : &single;
  Link(block, layout.link) = to->free;
  to->free = block;
  if (++to->count >= 2 * kBatch || !cache)
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
