// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Synchronisation objects: what was released at an address, for those who
// acquire there. The algorithm is docs/clocks.md; names of the operations are
// its names.

#ifndef MAPSAN_SYNC_H
#define MAPSAN_SYNC_H

#include "mapsan_map_used.h"

namespace __mapsan {
using namespace __sanitizer;

struct Thread;

// All of these: called by `thr` for itself; any number of threads at once on
// one object. Acquire after the real operation, release before it.

namespace sync_internal {
void Acquire(Thread *thr, uptr addr);
void ReleaseStore(Thread *thr, uptr addr);
void MutexLock(Thread *thr, uptr addr);
void MutexUnlock(Thread *thr, uptr addr);
} // namespace sync_internal

/// Everything that was released here happens before what `thr` does next.
inline void SyncAcquire(Thread *thr, uptr addr) {
  if (MapUsed())
    sync_internal::Acquire(thr, addr);
}

/// Overwrites: for a releaser that has acquired the object's contents, or
/// whose store ends an earlier release sequence (mutex unlock, release store).
inline void SyncReleaseStore(Thread *thr, uptr addr) {
  if (MapUsed())
    sync_internal::ReleaseStore(thr, addr);
}

/// Joins: for one who has not acquired (semaphore post, latch, reader unlock).
void SyncReleaseJoin(Thread *thr, uptr addr);

/// Locks: after the real lock and before the real unlock, by who holds it.
/// Their clocks are beside those of what else is at the address, so that nobody
/// else comes upon them.
inline void SyncMutexLock(Thread *thr, uptr addr) {
  if (MapUsed())
    sync_internal::MutexLock(thr, addr);
}
inline void SyncMutexUnlock(Thread *thr, uptr addr) {
  if (MapUsed())
    sync_internal::MutexUnlock(thr, addr);
}

/// Readers-writer locks: two clocks. Readers acquire what writers released;
/// writers acquire both; readers never order each other.
void SyncReadLock(Thread *thr, uptr addr);
void SyncReadUnlock(Thread *thr, uptr addr);
/// After that, as if readers told not only writers.
void SyncReadUnlockForAll(Thread *thr, uptr addr);
void SyncWriteLock(Thread *thr, uptr addr);
void SyncWriteUnlock(Thread *thr, uptr addr);

/// An object goes from thread to thread. Its clock is beside that of a lock or
/// atomic at the same address: the last giver's, and the next taker's alone.
void SyncHandOver(Thread *thr, uptr addr);
void SyncTakeOver(Thread *thr, uptr addr);

/// What was released at `addr` belongs to `group` from here on; to `any`, if
/// it belonged to another one already.
void SyncSetGroup(Thread *thr, uptr addr, uptr group, uptr any);
/// 0: none.
uptr SyncGroup(uptr addr);

/// What was released at `from` so far is released at `to`, too.
void SyncCopy(Thread *thr, uptr from, uptr to);

/// A part of an object that outlives its memory: whoever waits for the end of a
/// library's object may be told of it after another thread has freed it.
constexpr uptr kEndSide = uptr(1) << 62;

/// Sync objects in [addr, addr + size) end their lives here, with all parts.
void SyncBorn(uptr addr, uptr size);
/// The memory from `begin` to `end`, a part of a block of LiveFilter's, was
/// released or handed out: the end sides stay.
void SyncMemoryChanged(uptr begin, uptr end);

} // namespace __mapsan

#endif // MAPSAN_SYNC_H
