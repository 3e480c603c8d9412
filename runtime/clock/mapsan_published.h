// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A clock that is handed over through a structure of the runtime's own: a
// synchronisation object (mapsan_sync.h) that needs no address and no look-up.

#ifndef MAPSAN_PUBLISHED_H
#define MAPSAN_PUBLISHED_H

#include "mapsan_sync_object.h"

namespace __mapsan {

/// Joins what several threads release. Zero-initialised memory is an empty one.
/// Any number of threads at once; Clear when nobody uses it any more.
///
/// Example: each thread that arrives at a barrier releases to the clock of that
/// phase, and acquires it when it leaves.
class Published {
public:
  void Release(Thread *thr) {
    ThreadFlush(thr);
    if (thr->clock.AllZero())
      return;
    Snapshot *snapshot = thr->clock.Snap();
    ScopedLock lock(&lock_);
    JoinInto(&clock_, snapshot);
  }

  void Acquire(Thread *thr) {
    Snapshot *snapshot;
    {
      ScopedLock lock(&lock_);
      snapshot = clock_ ? clock_->Ref() : nullptr;
    }
    ThreadAcquire(thr, snapshot);
    Drop(snapshot);
  }

  void Clear() {
    Drop(clock_);
    clock_ = nullptr;
  }

private:
  SequenceLock lock_;
  Snapshot *clock_;
};

} // namespace __mapsan

#endif // MAPSAN_PUBLISHED_H
