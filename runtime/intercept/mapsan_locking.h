// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the interceptors of locks have in common, whichever interface they
// belong to: a lock was taken, is given back, is another one from now on.

#ifndef MAPSAN_LOCKING_H
#define MAPSAN_LOCKING_H

#include "../clock/mapsan_held_locks.h"
#include "mapsan_frameless.h"
#include "mapsan_libc_objects.h"
#include "mapsan_synchronising.h"

namespace __mapsan {

/// The lock at `lock` is another one from now on.
inline void LockBorn(void *lock, uptr size) {
  if (Thread *thr = Synchronising(Rule::life_of_init)) {
    ScopedRuntime inside(thr);
    SyncBorn(reinterpret_cast<uptr>(lock), size);
  }
}

/// A lock was wanted and not taken: nothing. (The debug runtime can be told to
/// acquire all the same.)
NOINLINE inline void NotTaken(Rule rule, void *lock) {
  if (RuleHolds(rule))
    return;
  if (Thread *thr = CurrentThread()) {
    ScopedRuntime inside(thr);
    SyncAcquire(thr, reinterpret_cast<uptr>(lock)); // if it is a semaphore
    SyncMutexLock(thr, reinterpret_cast<uptr>(lock));
  }
}

/// After the real function: `locked(thr, addr, pc)` is called if it took the
/// lock; that it does nothing otherwise is the rule `fails`. (pc, bp): the
/// interceptor's caller and frame; the pc handed on is the program's. Returns
/// `result`.
template <class Locked>
ALWAYS_INLINE int LockTaken(int result, bool took, Rule fails, void *lock,
                            uptr pc, uptr bp, Locked locked) {
  if (UNLIKELY(!took)) {
    NotTaken(fails, lock);
    return result;
  }
  uptr addr = reinterpret_cast<uptr>(lock);
  if (Thread *thr = SynchronisingLock(pc, addr)) {
    ScopedRuntime inside(thr);
    locked(thr, addr, ProgramCaller(pc, bp));
  }
  return result;
}

/// Before the real lock. Hooks make critical sections longer, and so more
/// threads find their mutex taken; and once a thread sleeps for it, every
/// unlock has to wake one, who may find it taken again: two threads that do
/// little else may never come out of that. A moment's patience first, as
/// glibc's own adaptive mutexes have it, keeps them from it (docs/design.md has
/// the figures).
NOINLINE void AwaitTakenMutex(const void *mutex);
ALWAYS_INLINE void AwaitMutex(const void *mutex) {
  if (UNLIKELY(IsTaken(mutex)))
    AwaitTakenMutex(mutex);
}

/// What a mutex of this type goes by if `rule` is what others go by.
inline Rule RuleOfType(Rule rule, const void *mutex) {
  return kDebugRuntime && TypeOf(mutex).recursive ? Rule::mutex_recursive
                                                  : rule;
}

// Most calls by far are of such a thread, on such a mutex, and change no clock.
// They have a way of their own; what is not so goes the other one, to the same
// effect.

/// Outside of the runtime, and all that it synchronises counts.
ALWAYS_INLINE bool IsUndisturbed(const Thread *thr) {
  return LIKELY(thr) && LIKELY(!thr->in_runtime) &&
         LIKELY(!thr->sync_disturbed);
}

/// ScopedRuntime of a thread that is outside of the runtime: it is two stores,
/// where counting up and down would be a chain from each call to the next.
class ScopedLocking {
public:
  explicit ScopedLocking(Thread *thr) : thr_(thr), before_(thr->disturbed) {
    thr->disturbed = before_ + 1;
    atomic_signal_fence(memory_order_seq_cst);
  }
  ~ScopedLocking() {
    atomic_signal_fence(memory_order_seq_cst);
    thr_->disturbed = before_;
  }
  ScopedLocking(const ScopedLocking &) = delete;
  ScopedLocking &operator=(const ScopedLocking &) = delete;

private:
  Thread *thr_;
  u64 before_;
};

NOINLINE inline int MutexTakenAnyhow(int result, Rule rule, void *mutex,
                                     uptr pc, uptr bp) {
  return LockTaken(
      result, TookMutex(result), Rule::mutex_try_fails, mutex, pc, bp,
      [=](Thread *thr, uptr addr, uptr pc) __attribute__((always_inline)) {
        if (!RuleHolds(RuleOfType(rule, mutex)))
          return;
        MutexType type = TypeOf(mutex);
        MutexLocked(thr, addr, pc, bp, type.recursive);
        if (UNLIKELY(type.robust))
          MutexIsRobust(thr, addr);
      });
}

/// A mutex of POSIX or of C11, by a plain lock or by a try. `result`: of the
/// real function; C11's success is POSIX's.
ALWAYS_INLINE int MutexTaken(int result, Rule rule, void *mutex, uptr pc,
                             uptr bp) {
  uptr addr = reinterpret_cast<uptr>(mutex);
  Thread *thr = CurrentThreadRaw();
  if (LIKELY(!result) && IsUndisturbed(thr) &&
      LIKELY(IsPlainlyTheProgram(pc, addr)) && LIKELY(IsPlain(TypeOf(mutex))) &&
      LIKELY(!FindHeld(thr, addr)) && RuleHolds(rule) &&
      Takes(FastPath::plain_mutex)) {
    ScopedLocking inside(thr);
    PlainMutexLocked(thr, addr, pc, bp);
    return result;
  }
  return MutexTakenAnyhow(result, rule, mutex, pc, bp);
}

NOINLINE inline void MutexGivenBackAnyhow(void *mutex, uptr pc) {
  uptr addr = reinterpret_cast<uptr>(mutex);
  Thread *thr = Synchronising();
  if (UNLIKELY(!thr))
    return;
  // Usually the lock is known to be ours. One that the program took counts
  // wherever it is given back (as in SynchronisingUnlock).
  HeldLock *held = FindHeld(thr, addr);
  if (UNLIKELY(!held) && LockIsInternal(pc, addr))
    return;
  if (!RuleHolds(RuleOfType(Rule::mutex, mutex)))
    return;
  // What fails releases nothing.
  if (UNLIKELY(!held) && UnlockWillFail(mutex) &&
      RuleHolds(Rule::mutex_foreign_unlock))
    return;
  ScopedRuntime inside(thr);
  MutexUnlocking(thr, addr);
}

/// Before the real unlock.
ALWAYS_INLINE void MutexGivenBack(void *mutex, uptr pc) {
  uptr addr = reinterpret_cast<uptr>(mutex);
  Thread *thr = CurrentThreadRaw();
  if (IsUndisturbed(thr) && LIKELY(IsInnermost(thr, addr)) &&
      RuleHolds(RuleOfType(Rule::mutex, mutex)) &&
      Takes(FastPath::plain_mutex)) {
    ScopedLocking inside(thr);
    PlainMutexUnlocking(thr, addr);
    return;
  }
  MutexGivenBackAnyhow(mutex, pc);
}

} // namespace __mapsan

#endif // MAPSAN_LOCKING_H
