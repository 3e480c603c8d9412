// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pthread_once, hence libstdc++'s std::call_once, and C11's call_once: what the
// one call did happens before every return from pthread_once.

#include "../clock/mapsan_sync.h"
#include "mapsan_real.h"
#include "mapsan_synchronising.h"

namespace __mapsan {
namespace {

/// A pthread_once that this thread is in. The routine takes no argument, so it
/// is found here.
struct Call {
  uptr control;
  void (*routine)();
  Call *outer;
};

// If the routine throws, this is left pointing into a frame that is gone; the
// next call puts its own on top and never looks beneath.
THREADLOCAL Call *innermost;

void RunAndRelease() {
  Call call = *innermost;
  call.routine();
  if (Thread *thr = Synchronising(Rule::once)) {
    ScopedRuntime inside(thr);
    SyncReleaseStore(thr, call.control);
  }
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
