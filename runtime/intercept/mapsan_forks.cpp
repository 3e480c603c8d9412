// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fork, by pthread_atfork rather than by an interceptor: handlers registered
// first are the last to run before the fork and the first to run after it, so
// the program's own handlers may lock and use maps as ever.

#include "mapsan_forks.h"
#include "../clock/mapsan_thread.h"
#include "mapsan_exits.h"
#include "sanitizer_common/sanitizer_allocator_internal.h"
#include "sanitizer_common/sanitizer_stackdepot.h"

extern "C" int pthread_atfork(void (*before)(), void (*in_parent)(),
                              void (*in_child)());

namespace __mapsan {

// sanitizer_common's locks must not be somebody else's in the child. What is
// ours is lock-free or looked after by ThreadsAfterFork.
static void Before() {
  if (Thread *thr = CurrentThreadRaw())
    ScopedRuntime::Enter(thr);
  StackDepotLockBeforeFork();
  InternalAllocatorLock();
}

static void After(bool child) {
  InternalAllocatorUnlock();
  StackDepotUnlockAfterFork(child);
  Thread *thr = CurrentThreadRaw();
  if (child) {
    RememberProcess();
    if (thr)
      ThreadsAfterFork(thr);
  }
  if (thr)
    ScopedRuntime::Leave(thr);
}

void InitializeForks() {
  pthread_atfork(
      Before, [] { After(/*child=*/false); }, [] { After(/*child=*/true); });
}

} // namespace __mapsan
