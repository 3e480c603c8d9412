// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Hash tables by address whose buckets are locked one by one and can be looked
// into without a lock: where sync objects and maps are found.

#ifndef MAPSAN_BUCKET_H
#define MAPSAN_BUCKET_H

#include "mapsan_sequence_lock.h"
#include "mapsan_touched.h"
#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {
using namespace __sanitizer;

/// One chain of a hash table and its lock. The head can be read without it.
class Bucket : public SequenceLock {
public:
  template <class T> T *Head() const {
    return reinterpret_cast<T *>(atomic_load(&head_, memory_order_acquire));
  }
  bool IsEmpty() const { return !atomic_load(&head_, memory_order_relaxed); }
  /// Lock held.
  template <class T> void SetHead(T *head) {
    atomic_store(&head_, reinterpret_cast<uptr>(head), memory_order_release);
  }

protected:
  atomic_uint32_t note_; // of a kind of bucket that has something to note
  atomic_uintptr_t head_;
};

/// A fixed number of buckets, reserved lazily: untouched ones cost nothing.
/// Neighbouring addresses fall into neighbouring buckets, so that a program
/// with few objects touches few pages, and a range can be walked.
template <class BucketType, u32 kGranuleBits> class BucketTable {
public:
  static constexpr u32 kBits = 20;
  static constexpr uptr kGranule = 1 << kGranuleBits;

  /// In the child of fork, where only one thread is left.
  void ResetAfterFork() {
    auto reset = [](uptr begin, uptr end) {
      for (auto *bucket = reinterpret_cast<BucketType *>(begin);
           bucket < reinterpret_cast<BucketType *>(end); bucket++)
        bucket->ResetAfterFork();
    };
    ForEachTouched(reinterpret_cast<uptr>(buckets_),
                   sizeof(BucketType) << kBits, reset);
  }
  void Initialize(const char *name) {
    buckets_ = static_cast<BucketType *>(
        MmapNoReserveOrDie(sizeof(BucketType) << kBits, name));
  }
  BucketType *For(uptr addr) { return At(IndexOf(addr)); }
  /// Calls back with the buckets of [begin, end) that hold anything.
  template <class Callback>
  void ForEachInUse(uptr begin, uptr end, Callback callback) {
    for (uptr a = RoundDownTo(begin, kGranule); a < end; a += kGranule)
      if (BucketType *bucket = For(a); !bucket->IsEmpty())
        callback(bucket);
  }
  /// The same in two steps.
  BucketType *At(u32 index) { return &buckets_[index]; }
  static u32 IndexOf(uptr addr) {
    return Spread(addr >> kGranuleBits, UpperOf(addr));
  }
  /// What the index does not tell of an address, and where the granule begins
  /// that both tell.
  static uptr UpperOf(uptr addr) { return addr >> kGranuleBits >> kBits; }
  uptr GranuleOf(const BucketType *bucket, uptr upper) const {
    return (upper << kBits | Spread(bucket - buckets_, upper)) << kGranuleBits;
  }

private:
  // The upper bits take part, so that two heaps do not lie upon each other.
  // (Twice is not at all.)
  static u32 Spread(uptr lower, uptr upper) {
    return (lower ^ upper * 0x9e3b) & ((1 << kBits) - 1);
  }

  BucketType *buckets_;
};

/// The same for objects that are few and far between, as maps among all else
/// that a heap holds: of 2^20 buckets only those rows are there that have been
/// asked for, one after another in memory. A row is 16 buckets, of 16 bytes
/// each of the memory that it stands for; it stays for good.
class SparseBucketTable {
public:
  static constexpr uptr kRowBytes = 256;

  void ResetAfterFork() {
    for (uptr i = 0; i <= used_; i++)
      for (Bucket &bucket : rows_[i].buckets)
        bucket.ResetAfterFork();
    lock_.ResetAfterFork();
  }
  void Initialize(const char *name) {
    rows_ =
        static_cast<Row *>(MmapNoReserveOrDie(sizeof(Row) * (kRows + 1), name));
  }
  Bucket *For(uptr addr) {
    u32 row = atomic_load(RowOf(addr), memory_order_relaxed);
    if (UNLIKELY(!row))
      row = AddRow(addr);
    return &rows_[row].buckets[InRow(addr)];
  }
  /// [begin, end) must be of one row's memory: kRowBytes, aligned.
  template <class Callback>
  void ForEachInUse(uptr begin, uptr end, Callback callback) {
    Row &row = rows_[atomic_load(RowOf(begin), memory_order_relaxed)];
    // Row 0, of those that are not there, has nothing in it.
    for (uptr i = InRow(begin), last = InRow(end - 1); i <= last; i++)
      if (!row.buckets[i].IsEmpty())
        callback(&row.buckets[i]);
  }

private:
  static constexpr uptr kGranule = 16, kInRow = kRowBytes / kGranule;
  static constexpr uptr kRows = 1 << 16;
  struct Row {
    Bucket buckets[kInRow];
  };

  static uptr InRow(uptr addr) { return addr / kGranule % kInRow; }
  // The number of the row; 0: there is none yet.
  atomic_uint32_t *RowOf(uptr addr) {
    uptr g = addr / kRowBytes;
    // The upper bits take part, so that two heaps do not lie upon each other.
    return &numbers_[(g ^ g / kRows * 0x9e3b) % kRows];
  }
  NOINLINE u32 AddRow(uptr addr) {
    ScopedLock lock(&lock_);
    atomic_uint32_t *number = RowOf(addr);
    // Relaxed: an unused row is all zero to anybody.
    if (!atomic_load(number, memory_order_relaxed))
      atomic_store(number, ++used_, memory_order_relaxed);
    return atomic_load(number, memory_order_relaxed);
  }

  atomic_uint32_t numbers_[kRows];
  Row *rows_;
  u32 used_;
  SequenceLock lock_;
};

} // namespace __mapsan

#endif // MAPSAN_BUCKET_H
