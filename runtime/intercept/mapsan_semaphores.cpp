// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// POSIX semaphores: every post happens before every later successful wait.

#include "mapsan_locking.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

static int Waited(int result, void *semaphore, uptr pc, uptr bp) {
  return LockTaken(result, !result, Rule::semaphore_try_fails, semaphore, pc,
                   bp, [](Thread *thr, uptr addr, uptr) {
                     if (RuleHolds(Rule::semaphore))
                       SyncAcquire(thr, addr);
                   });
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, sem_init, void *semaphore, int shared, unsigned value) {
  LockBorn(semaphore, kSemaphoreSize);
  return real::sem_init(semaphore, shared, value);
}

INTERCEPTOR(int, sem_destroy, void *semaphore) {
  LockBorn(semaphore, kSemaphoreSize);
  return real::sem_destroy(semaphore);
}

INTERCEPTOR(int, sem_post, void *semaphore) {
  uptr addr = reinterpret_cast<uptr>(semaphore);
  if (Thread *thr = SynchronisingLock(GET_CALLER_PC(), addr)) {
    ScopedRuntime inside(thr);
    if (RuleHolds(Rule::semaphore_joins))
      SyncReleaseJoin(thr, addr);
    else
      SyncReleaseStore(thr, addr);
  }
  return real::sem_post(semaphore);
}

INTERCEPTOR(int, sem_wait, void *semaphore) {
  return Waited(real::sem_wait(semaphore), semaphore, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, sem_trywait, void *semaphore) {
  return Waited(real::sem_trywait(semaphore), semaphore, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, sem_timedwait, void *semaphore, const void *until) {
  return Waited(real::sem_timedwait(semaphore, until), semaphore,
                GET_CALLER_PC(), GET_CURRENT_FRAME());
}

INTERCEPTOR(int, sem_clockwait, void *semaphore, int clock, const void *until) {
  return Waited(real::sem_clockwait(semaphore, clock, until), semaphore,
                GET_CALLER_PC(), GET_CURRENT_FRAME());
}
