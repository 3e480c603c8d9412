// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The one file that includes <pthread.h> and <semaphore.h>: elsewhere their
// declarations would clash with the interceptors'.

#include "mapsan_libc_objects.h"
#include "sanitizer_common/sanitizer_common.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>

namespace __mapsan {

const uptr kMutexSize = sizeof(pthread_mutex_t);
const uptr kRwlockSize = sizeof(pthread_rwlock_t);
const uptr kSpinlockSize = sizeof(pthread_spinlock_t);
const uptr kSemaphoreSize = sizeof(sem_t);
const uptr kBarrierSize = sizeof(pthread_barrier_t);
const int kSerialThread = PTHREAD_BARRIER_SERIAL_THREAD;

#if SANITIZER_GLIBC
using namespace libc_internal;
static_assert(__builtin_offsetof(pthread_mutex_t, __data.__kind) ==
                  kKindOfMutex,
              "another glibc, or another machine: TypeOf reads this field");
static_assert(__builtin_offsetof(pthread_mutex_t, __data.__lock) == 0,
              "another glibc, or another machine: IsTaken reads this field");
static_assert(PTHREAD_MUTEX_RECURSIVE == kRecursive &&
                  PTHREAD_MUTEX_ERRORCHECK <= kTypes,
              "types of mutexes are numbered otherwise");
#endif
static_assert(EOWNERDEAD == libc_internal::kOwnerDead,
              "errors are numbered otherwise");

bool HasOneProcessor() {
  enum : u8 { kUnknown, kOne, kMany };
  static atomic_uint8_t known; // relaxed: any thread comes to the same answer
  u8 answer = atomic_load(&known, memory_order_relaxed);
  if (LIKELY(answer != kUnknown))
    return answer == kOne;
  // Not sanitizer_common's, which dies where there are more than it thinks of.
  cpu_set_t processors;
  int saved = errno;
  bool one = !sched_getaffinity(0, sizeof(processors), &processors) &&
             CPU_COUNT(&processors) == 1;
  errno = saved;
  atomic_store(&known, one ? kOne : kMany, memory_order_relaxed);
  return one;
}

bool BarrierIsShared(const void *attr) {
  int shared = PTHREAD_PROCESS_PRIVATE;
  if (attr)
    pthread_barrierattr_getpshared(
        static_cast<const pthread_barrierattr_t *>(attr), &shared);
  return shared == PTHREAD_PROCESS_SHARED;
}

bool UnlockWillFail(const void *mutex) {
#if SANITIZER_GLIBC
  // Other threads may lock and unlock it meanwhile: only whether the owner is
  // ourselves matters, and that does not change under us.
  const auto *data = &static_cast<const pthread_mutex_t *>(mutex)->__data;
  int kind = __atomic_load_n(&data->__kind, __ATOMIC_RELAXED);
  bool checked = (kind & kRobust) ||
                 (kind & kTypes) == PTHREAD_MUTEX_RECURSIVE ||
                 (kind & kTypes) == PTHREAD_MUTEX_ERRORCHECK;
  return checked && __atomic_load_n(&data->__owner, __ATOMIC_RELAXED) !=
                        static_cast<int>(GetTid());
#else
  return false;
#endif
}

bool CreatesDetached(const void *attr) {
  int state = PTHREAD_CREATE_JOINABLE;
  if (attr)
    pthread_attr_getdetachstate(static_cast<const pthread_attr_t *>(attr),
                                &state);
  return state == PTHREAD_CREATE_DETACHED;
}

bool SetsSignalMask(const void *attr) {
#ifdef PTHREAD_ATTR_NO_SIGMASK_NP
  sigset_t mask;
  return attr &&
         pthread_attr_getsigmask_np(static_cast<const pthread_attr_t *>(attr),
                                    &mask) != PTHREAD_ATTR_NO_SIGMASK_NP;
#else
  return false;
#endif
}

bool SelfIsDetached() {
  pthread_attr_t attr;
  if (pthread_getattr_np(pthread_self(), &attr))
    return false;
  bool detached = CreatesDetached(&attr);
  pthread_attr_destroy(&attr);
  return detached;
}

// Compiled without exceptions, this is the C library's own chain of cleanup
// handlers, in order with the program's.
int CallWithCleanup(int (*function)(void *), void (*cleanup)(void *),
                    void *arg) {
  int result;
  pthread_cleanup_push(cleanup, arg);
  result = function(arg);
  pthread_cleanup_pop(0);
  return result;
}

} // namespace __mapsan
