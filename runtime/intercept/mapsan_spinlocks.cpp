// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pthread spin locks: mutexes to the clocks.

#include "mapsan_locking.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

static int Locked(int result, void *lock, uptr pc, uptr bp) {
  return LockTaken(result, !result, Rule::spin_try_fails, lock, pc, bp,
                   [=](Thread *thr, uptr addr, uptr pc) {
                     if (RuleHolds(Rule::spin_lock))
                       MutexLocked(thr, addr, pc, bp, /*recursive=*/false);
                   });
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, pthread_spin_init, void *lock, int shared) {
  LockBorn(lock, kSpinlockSize);
  return real::pthread_spin_init(lock, shared);
}

INTERCEPTOR(int, pthread_spin_destroy, void *lock) {
  LockBorn(lock, kSpinlockSize);
  return real::pthread_spin_destroy(lock);
}

INTERCEPTOR(int, pthread_spin_lock, void *lock) {
  return Locked(real::pthread_spin_lock(lock), lock, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_spin_trylock, void *lock) {
  return Locked(real::pthread_spin_trylock(lock), lock, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_spin_unlock, void *lock) {
  uptr addr = reinterpret_cast<uptr>(lock);
  if (Thread *thr = SynchronisingUnlock(GET_CALLER_PC(), addr)) {
    ScopedRuntime inside(thr);
    if (RuleHolds(Rule::spin_lock))
      MutexUnlocking(thr, addr);
  }
  return real::pthread_spin_unlock(lock);
}
