// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// C11's threads and mutexes. In the C library they call the pthread functions
// directly, past our interceptors; success is 0 in both.

#include "../clock/mapsan_sync.h"
#include "mapsan_birth.h"
#include "mapsan_libc_objects.h"
#include "mapsan_real.h"
#include "mapsan_synchronising.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

static int Begin(void *arg) {
  Birth *birth = static_cast<Birth *>(arg);
  auto *start = reinterpret_cast<int (*)(void *)>(birth->start);
  void *start_arg = birth->arg;
  ThreadBegins(birth);
  [[clang::musttail]] return start(start_arg);
}

static int Locked(int result, void *mutex, uptr pc, uptr bp) {
  uptr addr = reinterpret_cast<uptr>(mutex);
  if (result)
    return result;
  if (Thread *thr = SynchronisingLock(pc, addr)) {
    ScopedRuntime inside(thr);
    MutexLocked(thr, addr, pc, bp, IsRecursive(mutex));
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

INTERCEPTOR(int, thrd_create, void *handle, int (*start)(void *), void *arg) {
  Birth *birth =
      ThreadConceived(reinterpret_cast<void *>(start), arg,
                      /*detached=*/false, GET_CALLER_PC(), GET_CURRENT_FRAME());
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
  Born(mutex);
  return real::mtx_init(mutex, type);
}

INTERCEPTOR(void, mtx_destroy, void *mutex) {
  Born(mutex);
  real::mtx_destroy(mutex);
}

INTERCEPTOR(int, mtx_lock, void *mutex) {
  return Locked(real::mtx_lock(mutex), mutex, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, mtx_trylock, void *mutex) {
  return Locked(real::mtx_trylock(mutex), mutex, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, mtx_timedlock, void *mutex, const void *until) {
  return Locked(real::mtx_timedlock(mutex, until), mutex, GET_CALLER_PC(),
                GET_CURRENT_FRAME());
}

INTERCEPTOR(int, mtx_unlock, void *mutex) {
  uptr addr = reinterpret_cast<uptr>(mutex);
  if (Thread *thr = SynchronisingUnlock(GET_CALLER_PC(), addr)) {
    if (LIKELY(Holds(thr, addr)) || !UnlockWillFail(mutex)) {
      ScopedRuntime inside(thr);
      MutexUnlocking(thr, addr);
    }
  }
  return real::mtx_unlock(mutex);
}
