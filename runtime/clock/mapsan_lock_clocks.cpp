// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The clocks of locks: see mapsan_sync.h and docs/clocks.md.
//
// They are sync objects with a key of their own, which nobody comes upon but
// who has taken the lock. So the program's lock guards what they hold, and the
// bucket's lock is wanted only where an object appears or goes. Readers that
// hold a lock together change nothing but their own snapshots and `seen`.
//
// Memory order: relaxed; who had the lock before has stored before its real
// unlock, which the real lock acquired. A program that destroys a lock which is
// held, or gives back one that another thread holds, is beyond this. What it
// meets are atomics in type-stable memory, and snapshots under the object's own
// spin lock: it gets a wrong edge at the worst.

#include "mapsan_quiet_locks.h"
#include "mapsan_reader_clocks.h"
#include "mapsan_rules.h"
#include "mapsan_sync.h"
#include "mapsan_sync_object.h"

namespace __mapsan {

static NOINLINE SyncObject *LookForLock(Thread *thr, uptr addr) {
  SyncBucket *bucket = sync_table.For(addr);
  SyncPeek peek = Peek(bucket, KeyOfLock(addr));
  if (!peek.valid) {
    ScopedLock lock(bucket);
    peek.object = FindSync(bucket, KeyOfLock(addr));
  }
  if (peek.object)
    thr->known_locks.For(addr) = peek.object;
  return peek.object;
}

// Null: nothing was released there.
static ALWAYS_INLINE SyncObject *FindLock(Thread *thr, uptr addr) {
  SyncObject *known = KnownLock(thr, addr);
  return LIKELY(known) ? known : LookForLock(thr, addr);
}

static SyncObject *CreateLock(Thread *thr, uptr addr) {
  SyncBucket *bucket = sync_table.For(addr);
  ScopedLock lock(bucket);
  return thr->known_locks.For(addr) =
             FindOrCreateSync(thr, bucket, KeyOfLock(addr));
}

// The thread has nothing to tell, and what the object holds is over.
static void RemoveLock(Thread *thr, uptr addr) {
  SyncBucket *bucket = sync_table.For(addr);
  ScopedLock lock(bucket);
  if (SyncObject *object = FindSync(bucket, KeyOfLock(addr)))
    RemoveSync(thr, bucket, object);
}

// This thread unlocked it last, and nobody has been told of the group of
// operations that ended there: who could have been, by the lock, has not come.
// So the group need not have ended. Nor can anybody come as long as the thread
// holds the lock alone. (`seen` is as the last holder, or readers, left it.)
static ALWAYS_INLINE bool Reopens(Thread *thr, const SyncObject *object,
                                  uptr addr) {
  if (!thr->clock.MayReopen(addr) ||
      atomic_load(&object->seen, memory_order_relaxed) ||
      !IsOwnLastWord(thr, object) || !thr->operations.empty() ||
      thr->under_lock || Observes(thr) || !Takes(FastPath::reopened_group) ||
      !thr->operations.shortcuts.PreviousGeneration(thr->closed_generation))
    return false;
  thr->clock.Reopen();
  return true;
}

// What was unlocked last, or by writers.
static void AcquireClock(Thread *thr, SyncObject *object) {
  SyncPeek peek = {};
  peek.ReadClock(object);
  bool known = thr->clock.Knows(peek.slot, peek.own);
  if (known && Takes(FastPath::peek))
    return;
  atomic_store(&object->seen, 1, memory_order_relaxed);
  if (!known && AcquireWord(thr, peek))
    return;
  SpinMutexLock content(&object->content);
  ThreadAcquire(thr, object->clock);
}

// After ThreadFlush. `is_new`: that made this version of the clock, which can
// be nowhere yet.
static NOINLINE void ReleaseClock(Thread *thr, SyncObject *object, uptr addr,
                                  bool is_new) {
  if (IsOwnLastWord(thr, object))
    return;
  bool own =
      atomic_load(&object->slot, memory_order_relaxed) == thr->clock.slot();
  if (!own && !is_new && thr->clock.Equals(object->clock))
    return;
  uptr told = thr->clock.OnlyTold();
  if (!own || !RefreshClock(thr, object)) {
    SpinMutexLock content(&object->content);
    Overwrite(thr, object);
  }
  thr->clock.Told(addr, told);
}

// By who holds the lock alone. Null: there is nothing to tell.
static SyncObject *ReleaseLock(Thread *thr, uptr addr) {
  Stamp before = thr->clock.OwnStamp();
  ThreadFlush(thr);
  SyncObject *object = FindLock(thr, addr);
  if (UNLIKELY(thr->clock.AllZero())) {
    if (object)
      RemoveLock(thr, addr);
    return nullptr;
  }
  if (UNLIKELY(!object))
    object = CreateLock(thr, addr);
  ReleaseClock(thr, object, addr, thr->clock.OwnStamp() != before);
  return object;
}

// --- mutexes

void sync_internal::MutexLock(Thread *thr, uptr addr) {
  SyncObject *object = FindLock(thr, addr);
  if (LIKELY(object) && !Reopens(thr, object, addr))
    AcquireClock(thr, object);
}

static NOINLINE void MutexUnlockSlow(Thread *thr, uptr addr) {
  if (!ReleasesNothing(thr))
    ReleaseLock(thr, addr);
}

void sync_internal::MutexUnlock(Thread *thr, uptr addr) {
  // Most often a group that was opened again as the lock was taken: it is
  // closed as it was, and the lock's clock has it already.
  const SyncObject *object = KnownLock(thr, addr);
  if (LIKELY(object && thr->clock.IsReopened() && !Observes(thr) &&
             thr->operations.empty() && IsOwnLastWord(thr, object))) {
    ThreadCloseGroup(thr);
    return;
  }
  MutexUnlockSlow(thr, addr);
}

// --- readers-writer locks

void SyncReadLock(Thread *thr, uptr addr) {
  if (!MapUsed())
    return;
  if (SyncObject *object = FindLock(thr, addr))
    AcquireClock(thr, object);
}

void SyncReadUnlock(Thread *thr, uptr addr) {
  if (!MapUsed() || ReleasesNothing(thr))
    return;
  ThreadFlush(thr);
  if (thr->clock.AllZero())
    return;
  // Relaxed: the count that we see is at least that of our own last release
  // here, and who raised it since did so as a writer, before we got the lock.
  ReadReleases::Entry &last = thr->read_releases.For(addr);
  if (LIKELY(last.addr == addr && Takes(FastPath::reader_refresh) &&
             atomic_load(&Large(last.object)->reader_generation,
                         memory_order_relaxed) == last.generation &&
             thr->clock.Refresh(last.snapshot)))
    return;
  SyncObject *object = CreateLock(thr, addr);
  LargeSyncObject *large = Large(object);
  SpinMutexLock content(&object->content);
  if (!large->readers)
    large->readers = ReaderClocks::Create();
  Snapshot *own = large->readers->Join(&thr->clock);
  last = {object, atomic_load(&large->reader_generation, memory_order_relaxed),
          own, addr};
}

void SyncReadUnlockForAll(Thread *thr, uptr addr) {
  if (!MapUsed() || ReleasesNothing(thr) || thr->clock.AllZero())
    return;
  SyncObject *object = CreateLock(thr, addr);
  SpinMutexLock content(&object->content);
  JoinOwn(thr, object);
}

void SyncWriteLock(Thread *thr, uptr addr) {
  SyncObject *object = MapUsed() ? FindLock(thr, addr) : nullptr;
  LargeSyncObject *large = Large(object);
  if (!object || (!large->readers && Reopens(thr, object, addr)))
    return;
  AcquireClock(thr, object);
  if (!large->readers)
    return;
  SpinMutexLock content(&object->content);
  if (large->readers)
    large->readers->ForEach(
        [thr](const Snapshot *s) { ThreadAcquire(thr, s); });
}

void SyncWriteUnlock(Thread *thr, uptr addr) {
  if (!MapUsed() || ReleasesNothing(thr))
    return;
  SyncObject *object = ReleaseLock(thr, addr);
  if (!object)
    return;
  LargeSyncObject *large = Large(object);
  SpinMutexLock content(&object->content);
  if (!large->readers)
    return;
  large->readers->Clear();
  large->CountGeneration();
}

} // namespace __mapsan
