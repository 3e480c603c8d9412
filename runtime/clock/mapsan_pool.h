// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Type-stable memory: a block of a pool is a block of that type for ever, so
// that a reader without a lock may meet a stale block, but never other memory.

#ifndef MAPSAN_POOL_H
#define MAPSAN_POOL_H

#include "mapsan_sequence_lock.h"

namespace __mapsan {
using namespace __sanitizer;

/// A thread's own stock of free blocks of one pool, linked through a word in
/// each.
struct PoolCache {
  void *free;
  u32 count;
};

/// Untyped part; the layout is the same in all calls. Zero-initialised memory
/// is an empty pool. Blocks start zeroed and come back as they were left, but
/// for the word that links them; memory that nobody has had yet is not touched.
/// All functions are thread-safe; `cache` belongs to the calling thread (null:
/// the shared stock is used directly).
class PoolBase {
protected:
  struct Layout {
    u32 bytes; // of a block
    u32 link;  // where the word is
  };
  ALWAYS_INLINE void *Get(PoolCache *cache, Layout layout) {
    return LIKELY(cache && cache->free) ? Take(cache, layout)
                                        : GetSlow(cache, layout);
  }
  ALWAYS_INLINE void Put(PoolCache *cache, void *block, Layout layout) {
    if (LIKELY(cache && cache->count < 2 * BatchOf(layout) - 1))
      Give(cache, block, layout);
    else
      PutSlow(cache, block, layout);
  }
  void Drain(PoolCache *cache, Layout layout);
  void ForEachBlock(void (*callback)(void *block, void *arg), void *arg,
                    Layout layout);

public:
  /// Around a fork, so that the shared stock is whole in the child. What other
  /// threads had in their own is lost there.
  void LockBeforeFork() { lock_.Lock(); }
  void UnlockAfterFork() { lock_.Unlock(); }

private:
  struct Slab {
    Slab *next;
    atomic_uint32_t count; // of blocks that were handed out
    u32 capacity;
  };
  static constexpr uptr kSlabHeader = 64; // a line
  // How many blocks go to and from a thread at a time.
  static u32 BatchOf(Layout layout) {
    constexpr u32 kMany = 64, kBytes = 1 << 14;
    return layout.bytes * kMany <= kBytes ? kMany : kBytes / layout.bytes + 1;
  }
  static uptr SlabBytesOf(Layout layout) {
    constexpr uptr kBytes = 1 << 16;
    return layout.bytes < kBytes / 4 ? kBytes : 4 * (layout.bytes + 64ull);
  }
  static void *BlockOf(Slab *slab, u32 i, Layout layout) {
    return reinterpret_cast<void *>(reinterpret_cast<uptr>(slab) + kSlabHeader +
                                    static_cast<uptr>(i) * layout.bytes);
  }

  // The word that links a free block to the next. Relaxed: only where it is a
  // field of the block's does anybody else look.
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

  static void *Take(PoolCache *from, Layout layout) {
    void *block = from->free;
    from->free = Link(block, layout.link);
    from->count--;
    Link(block, layout.link) = nullptr;
    return block;
  }
  static void Give(PoolCache *to, void *block, Layout layout) {
    Link(block, layout.link) = to->free;
    to->free = block;
    to->count++;
  }

  void *GetSlow(PoolCache *cache, Layout layout);
  void PutSlow(PoolCache *cache, void *block, Layout layout);
  void Refill(PoolCache *cache, Layout layout);
  void *NewBlock(Layout layout);

  SequenceLock lock_;
  void *free_;
  atomic_uintptr_t slabs_; // Slab *
};

/// A pool of T. `kLink`: the offset of a word of T's that means nothing while
/// the block is free, but for what a reader without a lock makes of it; or else
/// the pool adds one at the end.
constexpr uptr kOwnLink = ~uptr(0);
template <class T, uptr kLink = kOwnLink> class Pool : PoolBase {
public:
  using PoolBase::LockBeforeFork;
  using PoolBase::UnlockAfterFork;
  T *Get(PoolCache *cache) {
    return static_cast<T *>(PoolBase::Get(cache, kLayout));
  }
  void Put(PoolCache *cache, T *block) { PoolBase::Put(cache, block, kLayout); }
  /// Gives a finished thread's stock to the others.
  void Drain(PoolCache *cache) { PoolBase::Drain(cache, kLayout); }
  /// Every block that was ever handed out, in use or not; needs no lock, since
  /// slabs are only ever added.
  void ForEachBlock(void (*callback)(void *block, void *arg), void *arg) {
    PoolBase::ForEachBlock(callback, arg, kLayout);
  }

private:
  // Whole cache lines, so that what one thread writes is not beside what
  // another does.
  static constexpr u32 kBytes =
      (sizeof(T) + (kLink == kOwnLink ? sizeof(void *) : 0) + 63) / 64 * 64;
  static constexpr Layout kLayout = {
      kBytes,
      static_cast<u32>(kLink == kOwnLink ? kBytes - sizeof(void *) : kLink)};
};

} // namespace __mapsan

#endif // MAPSAN_POOL_H
