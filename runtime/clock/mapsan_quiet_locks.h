// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What mostly happens to the clock of a mutex: nothing. Found out without a
// call; the rest is mapsan_lock_clocks.cpp's.

#ifndef MAPSAN_QUIET_LOCKS_H
#define MAPSAN_QUIET_LOCKS_H

#include "mapsan_sync.h"
#include "mapsan_sync_object.h"
#include "mapsan_thread.h"

namespace __mapsan {

// All of these: called by `thr`, which holds the lock at `addr`, for itself.
// Memory order: as in mapsan_lock_clocks.cpp.

inline uptr KeyOfLock(uptr addr) { return addr | kLockSide; }

/// Where `thr` has found the lock's clock last. Null: it has to look for it.
ALWAYS_INLINE SyncObject *KnownLock(Thread *thr, uptr addr) {
  SyncObject *known = thr->known_locks.For(addr);
  return LIKELY(known &&
                atomic_load(&known->addr, memory_order_relaxed) ==
                    KeyOfLock(addr) &&
                Takes(FastPath::known_lock))
             ? known
             : nullptr;
}

/// What the lock's clock says is what `thr` last told it, and would again.
ALWAYS_INLINE bool IsOwnLastWord(const Thread *thr, const SyncObject *object) {
  return atomic_load(&object->slot, memory_order_relaxed) ==
             thr->clock.slot() &&
         atomic_load(&object->own, memory_order_relaxed) ==
             thr->clock.OwnStamp();
}

/// To take it tells this thread nothing, nor opens a group again.
ALWAYS_INLINE bool LearnsNothing(Thread *thr, uptr addr) {
  const SyncObject *object = KnownLock(thr, addr);
  return object && !thr->clock.MayReopen(addr) &&
         thr->clock.KnowsThread(
             atomic_load(&object->slot, memory_order_relaxed),
             atomic_load(&object->own, memory_order_relaxed)) &&
         Takes(FastPath::peek);
}

/// To give it back tells nobody anything that its clock does not say already.
ALWAYS_INLINE bool TellsNothing(Thread *thr, uptr addr) {
  if (thr->clock.dirty())
    return false;
  const SyncObject *object = KnownLock(thr, addr);
  return object && IsOwnLastWord(thr, object) && Takes(FastPath::peek);
}

} // namespace __mapsan

#endif // MAPSAN_QUIET_LOCKS_H
