// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sets of held locks by number, for the records of map operations.

#ifndef MAPSAN_LOCKSET_TABLE_H
#define MAPSAN_LOCKSET_TABLE_H

#include "mapsan_lockset.h"
#include "sanitizer_common/sanitizer_atomic.h"

namespace __mapsan {

/// What is kept of a lock in a set.
struct LockOfSet {
  uptr addr;
  const char *what; // a constant, or null: see HeldLock
  u32 stack;        // StackDepot id
  LockMode mode;

  bool operator==(const LockOfSet &other) const {
    return addr == other.addr && what == other.what && stack == other.stack &&
           mode == other.mode;
  }
};

/// Of the sets that a thread has numbered lately. Owned by the thread.
struct KnownLockset {
  HeldLock last; // its depth means nothing
  u32 rest;
  u32 id; // 0: none

  bool Is(u32 other_rest, const HeldLock &lock) const {
    return last.addr == lock.addr && last.where == lock.where &&
           rest == other_rest && last.what == lock.what &&
           last.mode == lock.mode;
  }
};
class KnownLocksets {
public:
  KnownLockset &For(u32 rest, const HeldLock &lock) {
    return known_[(lock.addr >> 4 ^ lock.addr >> 11 ^ lock.where ^ rest) %
                  kEntries];
  }

private:
  static constexpr u32 kEntries = 128;
  KnownLockset known_[kEntries];
};

/// A set of locks has a number: that of its last lock, which names the rest of
/// the set by its number. Equal sets get the same number while it is in use.
///
///   {A, B, C}:  [ 7: C, rest 5 ] -> [ 5: B, rest 2 ] -> [ 2: A, rest 0 ]
///
/// As many locks as programs use at a time are kept, and no more: number n lies
/// in entry n % kEntries, until n + kEntries wants it. A number that is handed
/// out is among the younger half, so that kEntries / 2 others can come before
/// it is gone. A number whose entry is another's by now is recognised as such.
/// (After 2^32 others it would not be.)
///
/// Lock-free, any thread. Memory order: an entry is a sequence lock whose tag
/// is the number. A writer takes it by an exchange, which acquires; the release
/// fence keeps its stores after that, and the number is stored with release. A
/// reader that sees the number before (acquire) and after its loads (behind an
/// acquire fence) has seen that number's fields. The index and the count are
/// hints.
class LocksetTable {
public:
  static constexpr u32 kEntries = 1 << 16;
  /// A set of which nothing is known any more.
  static constexpr u32 kForgotten = ~0u;

  /// The set `rest` (0: none) and one more.
  u32 Intern(u32 rest, const LockOfSet &lock);
  /// Still of the younger half: as good as interned now.
  bool IsRecent(u32 id) const {
    return atomic_load(&last_, memory_order_relaxed) - id < kEntries / 2;
  }
  /// The last lock of the set and the rest; false: it is not known any more.
  bool Find(u32 id, LockOfSet *lock, u32 *rest) const;

private:
  struct Entry {
    atomic_uintptr_t addr;
    atomic_uintptr_t what;
    atomic_uint32_t stack;
    atomic_uint32_t mode;
    atomic_uint32_t rest;
    atomic_uint32_t id; // 0: none yet; kForgotten: being written
  };

  u32 NewId();
  bool Write(u32 id, u32 rest, const LockOfSet &lock);

  Entry entries_[kEntries];
  atomic_uint32_t index_[kEntries]; // number of a set, by its hash
  alignas(64) atomic_uint32_t last_;
};

} // namespace __mapsan

#endif // MAPSAN_LOCKSET_TABLE_H
