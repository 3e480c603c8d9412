// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The locks a thread holds, for reports, and what locking means for clocks.
// Interceptors call these (runtime/intercept/).

#ifndef MAPSAN_LOCKSET_H
#define MAPSAN_LOCKSET_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

struct Thread;

enum class LockMode : u8 { Exclusive, Shared };

/// One lock as it is held.
struct HeldLock {
  /// A program counter, no stack.
  static constexpr u64 kInnermost = 1ull << 63;
  uptr addr;
  u64 where;        // it was taken: StackDepot id, or kInnermost | pc
  const char *what; // a constant: "critical section"; null: a lock as such
  u32 depth;        // recursion
  LockMode mode;
  bool is_rwlock;
  bool is_robust; // the end of the thread unlocks it
  u8 unused;      // so that all from `depth` on is stored at once
};

/// A mutex or rwlock has just been taken: after the real lock. Only the
/// outermost of recursive locks moves clocks. (pc, bp): the interceptor's
/// caller pc and frame. `recursive`: the mutex's type; another one that this
/// thread seems to hold was unlocked by somebody else meanwhile.
void MutexLocked(Thread *thr, uptr addr, uptr pc, uptr bp, bool recursive);
void RwLocked(Thread *thr, uptr addr, LockMode mode, uptr pc, uptr bp);
/// The same for reports alone: no clock moves. False if it is held already.
bool RwNoted(Thread *thr, uptr addr, LockMode mode, uptr pc, uptr bp);

/// The mutex that has just been taken is robust: see LocksLeftBehind.
void MutexIsRobust(Thread *thr, uptr addr);

/// It is about to be released: before the real unlock. A lock that this
/// thread was not seen to take is released all the same (an exclusive one).
void MutexUnlocking(Thread *thr, uptr addr);
void RwUnlocking(Thread *thr, uptr addr);

/// pthread_cond_wait and its like: the mutex is given up whatever its
/// recursion; returns what MutexReacquired is to restore. The latter after
/// the wait.
u32 MutexGivenUp(Thread *thr, uptr addr);
void MutexReacquired(Thread *thr, uptr addr, u32 depth, uptr pc, uptr bp);

/// How reports call the lock that was just taken, if it is none of the
/// program's own objects. `what` is a constant.
void NameLock(Thread *thr, uptr addr, const char *what);

/// The same for a lock that a modelled call waits under; `mode`: in which it
/// was held, exclusive if it was not seen to be taken.
u32 RwGivenUp(Thread *thr, uptr addr, LockMode *mode);
void RwReacquired(Thread *thr, uptr addr, LockMode mode, u32 depth, uptr pc,
                  uptr bp);

/// The thread ends: the next owner of a robust mutex that it still holds is
/// told so and comes after all that it did.
void LocksLeftBehind(Thread *thr);

/// This thread holds `addr` in any mode.
bool Holds(Thread *thr, uptr addr);

/// The number of the set of what `thr` holds now, for a record; 0: nothing.
/// Called by `thr`.
u32 LocksetId(Thread *thr);

/// Called once by Initialize.
void InitializeLocksets();

struct LockOfSet;
/// The lock of the set `*id` that was taken last; `*id` is then the set of the
/// others. False: the number may be too old. Any thread.
bool InnermostOfSet(u32 *id, LockOfSet *lock);
/// The locks of such a set, in the order in which they were taken, into
/// `locks`, which has room for all that a thread may hold; how many. The number
/// may be too old: the outermost of them, or all, are not known any more; then
/// `forgotten`. Any thread.
u32 LocksOfSet(u32 id, LockOfSet *locks, bool *forgotten);

} // namespace __mapsan

#endif // MAPSAN_LOCKSET_H
