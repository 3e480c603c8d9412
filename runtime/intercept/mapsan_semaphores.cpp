// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// POSIX semaphores: every post happens before every later successful wait.

#include "../clock/mapsan_sync.h"
#include "mapsan_libc_objects.h"
#include "mapsan_real.h"
#include "mapsan_synchronising.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

static int Waited(int result, void *semaphore, uptr pc) {
  uptr addr = reinterpret_cast<uptr>(semaphore);
  if (result)
    return result;
  if (Thread *thr = SynchronisingLock(pc, addr)) {
    ScopedRuntime inside(thr);
    SyncAcquire(thr, addr);
  }
  return result;
}

static void Born(void *semaphore) {
  if (Thread *thr = Synchronising()) {
    ScopedRuntime inside(thr);
    SyncBorn(reinterpret_cast<uptr>(semaphore), kSemaphoreSize);
  }
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, sem_init, void *semaphore, int shared, unsigned value) {
  Born(semaphore);
  return real::sem_init(semaphore, shared, value);
}

INTERCEPTOR(int, sem_destroy, void *semaphore) {
  Born(semaphore);
  return real::sem_destroy(semaphore);
}

INTERCEPTOR(int, sem_post, void *semaphore) {
  uptr addr = reinterpret_cast<uptr>(semaphore);
  if (Thread *thr = SynchronisingLock(GET_CALLER_PC(), addr)) {
    ScopedRuntime inside(thr);
    SyncReleaseJoin(thr, addr);
  }
  return real::sem_post(semaphore);
}

INTERCEPTOR(int, sem_wait, void *semaphore) {
  return Waited(real::sem_wait(semaphore), semaphore, GET_CALLER_PC());
}

INTERCEPTOR(int, sem_trywait, void *semaphore) {
  return Waited(real::sem_trywait(semaphore), semaphore, GET_CALLER_PC());
}

INTERCEPTOR(int, sem_timedwait, void *semaphore, const void *until) {
  return Waited(real::sem_timedwait(semaphore, until), semaphore,
                GET_CALLER_PC());
}

INTERCEPTOR(int, sem_clockwait, void *semaphore, int clock, const void *until) {
  return Waited(real::sem_clockwait(semaphore, clock, until), semaphore,
                GET_CALLER_PC());
}
