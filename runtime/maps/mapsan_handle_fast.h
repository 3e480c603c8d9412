// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The common cases of handles, inline in the callbacks.

#ifndef MAPSAN_HANDLE_FAST_H
#define MAPSAN_HANDLE_FAST_H

#include "mapsan_watch.h"

namespace __mapsan {

/// A use that has nothing to tell: the map has not changed, and the thread has
/// read it in the open epoch. False: call HandleUsed.
ALWAYS_INLINE bool HandleUsedFast(Thread *thr, const Handle *handle,
                                  const Site *site) {
  u64 stamp;
  MapKey key;
  if (UNLIKELY(thr->disturbed) || !site->HasRun() ||
      !handle->GetWatch()->Look(Watch::LifeOf(handle->Stamp()), &stamp, &key) ||
      stamp != handle->stamp || !key)
    return false;
  // In an operation of its own, or of emitted code's, it may be a nested one.
  return !ReadsMap(site) ||
         (thr->operations.empty() &&
          thr->recent.Has(AddressOf(key), site->family, thr->clock.OpenEpoch(),
                          /*write=*/false));
}

/// Its stamp is the watch's: emitted code is to ask all the same, if it was
/// made under locks and the map is changed under some.
ALWAYS_INLINE void AskIfLocked(Handle *handle) {
  if (handle->locks && handle->GetWatch()->HasLocked())
    handle->stamp |= Handle::kAsk;
}

/// The locks that are held where it is made.
ALWAYS_INLINE void NoteLocks(Thread *thr, Handle *handle) {
  handle->locks = 0;
  if (LIKELY(!thr->lock_count))
    return;
  ScopedRuntime runtime(thr);
  handle->locks = LocksetId(thr);
  AskIfLocked(handle);
}

/// It has been watched when this thread looked last. False: call HandleMade.
ALWAYS_INLINE bool HandleMadeFast(Thread *thr, Handle *handle, const Site *site,
                                  uptr map) {
  OpenedWatches::Entry *opened = thr->opened_watches.For(map);
  const Family *family = site->GetFamily();
  if (opened->key != KeyOf(map, family->Number()) || family->SharesItsData())
    return false; // who owns it now wants to be asked
  MapKey key;
  if (!opened->watch->Look(opened->life, &handle->stamp, &key) ||
      key != opened->key)
    return false;
  opened->watch->Use();
  handle->made = reinterpret_cast<uptr>(site);
  handle->watch = reinterpret_cast<uptr>(opened->watch);
  NoteLocks(thr, handle);
  return true;
}

} // namespace __mapsan

#endif // MAPSAN_HANDLE_FAST_H
