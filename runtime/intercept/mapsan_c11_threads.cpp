// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// C11's threads and mutexes. In the C library they call the pthread functions
// directly, past our interceptors; success is 0 in both.

#include "mapsan_birth.h"
#include "mapsan_locking.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

static int Begin(void *arg) {
  Birth *birth = static_cast<Birth *>(arg);
  auto *start = reinterpret_cast<int (*)(void *)>(birth->start);
  void *start_arg = birth->arg;
  ThreadBegins(birth);
  [[clang::musttail]] return start(start_arg);
}

} // namespace __mapsan

using namespace __mapsan;

#define MAPSAN_HERE GET_CALLER_PC(), GET_CURRENT_FRAME()

INTERCEPTOR(int, thrd_create, void *handle, int (*start)(void *), void *arg) {
  Birth *birth = ThreadConceived(reinterpret_cast<void *>(start), arg,
                                 /*attr=*/nullptr, MAPSAN_HERE);
  if (!birth)
    return real::thrd_create(handle, start, arg);
  int result = real::thrd_create(handle, Begin, birth);
  ThreadDelivered(birth, !result, handle);
  return result;
}

INTERCEPTOR(int, thrd_join, uptr handle, int *value) {
  Thread *child = FindThread(handle);
  int result = real::thrd_join(handle, value);
  if (!result)
    JoinSucceeded(child);
  return result;
}

INTERCEPTOR(int, thrd_detach, uptr handle) {
  Thread *child = FindThread(handle);
  int result = real::thrd_detach(handle);
  if (!result)
    DetachSucceeded(child);
  return result;
}

INTERCEPTOR(int, mtx_init, void *mutex, int type) {
  LockBorn(mutex, kMutexSize);
  return real::mtx_init(mutex, type);
}

INTERCEPTOR(void, mtx_destroy, void *mutex) {
  LockBorn(mutex, kMutexSize);
  real::mtx_destroy(mutex);
}

INTERCEPTOR(int, mtx_lock, void *mutex) {
  AwaitMutex(mutex);
  return MutexTaken(real::mtx_lock(mutex), Rule::mutex, mutex, MAPSAN_HERE);
}

INTERCEPTOR(int, mtx_trylock, void *mutex) {
  return MutexTaken(real::mtx_trylock(mutex), Rule::mutex_try, mutex,
                    MAPSAN_HERE);
}

INTERCEPTOR(int, mtx_timedlock, void *mutex, const void *until) {
  return MutexTaken(real::mtx_timedlock(mutex, until), Rule::mutex_try, mutex,
                    MAPSAN_HERE);
}

INTERCEPTOR(int, mtx_unlock, void *mutex) {
  MutexGivenBack(mutex, GET_CALLER_PC());
  return real::mtx_unlock(mutex);
}
