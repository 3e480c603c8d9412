// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fork, by pthread_atfork rather than by an interceptor: handlers registered
// first are the last to run before the fork and the first to run after it, so
// the program's own handlers may lock and use maps as ever.

#include "mapsan_forks.h"
#include "../clock/mapsan_modelled.h"
#include "../clock/mapsan_stack.h"
#include "../clock/mapsan_thread.h"
#include "../entry/mapsan_init.h"
#include "../entry/mapsan_modules.h"
#include "../report/mapsan_report.h"
#include "mapsan_caller.h"
#include "mapsan_exits.h"
#include "sanitizer_common/sanitizer_allocator_internal.h"
#include "sanitizer_common/sanitizer_stackdepot.h"

extern "C" int pthread_atfork(void (*before)(), void (*in_parent)(),
                              void (*in_child)());

namespace __mapsan {

// A lock that another thread holds would be held for ever in the child, and
// what it guards be half changed. The locks of buckets are too many to be
// taken; what they guard is whole at every moment, and ThreadsAfterFork opens
// them.
//
// Not in a signal handler or a report callback that the runtime itself was
// interrupted by: it may hold any of these locks.
static bool Interrupted(Thread *thr) { return thr && thr->in_runtime > 1; }

static void Before() {
  Thread *thr = CurrentThreadRaw();
  if (thr)
    ScopedRuntime::Enter(thr);
  if (!Active() || Interrupted(thr))
    return;
  LockReportsBeforeFork();
  ThreadsLockBeforeFork();
  StackDepotLockBeforeFork();
  InternalAllocatorLock();
}

static void After(bool child) {
  Thread *thr = CurrentThreadRaw();
  if (Active() && !Interrupted(thr)) {
    InternalAllocatorUnlock();
    StackDepotAfterFork(child);
    ThreadsUnlockAfterFork();
    if (!child)
      UnlockReportsInParent();
  }
  if (child) {
    RememberProcess();
    if (Active() && !Interrupted(thr)) {
      ModulesAfterFork();
      CallersAfterFork();
      ModelledAfterFork();
      StandInsAfterFork();
      ThreadsAfterFork(thr);
    }
  }
  if (thr)
    ScopedRuntime::Leave(thr);
}

void InitializeForks() {
  pthread_atfork(
      Before, [] { After(/*child=*/false); }, [] { After(/*child=*/true); });
}

} // namespace __mapsan
