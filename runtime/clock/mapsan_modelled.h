// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls that the catalog models (its `sync:` section): a thread is inside some
// of them, one in another, and each says what of the synchronisation in it
// counts. The pass emits their begins and ends (pass/instrument/SyncHooks.*).
//
//   future.get()                     observe: its mutex tells nobody anything
//     the deferred function          program: all counts
//       semaphore.try_acquire()      observe
//         its atomic                 acquired if try_acquire returns true

#ifndef MAPSAN_MODELLED_H
#define MAPSAN_MODELLED_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

struct Thread;
class Snapshot;

/// A call in flight, and what it is to put back when it ends.
struct ModelledCall {
  uptr object;
  u32 what; // MapsanSync, phase above it
  u32 ignore_sync;
  uptr frame; // of the caller
  bool observing;
  Snapshot *observed;
  u32 depth;     // of a lock given up: its recursion,
  u32 mode;      // and its mode
  uptr group;    // of a body: where its end is waited for; or 0
  uptr followed; // of a body: as ModelledFollow has it; or 0
};

/// Those of one thread, innermost last; and the mode that they put it into.
struct ModelledCalls {
  static constexpr u32 kMax = 64;
  Snapshot *observed; // acquired so far, while Thread::observing; or null
  u32 count;
  u32 over; // more than kMax: they change nothing
  ModelledCall stack[kMax];
};

/// Objects that are released when a thread exits, as std::promise's
/// set_value_at_thread_exit does.
struct ExitReleases {
  uptr *objects;
  u32 count, capacity;
  void Add(uptr object);
};

/// Around such a call of `thr`: before it; after it, also when it is left by
/// an exception (`result` 0 then, and where it failed). (pc, bp): the caller.
void ModelledBegin(Thread *thr, uptr object, u32 what, uptr bp);
void ModelledEnd(Thread *thr, uptr object, u32 what, u64 result, uptr pc,
                 uptr bp);

/// What is about to be spawned on `object` is joined by joins of `group`, too.
void ModelledGroup(Thread *thr, uptr object, uptr group);

/// Bodies on `object` come after what is spawned on `followed`, too: what is
/// run there is not told by what it runs on. `joins`: whoever runs something on
/// `followed` waits for their ends.
void ModelledFollow(Thread *thr, uptr object, uptr followed, bool joins);

/// In the child of fork, where the locks' holders may have vanished. (The
/// latter defined where StandInFor is.)
void ModelledAfterFork();
void StandInsAfterFork();

/// What to pass to a library in place of a function of the program's, so that
/// its calls are seen (MapsanPassed). `function` itself where there are too
/// many. (Defined in intercept/mapsan_stand_ins.cpp.)
uptr StandInFor(uptr function, u32 passed);

/// The thread is inside a library's call, which may create threads for its own
/// ends: what such a thread knows, it is told by spawns.
bool InModelledCall(const Thread *thr);

/// The Thread::feed of a thread that is created now; or 0.
uptr FeedOfChild(const Thread *thr);
/// As the thread begins.
void BeginFed(Thread *thr, uptr feed);

/// Map operations inside a call that evaluates conditions under a lock
/// (absl::Mutex::Await; an Unlock evaluates those of others): they are under
/// it, although this thread has given it up, or not yet got it. Those in a
/// thread that is fed, outside of bodies: between what was spawned and what is
/// joined. Asked only while thr->under_lock stands.
void LockForOperation(Thread *thr);
void UnlockAfterOperation(Thread *thr);

/// Inside a modelled body: acquire or release, here and now.
void ModelledEvent(Thread *thr, uptr object, u32 what);

/// The innermost call says that an exchange inside is a store.
bool IsOverwriting(const Thread *thr);

/// The thread's stack is unwound to `frame` without ends (longjmp).
void ModelledJump(Thread *thr, uptr frame);

/// As a thread ends: releases what waits for that. When its own thread_local
/// objects are gone and before the C++ library wakes those who wait for it.
void ReleaseAtThreadExit(Thread *thr);

} // namespace __mapsan

#endif // MAPSAN_MODELLED_H
