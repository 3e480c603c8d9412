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
};

/// Those of one thread, innermost last; and the mode that they put it into.
struct ModelledCalls {
  static constexpr u32 kMax = 64;
  ModelledCall stack[kMax];
  u32 count;
  u32 over; // more than kMax: they change nothing
  // In a call that observes: what is released counts for nothing, what is
  // acquired only if the call succeeds.
  bool observing;
  Snapshot *observed; // acquired so far; or null
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
