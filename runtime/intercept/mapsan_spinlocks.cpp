// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pthread spin locks: mutexes to the clocks.

#include "../clock/mapsan_sync.h"
#include "mapsan_libc_objects.h"
#include "mapsan_real.h"
#include "mapsan_synchronising.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

static int Locked(int result, void *lock, uptr pc, uptr bp) {
  if (result)
    return result;
  uptr addr = reinterpret_cast<uptr>(lock);
  if (Thread *thr = SynchronisingLock(pc, addr)) {
    ScopedRuntime inside(thr);
    MutexLocked(thr, addr, pc, bp, /*recursive=*/false);
  }
  return result;
}

static void Born(void *lock) {
  if (Thread *thr = Synchronising()) {
    ScopedRuntime inside(thr);
    SyncBorn(reinterpret_cast<uptr>(lock), kSpinlockSize);
  }
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, pthread_spin_init, void *lock, int shared) {
  Born(lock);
  return real::pthread_spin_init(lock, shared);
}

INTERCEPTOR(int, pthread_spin_destroy, void *lock) {
  Born(lock);
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
    MutexUnlocking(thr, addr);
  }
  return real::pthread_spin_unlock(lock);
}
