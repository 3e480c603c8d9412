// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pthread mutexes: all of C's and most of C++'s mutexes end up here.

#include "mapsan_locking.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

using namespace __mapsan;

#define MAPSAN_HERE GET_CALLER_PC(), GET_CURRENT_FRAME()

INTERCEPTOR(int, pthread_mutex_init, void *mutex, const void *attr) {
  LockBorn(mutex, kMutexSize);
  return real::pthread_mutex_init(mutex, attr);
}

INTERCEPTOR(int, pthread_mutex_destroy, void *mutex) {
  int result = real::pthread_mutex_destroy(mutex);
  if (!result)
    LockBorn(mutex, kMutexSize);
  return result;
}

// A microsecond or two each, and together about what it costs to be put to
// sleep and woken. Who looks at the mutex more often takes its line from the
// thread that works under it.
static constexpr u32 kMostLooks = 8;
static constexpr u64 kCyclesBetween = 1 << 12;
// Of this thread, for the next mutex: fewer where it waited in vain, as it does
// for threads that do not run while there are more than processors.
__attribute__((tls_model("initial-exec"))) static THREADLOCAL u32 looks =
    kMostLooks;

void __mapsan::AwaitTakenMutex(const void *mutex) {
  if (!IsNormal(mutex) || HasOneProcessor())
    return;
  for (u32 i = 0; i < looks; i++) {
    u64 until = __builtin_ia32_rdtsc() + kCyclesBetween;
    do
      proc_yield(1);
    while (__builtin_ia32_rdtsc() < until);
    if (!IsTaken(mutex)) {
      looks = Min(2 * looks, kMostLooks);
      return;
    }
  }
  looks = Max(looks / 2, 1u);
}

INTERCEPTOR(int, pthread_mutex_lock, void *mutex) {
  AwaitMutex(mutex);
  return MutexTaken(real::pthread_mutex_lock(mutex), Rule::mutex, mutex,
                    MAPSAN_HERE);
}

INTERCEPTOR(int, pthread_mutex_trylock, void *mutex) {
  return MutexTaken(real::pthread_mutex_trylock(mutex), Rule::mutex_try, mutex,
                    MAPSAN_HERE);
}

INTERCEPTOR(int, pthread_mutex_timedlock, void *mutex, const void *until) {
  return MutexTaken(real::pthread_mutex_timedlock(mutex, until),
                    Rule::mutex_try, mutex, MAPSAN_HERE);
}

INTERCEPTOR(int, pthread_mutex_clocklock, void *mutex, int clock,
            const void *until) {
  return MutexTaken(real::pthread_mutex_clocklock(mutex, clock, until),
                    Rule::mutex_try, mutex, MAPSAN_HERE);
}

INTERCEPTOR(int, pthread_mutex_unlock, void *mutex) {
  MutexGivenBack(mutex, GET_CALLER_PC());
  return real::pthread_mutex_unlock(mutex);
}
