// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Threads of POSIX, and hence of C++: creation, join, detachment, names. Their
// end: mapsan_thread_end.cpp.

#include "mapsan_birth.h"
#include "mapsan_libc_objects.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

static void *Begin(void *arg) {
  Birth *birth = static_cast<Birth *>(arg);
  auto *start = reinterpret_cast<void *(*)(void *)>(birth->start);
  void *start_arg = birth->arg;
  ThreadBegins(birth);
  // No frame of ours stays below the thread's own.
  [[clang::musttail]] return start(start_arg);
}

static int Joined(int result, Thread *child) {
  if (!result)
    JoinSucceeded(child);
  else if (!RuleHolds(Rule::thread_join_fails))
    JoinPretended(child);
  return result;
}

} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, pthread_create, void *handle, const void *attr,
            void *(*start)(void *), void *arg) {
  Birth *birth = ThreadConceived(reinterpret_cast<void *>(start), arg, attr,
                                 GET_CALLER_PC(), GET_CURRENT_FRAME());
  if (!birth)
    return real::pthread_create(handle, attr, start, arg);
  int result = real::pthread_create(handle, attr, Begin, birth);
  ThreadDelivered(birth, !result, handle);
  return result;
}

INTERCEPTOR(int, pthread_join, uptr handle, void **value) {
  Thread *child = FindThread(handle);
  return Joined(real::pthread_join(handle, value), child);
}

INTERCEPTOR(int, pthread_tryjoin_np, uptr handle, void **value) {
  Thread *child = FindThread(handle);
  return Joined(real::pthread_tryjoin_np(handle, value), child);
}

INTERCEPTOR(int, pthread_timedjoin_np, uptr handle, void **value,
            const void *until) {
  Thread *child = FindThread(handle);
  return Joined(real::pthread_timedjoin_np(handle, value, until), child);
}

INTERCEPTOR(int, pthread_clockjoin_np, uptr handle, void **value, int clock,
            const void *until) {
  Thread *child = FindThread(handle);
  return Joined(real::pthread_clockjoin_np(handle, value, clock, until), child);
}

INTERCEPTOR(int, pthread_detach, uptr handle) {
  Thread *child = FindThread(handle);
  int result = real::pthread_detach(handle);
  if (!result)
    DetachSucceeded(child);
  return result;
}

INTERCEPTOR(int, pthread_setname_np, uptr handle, const char *name) {
  int result = real::pthread_setname_np(handle, name);
  if (!result)
    if (Thread *child = FindThread(handle))
      ThreadSetName(child, name);
  return result;
}
