// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Type-stable memory: a block of a pool is a block of that type for ever, so
// that a reader without a lock may meet a stale block, but never other memory.

#ifndef MAPSAN_POOL_H
#define MAPSAN_POOL_H

#include "mapsan_sequence_lock.h"

namespace __mapsan {
using namespace __sanitizer;

/// A thread's own stock of free blocks of one pool, linked through their last
/// word.
struct PoolCache {
  void *free;
  u32 count;
};

/// Untyped part; the block size is the same in all calls. Zero-initialised
/// memory is an empty pool. Blocks start zeroed and come back as they were
/// left. All functions are thread-safe; `cache` belongs to the calling thread
/// (null: the shared stock is used directly).
class PoolBase {
protected:
  void *Get(PoolCache *cache, u32 block_bytes);
  void Put(PoolCache *cache, void *block, u32 block_bytes);
  void Drain(PoolCache *cache, u32 block_bytes);
  void ForEachBlock(void (*callback)(void *block, void *arg), void *arg,
                    u32 block_bytes);

public:
  /// Around a fork, so that the shared stock is whole in the child. What other
  /// threads had in their own is lost there.
  void LockBeforeFork() { lock_.Lock(); }
  void UnlockAfterFork() { lock_.Unlock(); }

private:
  struct Slab {
    Slab *next;
    u32 count;
  };
  static constexpr u32 kBatch = 64;
  static constexpr uptr kSlabBytes = 1 << 16;

  void Refill(PoolCache *cache, u32 block_bytes);

  SequenceLock lock_;
  void *free_;
  atomic_uintptr_t slabs_; // Slab *
};

/// A pool of T.
template <class T> class Pool : PoolBase {
public:
  using PoolBase::LockBeforeFork;
  using PoolBase::UnlockAfterFork;
  T *Get(PoolCache *cache) {
    return static_cast<T *>(PoolBase::Get(cache, kBytes));
  }
  void Put(PoolCache *cache, T *block) { PoolBase::Put(cache, block, kBytes); }
  /// Gives a finished thread's stock to the others.
  void Drain(PoolCache *cache) { PoolBase::Drain(cache, kBytes); }
  /// Every block that was ever handed out, in use or not; needs no lock, since
  /// slabs are only ever added.
  void ForEachBlock(void (*callback)(void *block, void *arg), void *arg) {
    PoolBase::ForEachBlock(callback, arg, kBytes);
  }

private:
  // The last word is the pool's. Whole cache lines, so that what one thread
  // writes is not beside what another does.
  static constexpr u32 kBytes = (sizeof(T) + sizeof(void *) + 63) / 64 * 64;
};

} // namespace __mapsan

#endif // MAPSAN_POOL_H
