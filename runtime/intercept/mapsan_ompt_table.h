// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A small hash table whose entries never move: what OpenMP's tasks and loops
// refer to by an address or a number.

#ifndef MAPSAN_OMPT_TABLE_H
#define MAPSAN_OMPT_TABLE_H

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_sequence_lock.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {
namespace ompt {

/// From a 64-bit key to a Value, which starts as zeroes and has a Clear().
/// Zero-initialised memory is an empty table. Find from any thread; Clear when
/// nobody uses the table or an entry any more.
template <class Value> class Table {
public:
  /// Made if it is not there. Stays where it is until Clear.
  Value *Find(u64 key) {
    u64 hash = key * 0x9e3779b97f4a7c15ull;
    hash ^= hash >> 32;
    ScopedLock lock(&lock_);
    if (count_ >= size_)
      Grow();
    for (Entry *e = buckets_[hash & (size_ - 1)]; e; e = e->next)
      if (e->key == key)
        return &e->value;
    Entry *entry = static_cast<Entry *>(RuntimeAlloc(sizeof(Entry)));
    internal_memset(entry, 0, sizeof(*entry));
    entry->key = key;
    entry->hash = hash;
    entry->next = buckets_[hash & (size_ - 1)];
    buckets_[hash & (size_ - 1)] = entry;
    count_++;
    return &entry->value;
  }

  void Clear() {
    for (u64 i = 0; i < size_; i++)
      for (Entry *e = buckets_[i], *next; e; e = next) {
        next = e->next;
        e->value.Clear();
        RuntimeFree(e);
      }
    RuntimeFree(buckets_);
    buckets_ = nullptr;
    size_ = count_ = 0;
  }

private:
  struct Entry {
    Entry *next;
    u64 key, hash;
    Value value;
  };

  void Grow() {
    u64 size = size_ ? 2 * size_ : 8;
    auto **buckets =
        static_cast<Entry **>(RuntimeAlloc(size * sizeof(Entry *)));
    internal_memset(buckets, 0, size * sizeof(Entry *));
    for (u64 i = 0; i < size_; i++)
      for (Entry *e = buckets_[i], *next; e; e = next) {
        next = e->next;
        e->next = buckets[e->hash & (size - 1)];
        buckets[e->hash & (size - 1)] = e;
      }
    RuntimeFree(buckets_);
    buckets_ = buckets;
    size_ = size;
  }

  SequenceLock lock_;
  Entry **buckets_;
  u64 size_, count_;
};

} // namespace ompt
} // namespace __mapsan

#endif // MAPSAN_OMPT_TABLE_H
