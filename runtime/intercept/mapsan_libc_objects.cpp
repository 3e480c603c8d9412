// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The one file that includes <pthread.h> and <semaphore.h>: elsewhere their
// declarations would clash with the interceptors'.

#include "mapsan_libc_objects.h"
#include "sanitizer_common/sanitizer_common.h"
#include <errno.h>
#include <pthread.h>
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
constexpr int kRobust = 16, kTypes = 3; // of __kind
#endif

MutexType TypeOf(const void *mutex) {
#if SANITIZER_GLIBC
  const auto *data = &static_cast<const pthread_mutex_t *>(mutex)->__data;
  int kind = __atomic_load_n(&data->__kind, __ATOMIC_RELAXED);
  return {(kind & kTypes) == PTHREAD_MUTEX_RECURSIVE, (kind & kRobust) != 0};
#else
  return {true, false};
#endif
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

bool TookMutex(int result) { return result == 0 || result == EOWNERDEAD; }

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
