// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pthread readers-writer locks, std::shared_mutex of libstdc++ among them.

#include "mapsan_locking.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

enum class By { Lock, Try };

static int Locked(int result, LockMode mode, By by, void *lock, uptr pc,
                  uptr bp) {
  return LockTaken(result, !result, Rule::rwlock_try_fails, lock, pc, bp,
                   [=](Thread *thr, uptr addr, uptr pc) {
                     if (by == By::Lock || RuleHolds(Rule::rwlock_try))
                       RwLocked(thr, addr, mode, pc, bp);
                     else
                       RwNoted(thr, addr, mode, pc, bp);
                   });
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, pthread_rwlock_init, void *lock, const void *attr) {
  LockBorn(lock, kRwlockSize);
  return real::pthread_rwlock_init(lock, attr);
}

INTERCEPTOR(int, pthread_rwlock_destroy, void *lock) {
  LockBorn(lock, kRwlockSize);
  return real::pthread_rwlock_destroy(lock);
}

INTERCEPTOR(int, pthread_rwlock_rdlock, void *lock) {
  return Locked(real::pthread_rwlock_rdlock(lock), LockMode::Shared, By::Lock,
                lock, GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_tryrdlock, void *lock) {
  return Locked(real::pthread_rwlock_tryrdlock(lock), LockMode::Shared, By::Try,
                lock, GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_timedrdlock, void *lock, const void *until) {
  return Locked(real::pthread_rwlock_timedrdlock(lock, until), LockMode::Shared,
                By::Try, lock, GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_clockrdlock, void *lock, int clock,
            const void *until) {
  return Locked(real::pthread_rwlock_clockrdlock(lock, clock, until),
                LockMode::Shared, By::Try, lock, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_wrlock, void *lock) {
  return Locked(real::pthread_rwlock_wrlock(lock), LockMode::Exclusive,
                By::Lock, lock, GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_trywrlock, void *lock) {
  return Locked(real::pthread_rwlock_trywrlock(lock), LockMode::Exclusive,
                By::Try, lock, GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_timedwrlock, void *lock, const void *until) {
  return Locked(real::pthread_rwlock_timedwrlock(lock, until),
                LockMode::Exclusive, By::Try, lock, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_clockwrlock, void *lock, int clock,
            const void *until) {
  return Locked(real::pthread_rwlock_clockwrlock(lock, clock, until),
                LockMode::Exclusive, By::Try, lock, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_unlock, void *lock) {
  uptr addr = reinterpret_cast<uptr>(lock);
  if (Thread *thr = SynchronisingUnlock(GET_CALLER_PC(), addr)) {
    ScopedRuntime inside(thr);
    RwUnlocking(thr, addr);
  }
  return real::pthread_rwlock_unlock(lock);
}
