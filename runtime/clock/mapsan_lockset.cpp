// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Held locks: see mapsan_lockset.h.

#include "mapsan_lockset.h"

#include "mapsan_held_locks.h"
#include "mapsan_lockset_table.h"
#include "mapsan_rules.h"
#include "mapsan_stack.h"

namespace __mapsan {

// --- what a thread holds

void NameLock(Thread *thr, uptr addr, const char *what) {
  if (HeldLock *held = FindHeld(thr, addr))
    held->what = what;
}

bool Holds(Thread *thr, uptr addr) { return FindHeld(thr, addr); }

// A lock that is taken and given back within a call that observes is of no
// interest but for what it acquires.
void MutexLocked(Thread *thr, uptr addr, uptr pc, uptr bp, bool recursive) {
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

void MutexUnlocking(Thread *thr, uptr addr) {
  HeldLock *held = Observes(thr) ? nullptr : FindHeld(thr, addr);
  if (LIKELY(held)) {
    if (UNLIKELY(--held->depth))
      return;
    RemoveHeld(thr, held);
  }
  SyncMutexUnlock(thr, addr);
}

void MutexIsRobust(Thread *thr, uptr addr) {
  if (HeldLock *held = FindHeld(thr, addr))
    held->is_robust = true;
}

void LocksLeftBehind(Thread *thr) {
  for (u32 i = 0; i < thr->lock_count; i++)
    if (thr->locks[i].is_robust && RuleHolds(Rule::mutex_robust))
      SyncMutexUnlock(thr, thr->locks[i].addr);
  thr->lock_count = 0;
  thr->locks_over = 0;
  thr->lockset_known = false;
}

bool RwNoted(Thread *thr, uptr addr, LockMode mode, uptr pc, uptr bp) {
  if (HeldLock *held = FindHeld(thr, addr)) {
    held->depth++; // readers may lock again
    return false;
  }
  AddHeld(thr, addr, mode, /*is_rwlock=*/true, 1, pc, bp);
  return true;
}

void RwLocked(Thread *thr, uptr addr, LockMode mode, uptr pc, uptr bp) {
  if (Observes(thr))
    return SyncMutexLock(thr, addr);
  if (!RwNoted(thr, addr, mode, pc, bp))
    return;
  if (mode == LockMode::Shared)
    SyncReadLock(thr, addr);
  else
    SyncWriteLock(thr, addr);
}

void RwUnlocking(Thread *thr, uptr addr) {
  if (Observes(thr))
    return;
  LockMode mode = LockMode::Exclusive;
  if (HeldLock *held = FindHeld(thr, addr)) {
    if (--held->depth)
      return;
    mode = held->mode;
    RemoveHeld(thr, held);
  }
  if (mode == LockMode::Shared) {
    if (RuleHolds(Rule::rwlock_read))
      SyncReadUnlock(thr, addr);
    if (!RuleHolds(Rule::rwlock_readers))
      SyncReadUnlockForAll(thr, addr);
  } else if (RuleHolds(Rule::rwlock_write)) {
    SyncWriteUnlock(thr, addr);
  }
}

u32 MutexGivenUp(Thread *thr, uptr addr) {
  if (Observes(thr))
    return 1;
  u32 depth = 1;
  if (HeldLock *held = FindHeld(thr, addr)) {
    depth = held->depth;
    RemoveHeld(thr, held);
  }
  SyncMutexUnlock(thr, addr);
  return depth;
}

void MutexReacquired(Thread *thr, uptr addr, u32 depth, uptr pc, uptr bp) {
  if (Observes(thr))
    return SyncMutexLock(thr, addr);
  AddHeld(thr, addr, LockMode::Exclusive, /*is_rwlock=*/false, depth, pc, bp);
  SyncMutexLock(thr, addr);
}

u32 RwGivenUp(Thread *thr, uptr addr, LockMode *mode) {
  u32 depth = 1;
  *mode = LockMode::Exclusive;
  if (HeldLock *held = FindHeld(thr, addr)) {
    depth = held->depth;
    *mode = held->mode;
    RemoveHeld(thr, held);
  }
  if (*mode == LockMode::Shared)
    SyncReadUnlock(thr, addr);
  else
    SyncWriteUnlock(thr, addr);
  return depth;
}

void RwReacquired(Thread *thr, uptr addr, LockMode mode, u32 depth, uptr pc,
                  uptr bp) {
  AddHeld(thr, addr, mode, /*is_rwlock=*/true, depth, pc, bp);
  if (mode == LockMode::Shared)
    SyncReadLock(thr, addr);
  else
    SyncWriteLock(thr, addr);
}

// --- numbers of sets

static LocksetTable *table;

void InitializeLocksets() {
  table = static_cast<LocksetTable *>(
      MmapNoReserveOrDie(sizeof(LocksetTable), "MapSan locksets"));
}

// The table has to be looked at, in memory that all threads share.
static NOINLINE u32 Intern(Thread *thr, KnownLockset *known, u32 rest,
                           HeldLock *lock) {
  if (lock->where & HeldLock::kInnermost) {
    uptr pc = lock->where & ~HeldLock::kInnermost;
    lock->where = InternStack(thr, &pc, 1);
  }
  u32 id = table->Intern(rest, {lock->addr, lock->what,
                                static_cast<u32>(lock->where), lock->mode});
  *known = {*lock, rest, id == LocksetTable::kForgotten ? 0 : id};
  return id;
}

u32 LocksetId(Thread *thr) {
  if (thr->lockset_known &&
      (!thr->lockset_id || table->IsRecent(thr->lockset_id)))
    return thr->lockset_id;
  u32 id = 0;
  for (u32 i = 0; i < thr->lock_count && id != LocksetTable::kForgotten; i++) {
    HeldLock &lock = thr->locks[i];
    KnownLockset &known = thr->known_locksets.For(id, lock);
    id = LIKELY(known.Is(id, lock) && known.id && table->IsRecent(known.id) &&
                Takes(FastPath::known_lockset))
             ? known.id
             : Intern(thr, &known, id, &lock);
  }
  thr->lockset_known = true;
  thr->lockset_id = id;
  return id;
}

bool InnermostOfSet(u32 *id, LockOfSet *lock) {
  return table->Find(*id, lock, id);
}

u32 LocksOfSet(u32 id, LockOfSet *locks, bool *forgotten) {
  u32 count = 0;
  *forgotten = false;
  for (; id && count < Thread::kMaxLocks; count++) {
    if (!InnermostOfSet(&id, &locks[count])) {
      *forgotten = true;
      break;
    }
  }
  for (u32 i = 0; i < count / 2; i++)
    Swap(locks[i], locks[count - 1 - i]);
  return count;
}

} // namespace __mapsan
