// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Notices the end of a thread, however it ends: a destructor of
// thread-specific data that asks for further rounds until the last, so that
// C++'s thread_local destructors and other people's keys come first.

#include "mapsan_thread_end.h"
#include "../clock/mapsan_thread.h"
#include "../maps/mapsan_memory.h"
#include "mapsan_intercept.h"
#include "mapsan_libc_objects.h"

extern "C" {
int pthread_key_create(unsigned *key, void (*destructor)(void *));
int pthread_setspecific(unsigned key, const void *value);
__sanitizer::uptr pthread_self();
}

namespace __mapsan {

static unsigned key;
static bool key_made;
constexpr uptr kRounds = 4; // PTHREAD_DESTRUCTOR_ITERATIONS

static void Arm(uptr rounds) {
  pthread_setspecific(key, reinterpret_cast<void *>(rounds));
}

static void EndOfRound(void *value) {
  uptr rounds = reinterpret_cast<uptr>(value);
  // This key is older than the C++ library's, and keys take turns by age.
  if (rounds == kRounds)
    if (Thread *thr = CurrentThread()) {
      ScopedRuntime inside(thr);
      ReleaseAtThreadExit(thr);
    }
  if (rounds > 1)
    return Arm(rounds - 1);
  Thread *thr = CurrentThreadRaw();
  if (!thr)
    return;
  // Somebody else's thread: nobody told us whether it will be joined.
  ThreadInfo info;
  if (ThreadInfoById(thr->tid, &info) && info.adopted && !thr->detached) {
    ScopedRuntime inside(thr);
    thr->detached = SelfIsDetached();
  }
  // The main thread's stack holds more than its own frames.
  if (thr->tid != 1)
    MemoryReleased(thr->stack_bottom, thr->stack_top - thr->stack_bottom);
  ThreadFinish(thr);
}

void InitializeThreadEnd() {
  key_made = !pthread_key_create(&key, EndOfRound);
  WatchThreadEnd();
}

void WatchThreadEnd() {
  if (!key_made)
    return;
  if (Thread *thr = CurrentThreadRaw())
    ThreadSetHandle(thr, pthread_self());
  Arm(kRounds);
}

} // namespace __mapsan
