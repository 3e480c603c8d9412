// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pthread readers-writer locks, std::shared_mutex of libstdc++ among them.

#include "../clock/mapsan_sync.h"
#include "mapsan_frameless.h"
#include "mapsan_libc_objects.h"
#include "mapsan_real.h"
#include "mapsan_synchronising.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

static int Locked(int result, LockMode mode, void *lock, uptr pc, uptr bp) {
  if (result)
    return result;
  uptr addr = reinterpret_cast<uptr>(lock);
  if (Thread *thr = SynchronisingLock(pc, addr)) {
    ScopedRuntime inside(thr);
    RwLocked(thr, addr, mode, ProgramCaller(pc, bp), bp);
  }
  return result;
}

static void Born(void *lock) {
  if (Thread *thr = Synchronising()) {
    ScopedRuntime inside(thr);
    SyncBorn(reinterpret_cast<uptr>(lock), kRwlockSize);
  }
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, pthread_rwlock_init, void *lock, const void *attr) {
  Born(lock);
  return real::pthread_rwlock_init(lock, attr);
}

INTERCEPTOR(int, pthread_rwlock_destroy, void *lock) {
  Born(lock);
  return real::pthread_rwlock_destroy(lock);
}

INTERCEPTOR(int, pthread_rwlock_rdlock, void *lock) {
  return Locked(real::pthread_rwlock_rdlock(lock), LockMode::Shared, lock,
                GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_tryrdlock, void *lock) {
  return Locked(real::pthread_rwlock_tryrdlock(lock), LockMode::Shared, lock,
                GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_timedrdlock, void *lock, const void *until) {
  return Locked(real::pthread_rwlock_timedrdlock(lock, until), LockMode::Shared,
                lock, GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_clockrdlock, void *lock, int clock,
            const void *until) {
  return Locked(real::pthread_rwlock_clockrdlock(lock, clock, until),
                LockMode::Shared, lock, GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_wrlock, void *lock) {
  return Locked(real::pthread_rwlock_wrlock(lock), LockMode::Exclusive, lock,
                GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_trywrlock, void *lock) {
  return Locked(real::pthread_rwlock_trywrlock(lock), LockMode::Exclusive, lock,
                GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_timedwrlock, void *lock, const void *until) {
  return Locked(real::pthread_rwlock_timedwrlock(lock, until),
                LockMode::Exclusive, lock, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_rwlock_clockwrlock, void *lock, int clock,
            const void *until) {
  return Locked(real::pthread_rwlock_clockwrlock(lock, clock, until),
                LockMode::Exclusive, lock, GET_CALLER_PC(),
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
