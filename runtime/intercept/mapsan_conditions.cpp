// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Waiting on a condition variable: to the clocks, its mutex is unlocked and
// locked again. Nothing else about condition variables orders anything.

#include "mapsan_frameless.h"
#include "mapsan_libc_objects.h"
#include "mapsan_real.h"
#include "mapsan_synchronising.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {
namespace {

constexpr int kNotRecoverable = 131; // ENOTRECOVERABLE: the mutex is lost

/// One wait. On the waiter's stack.
struct Wait {
  void *condition, *mutex;
  const void *until;
  int clock;
  int (*real)(Wait *);
  uptr pc, bp;
  Thread *thr;
  u32 depth;
};

// After the real wait, or when the thread is cancelled in it: in both cases
// the C library has taken the mutex again.
void Reacquired(void *arg) {
  Wait *wait = static_cast<Wait *>(arg);
  ScopedRuntime inside(wait->thr);
  MutexReacquired(wait->thr, reinterpret_cast<uptr>(wait->mutex), wait->depth,
                  ProgramCaller(wait->pc, wait->bp), wait->bp);
}

int WaitOn(Wait wait) {
  wait.thr = Synchronising(Rule::condition_wait);
  uptr mutex = reinterpret_cast<uptr>(wait.mutex);
  // A library's own mutex, which it took unseen (libomp's threads sleep so);
  // the program's may be waited for from within a library, too.
  if (!wait.thr || (LockIsInternal(wait.pc, mutex) && !Holds(wait.thr, mutex)))
    return wait.real(&wait);
  {
    ScopedRuntime inside(wait.thr);
    wait.depth = MutexGivenUp(wait.thr, mutex);
  }
  int result = CallWithCleanup(
      [](void *arg) {
        Wait *wait = static_cast<Wait *>(arg);
        return wait->real(wait);
      },
      Reacquired, &wait);
  if (result != kNotRecoverable)
    Reacquired(&wait);
  return result;
}

} // namespace
} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, pthread_cond_wait, void *condition, void *mutex) {
  auto real = [](Wait *wait) {
    return real::pthread_cond_wait(wait->condition, wait->mutex);
  };
  return WaitOn({condition, mutex, nullptr, 0, real, GET_CALLER_PC(),
                 GET_CURRENT_FRAME(), nullptr, 0});
}

INTERCEPTOR(int, pthread_cond_timedwait, void *condition, void *mutex,
            const void *until) {
  auto real = [](Wait *wait) {
    return real::pthread_cond_timedwait(wait->condition, wait->mutex,
                                        wait->until);
  };
  return WaitOn({condition, mutex, until, 0, real, GET_CALLER_PC(),
                 GET_CURRENT_FRAME(), nullptr, 0});
}

INTERCEPTOR(int, pthread_cond_clockwait, void *condition, void *mutex,
            int clock, const void *until) {
  auto real = [](Wait *wait) {
    return real::pthread_cond_clockwait(wait->condition, wait->mutex,
                                        wait->clock, wait->until);
  };
  return WaitOn({condition, mutex, until, clock, real, GET_CALLER_PC(),
                 GET_CURRENT_FRAME(), nullptr, 0});
}

INTERCEPTOR(int, cnd_wait, void *condition, void *mutex) {
  auto real = [](Wait *wait) {
    return real::cnd_wait(wait->condition, wait->mutex);
  };
  return WaitOn({condition, mutex, nullptr, 0, real, GET_CALLER_PC(),
                 GET_CURRENT_FRAME(), nullptr, 0});
}

INTERCEPTOR(int, cnd_timedwait, void *condition, void *mutex,
            const void *until) {
  auto real = [](Wait *wait) {
    return real::cnd_timedwait(wait->condition, wait->mutex, wait->until);
  };
  return WaitOn({condition, mutex, until, 0, real, GET_CALLER_PC(),
                 GET_CURRENT_FRAME(), nullptr, 0});
}
