// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The list of locks that a thread holds, and what taking and giving back a
// mutex does to it: in a header for the interceptors of mutexes, which are
// called more often than anything else.

#ifndef MAPSAN_HELD_LOCKS_H
#define MAPSAN_HELD_LOCKS_H

#include "mapsan_sync.h"
#include "mapsan_thread.h"

namespace __mapsan {

// All of these: called by `thr` for itself.

/// Null: it does not hold it.
inline HeldLock *FindHeld(Thread *thr, uptr addr) {
  for (HeldLock *l = thr->locks + thr->lock_count; l > thr->locks; l--)
    if (LIKELY(l[-1].addr == addr))
      return l - 1;
  return nullptr;
}

inline void AddHeld(Thread *thr, uptr addr, LockMode mode, bool is_rwlock,
                    u32 depth, uptr pc, uptr bp) {
  thr->lockset_known = false;
  if (UNLIKELY(thr->lock_count == Thread::kMaxLocks)) {
    thr->locks_over++;
    return;
  }
  // Before the first map operation of the process the stack is hardly ever
  // asked for: the innermost frame must do.
  u64 where = MapUsed() ? thr->lock_stacks.IdOf(thr, pc, bp)
                        : HeldLock::kInnermost | pc;
  thr->locks[thr->lock_count++] = {
      addr, where, nullptr, depth, mode, is_rwlock, /*is_robust=*/false};
}

inline void RemoveHeld(Thread *thr, HeldLock *lock) {
  thr->lockset_known = false;
  HeldLock *last = thr->locks + --thr->lock_count;
  for (; UNLIKELY(lock < last); lock++)
    lock[0] = lock[1];
}

/// See MutexLocked. A lock that is taken and given back within a call that
/// observes is of no interest but for what it acquires.
ALWAYS_INLINE void MutexLockedHere(Thread *thr, uptr addr, uptr pc, uptr bp,
                                   bool recursive) {
  if (Observes(thr))
    return SyncMutexLock(thr, addr);
  if (HeldLock *held = FindHeld(thr, addr)) {
    if (recursive) {
      held->depth++;
      return;
    }
    RemoveHeld(thr, held);
  }
  AddHeld(thr, addr, LockMode::Exclusive, /*is_rwlock=*/false, 1, pc, bp);
  SyncMutexLock(thr, addr);
}

/// See MutexUnlocking. `held`: as it is found.
ALWAYS_INLINE void MutexUnlockingHere(Thread *thr, uptr addr, HeldLock *held) {
  if (LIKELY(held && !Observes(thr))) {
    if (UNLIKELY(--held->depth))
      return;
    RemoveHeld(thr, held);
  }
  SyncMutexUnlock(thr, addr);
}

} // namespace __mapsan

#endif // MAPSAN_HELD_LOCKS_H
