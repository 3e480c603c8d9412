// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Hash tables by address whose buckets are locked one by one and can be looked
// into without a lock: where sync objects and maps are found.

#ifndef MAPSAN_BUCKET_H
#define MAPSAN_BUCKET_H

#include "mapsan_sequence_lock.h"
#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {
using namespace __sanitizer;

/// One chain of a hash table and its lock. The head can be read without it.
class Bucket : public SequenceLock {
public:
  template <class T> T *Head() const {
    return reinterpret_cast<T *>(atomic_load(&head_, memory_order_acquire));
  }
  /// Lock held.
  template <class T> void SetHead(T *head) {
    atomic_store(&head_, reinterpret_cast<uptr>(head), memory_order_release);
  }

private:
  atomic_uintptr_t head_;
};

/// A fixed number of buckets, reserved lazily: untouched ones cost nothing.
/// Neighbouring addresses fall into neighbouring buckets, so that a program
/// with few objects touches few pages, and a range can be walked.
template <u32 kGranuleBits> class BucketTable {
public:
  static constexpr u32 kBits = 20;
  static constexpr uptr kGranule = 1 << kGranuleBits;

  /// In the child of fork, where only one thread is left.
  void ResetAfterFork() {
    for (uptr i = 0; i < 1 << kBits; i++)
      buckets_[i].ResetAfterFork();
  }
  void Initialize(const char *name) {
    buckets_ = static_cast<Bucket *>(
        MmapNoReserveOrDie(sizeof(Bucket) << kBits, name));
  }
  Bucket *For(uptr addr) { return At(IndexOf(addr)); }
  /// The same in two steps.
  Bucket *At(u32 index) { return &buckets_[index]; }
  static u32 IndexOf(uptr addr) {
    uptr g = addr >> kGranuleBits;
    // The upper bits take part, so that two heaps do not lie upon each other.
    return (g ^ (g >> kBits) * 0x9e3b) & ((1 << kBits) - 1);
  }

private:
  Bucket *buckets_;
};

/// How many maps and sync objects live in each 256-byte block of memory, and in
/// how many blocks of each 64 KiB there are any, hashed: a zero says that there
/// are none, so that freeing ordinary memory costs a load or two, and a whole
/// stack a few hundred.
/// The counts are relaxed: an object in memory that is being freed was made by
/// a thread whose work happens before the free, or the program is at fault.
class LiveFilter {
public:
  /// One of them, in a block's count.
  enum Kind : u64 { kMap = 1, kSync = uptr(1) << 32 };

  void Initialize();
  void Add(Kind kind, uptr addr) {
    if (!fine_.Change(addr, kind))
      coarse_.Change(addr, 1);
  }
  void Remove(Kind kind, uptr addr) {
    if (fine_.Change(addr, -static_cast<u64>(kind)) == kind)
      coarse_.Change(addr, -1ull);
  }
  /// False: there is none in [addr, addr + size). Two loads, and exact enough
  /// for small memory; larger may hold some.
  bool MayHoldAny(uptr addr, uptr size) const {
    return MayHold(addr, size, kMap);
  }
  bool MayHoldSync(uptr addr, uptr size) const {
    return MayHold(addr, size, kSync);
  }
  /// Calls back with each block's part of [addr, addr + size) that may hold
  /// one.
  template <class Callback>
  void ForEachBlock(Kind kind, uptr addr, uptr size, Callback callback) const {
    for (uptr a = addr, end = addr + size; a < end;) {
      if (!coarse_.At(a)) {
        a = coarse_.End(a);
        continue;
      }
      uptr next = Min(fine_.End(a), end);
      u64 count = fine_.At(a);
      if (kind == kSync ? count >= kSync : count % kSync)
        callback(a, next);
      a = next;
    }
  }

private:
  template <uptr kBlockBits, uptr kBits> struct Level {
    static constexpr uptr kBlock = uptr(1) << kBlockBits;
    atomic_uint64_t *counts;

    void Initialize(const char *name) {
      counts = static_cast<atomic_uint64_t *>(
          MmapNoReserveOrDie(sizeof(atomic_uint64_t) << kBits, name));
    }
    atomic_uint64_t *Count(uptr addr) const {
      uptr block = addr >> kBlockBits;
      return &counts[(block ^ (block >> kBits)) & ((1 << kBits) - 1)];
    }
    u64 At(uptr addr) const {
      return atomic_load(Count(addr), memory_order_relaxed);
    }
    /// What it was.
    u64 Change(uptr addr, u64 by) {
      return atomic_fetch_add(Count(addr), by, memory_order_relaxed);
    }
    static uptr End(uptr addr) { return (addr | (kBlock - 1)) + 1; }
  };

  // `least`: of a block's count that matters.
  bool MayHold(uptr addr, uptr size, u64 least) const {
    uptr last = addr + size - (size != 0);
    return last - addr >= Fine::kBlock || fine_.At(addr) >= least ||
           fine_.At(last) >= least;
  }

  using Fine = Level<8, 20>;
  using Coarse = Level<16, 14>;
  Fine fine_;
  Coarse coarse_;
};

extern LiveFilter live_filter;

} // namespace __mapsan

#endif // MAPSAN_BUCKET_H
