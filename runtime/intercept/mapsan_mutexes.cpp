// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pthread mutexes: all of C's and most of C++'s mutexes end up here.

#include "../clock/mapsan_sync.h"
#include "mapsan_frameless.h"
#include "mapsan_libc_objects.h"
#include "mapsan_real.h"
#include "mapsan_synchronising.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

static int Locked(int result, void *mutex, uptr pc, uptr bp) {
  if (UNLIKELY(!TookMutex(result)))
    return result;
  uptr addr = reinterpret_cast<uptr>(mutex);
  if (Thread *thr = SynchronisingLock(pc, addr)) {
    ScopedRuntime inside(thr);
    MutexLocked(thr, addr, ProgramCaller(pc, bp), bp, IsRecursive(mutex));
  }
  return result;
}

static void Born(void *mutex) {
  if (Thread *thr = Synchronising()) {
    ScopedRuntime inside(thr);
    SyncBorn(reinterpret_cast<uptr>(mutex), kMutexSize);
  }
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, pthread_mutex_init, void *mutex, const void *attr) {
  Born(mutex);
  return real::pthread_mutex_init(mutex, attr);
}

INTERCEPTOR(int, pthread_mutex_destroy, void *mutex) {
  int result = real::pthread_mutex_destroy(mutex);
  if (!result)
    Born(mutex);
  return result;
}

INTERCEPTOR(int, pthread_mutex_lock, void *mutex) {
  return Locked(real::pthread_mutex_lock(mutex), mutex, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_mutex_trylock, void *mutex) {
  return Locked(real::pthread_mutex_trylock(mutex), mutex, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_mutex_timedlock, void *mutex, const void *until) {
  return Locked(real::pthread_mutex_timedlock(mutex, until), mutex,
                GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_mutex_clocklock, void *mutex, int clock,
            const void *until) {
  return Locked(real::pthread_mutex_clocklock(mutex, clock, until), mutex,
                GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, pthread_mutex_unlock, void *mutex) {
  uptr addr = reinterpret_cast<uptr>(mutex);
  if (Thread *thr = SynchronisingUnlock(GET_CALLER_PC(), addr)) {
    // What fails releases nothing. Usually the lock is known to be ours.
    if (LIKELY(Holds(thr, addr)) || !UnlockWillFail(mutex)) {
      ScopedRuntime inside(thr);
      MutexUnlocking(thr, addr);
    }
  }
  return real::pthread_mutex_unlock(mutex);
}
