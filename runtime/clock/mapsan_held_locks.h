// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The list of locks that a thread holds, and what taking and giving back a
// mutex does to it: in a header for the interceptors of mutexes, which are
// called more often than anything else.

#ifndef MAPSAN_HELD_LOCKS_H
#define MAPSAN_HELD_LOCKS_H

#include "mapsan_quiet_locks.h"

namespace __mapsan {

// All of these: called by `thr` for itself.

/// Null: it does not hold it.
inline HeldLock *FindHeld(Thread *thr, uptr addr) {
  for (HeldLock *l = thr->locks + thr->lock_count; l > thr->locks; l--)
    if (LIKELY(l[-1].addr == addr))
      return l - 1;
  return nullptr;
}

/// `where` it was taken, as of HeldLock.
inline void AddHeldAt(Thread *thr, uptr addr, LockMode mode, bool is_rwlock,
                      u32 depth, u64 where) {
  thr->lockset_known = false;
  if (UNLIKELY(thr->lock_count == Thread::kMaxLocks)) {
    thr->locks_over++;
    return;
  }
  thr->locks[thr->lock_count++] = {
      addr, where, nullptr, depth, mode, is_rwlock, /*is_robust=*/false, 0};
}

/// Where a lock is taken before the first map operation of the process: the
/// stack is hardly ever asked for, so the innermost frame must do.
inline u64 PlaceBeforeMaps(uptr pc) { return HeldLock::kInnermost | pc; }

inline void AddHeld(Thread *thr, uptr addr, LockMode mode, bool is_rwlock,
                    u32 depth, uptr pc, uptr bp) {
  AddHeldAt(thr, addr, mode, is_rwlock, depth,
            MapUsed() ? thr->lock_stacks.IdOf(thr, pc, bp)
                      : PlaceBeforeMaps(pc));
}

inline void RemoveHeld(Thread *thr, HeldLock *lock) {
  thr->lockset_known = false;
  HeldLock *last = thr->locks + --thr->lock_count;
  for (; UNLIKELY(lock < last); lock++)
    lock[0] = lock[1];
}

/// It is the one taken last, and once.
ALWAYS_INLINE bool IsInnermost(const Thread *thr, uptr addr) {
  const HeldLock *innermost = thr->locks + thr->lock_count - 1;
  return LIKELY(thr->lock_count) && innermost->addr == addr &&
         innermost->depth == 1;
}
inline void RemoveInnermost(Thread *thr) {
  thr->lockset_known = false;
  thr->lock_count--;
}

/// MutexLocked and MutexUnlocking of a mutex that is not recursive, and not
/// held yet or the innermost that is held, by a thread whose synchronisation
/// counts. Without a call where that changes no clock.
ALWAYS_INLINE void PlainMutexLocked(Thread *thr, uptr addr, uptr pc, uptr bp) {
  if (!MapUsed()) {
    AddHeldAt(thr, addr, LockMode::Exclusive, /*is_rwlock=*/false, 1,
              PlaceBeforeMaps(pc));
    return;
  }
  AddHeldAt(thr, addr, LockMode::Exclusive, /*is_rwlock=*/false, 1,
            thr->lock_stacks.IdOfHere(thr, pc, bp));
  if (!LearnsNothing(thr, addr))
    sync_internal::MutexLock(thr, addr);
}
ALWAYS_INLINE void PlainMutexUnlocking(Thread *thr, uptr addr) {
  RemoveInnermost(thr);
  if (MapUsed() && !TellsNothing(thr, addr))
    sync_internal::MutexUnlock(thr, addr);
}

} // namespace __mapsan

#endif // MAPSAN_HELD_LOCKS_H
