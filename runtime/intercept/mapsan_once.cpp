// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pthread_once, hence libstdc++'s std::call_once, and C11's call_once: each
// execution of the routine happens before the next one, also one that throws or
// is cancelled ([thread.once.callonce]), and the last before every return.

#include "../clock/mapsan_sync.h"
#include "mapsan_real.h"
#include "mapsan_synchronising.h"
#include "mapsan_unwinding.h"

namespace __mapsan {
namespace {

/// A pthread_once that this thread is in. The routine takes no argument, so it
/// is found here.
struct Call {
  uptr control;
  void (*routine)();
  Call *outer;
};
THREADLOCAL Call *innermost;

void Ended(void *arg) {
  Call *call = static_cast<Call *>(arg);
  innermost = call->outer;
  if (Thread *thr = Synchronising(Rule::once)) {
    ScopedRuntime inside(thr);
    SyncReleaseStore(thr, call->control);
  }
}

void RunAndRelease() {
  Call *call = innermost;
  if (Thread *thr = Synchronising(Rule::once_throws)) {
    ScopedRuntime inside(thr);
    SyncAcquire(thr, call->control);
  }
  mapsan_call_with_unwinding(call->routine, Ended, call);
}

void Return(Thread *thr, const Call &call) {
  innermost = call.outer;
  ScopedRuntime inside(thr);
  SyncAcquire(thr, call.control);
}

} // namespace
} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, pthread_once, void *control, void (*routine)()) {
  Thread *thr = Synchronising();
  if (!thr)
    return real::pthread_once(control, routine);
  Call call = {reinterpret_cast<uptr>(control), routine, innermost};
  innermost = &call;
  int result = real::pthread_once(control, RunAndRelease);
  Return(thr, call);
  return result;
}

INTERCEPTOR(void, call_once, void *flag, void (*routine)()) {
  Thread *thr = Synchronising();
  if (!thr)
    return real::call_once(flag, routine);
  Call call = {reinterpret_cast<uptr>(flag), routine, innermost};
  innermost = &call;
  real::call_once(flag, RunAndRelease);
  Return(thr, call);
}
