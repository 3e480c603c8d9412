// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Map operations as they arrive from instrumented code: the begin and the end
// of an interval on a map object. The check itself is mapsan_check.h.

#ifndef MAPSAN_MAP_H
#define MAPSAN_MAP_H

#include "../clock/mapsan_thread.h"
#include "../entry/mapsan_flags.h"
#include "mapsan_header.h"
#include "mapsan_site.h"
#include "mapsan_watches.h"

namespace __mapsan {

// The common cases, inline in the callbacks: an operation that is the only one
// in flight and that the thread has recorded already; all that is left to do is
// to be seen in flight. Or one that differs from a recorded one by its epoch
// alone. False: call MapBegin or MapEnd. The former need no ScopedRuntime, as
// they call nothing and leave no half-done state.

/// An access is on record in the open epoch: what makes its like fast. (Under
/// a lock of LockForOperation there is more to do than to record; so there is
/// at the end of what may change a map that is watched.)
ALWAYS_INLINE void FillShortcut(Thread *thr, uptr map, const Site *site,
                                bool write) {
  if (LIKELY(!thr->under_lock))
    thr->operations.shortcuts.Fill(map, site->GetFamily(),
                                   write && !watches.MayHave(map));
}
inline RecentAccesses::Entry *
NoteRecorded(Thread *thr, uptr map, const Site *site, u64 epoch, bool write) {
  FillShortcut(thr, map, site, write);
  return thr->recent.Note(map, site->family, epoch, write);
}

/// A read, or what may turn out to write, by what the operation does to this
/// map: what has fast ways.
inline bool MayBeFast(const Site *site) {
  return site->effect == MapsanEffectRead ||
         (site->effect == MapsanEffectMayWrite &&
          flags()->policy == Policy::Effective);
}

namespace map_internal {

/// In flight from here on, as the only one.
ALWAYS_INLINE void BeginFirst(Thread *thr, Site *site, uptr map, uptr frame) {
  site->MarkRun();
  bool reads = site->effect == MapsanEffectRead;
  if (reads && LIKELY(!thr->operations.shortcuts.IsClosed()))
    return thr->operations.BeginShort(site, map, frame);
  thr->operations.BeginFirst(site, map, frame,
                             reads ? Phase::Reading : Phase::MayWrite);
}

/// The map is one that this thread has read before: recorded and checked
/// without the bucket's lock. False: it has to be done with it.
bool BeginAgain(Thread *thr, Site *site, RecentAccesses::Entry *recent, uptr pc,
                uptr bp);

/// It is the only one, and nothing happened inside it.
ALWAYS_INLINE bool IsAlone(Thread *thr, const Operation *op, const Site *site,
                           uptr map) {
  return thr->operations.size() == 1 && !op->begin_clock &&
         atomic_load(&op->site, memory_order_relaxed) ==
             reinterpret_cast<uptr>(site) &&
         atomic_load(&op->map, memory_order_relaxed) == map;
}

ALWAYS_INLINE void LeaveQuietly(Thread *thr, Operation *op, u32 effect) {
  if (op->recorded || op->state)
    op->MakeIdle();
  else
    atomic_store(&op->map, 0, memory_order_relaxed);
  thr->operations.PopFirst();
  thr->last_effect = effect;
}

} // namespace map_internal

ALWAYS_INLINE bool MapBeginFast(Thread *thr, Site *site, uptr map, uptr pc,
                                uptr bp) {
  using namespace map_internal;
  if (UNLIKELY(thr->disturbed) || !thr->operations.empty() || !MayBeFast(site))
    return false;
  RecentAccesses::Entry *recent = thr->recent.Find(map, site->family);
  if (!recent)
    return false;
  if (!recent->IsOf(thr->clock.OpenEpoch()))
    return BeginAgain(thr, site, recent, pc, bp);
  if (site->effect == MapsanEffectMayWrite && watches.MayHave(map))
    return false;
  FillShortcut(thr, map, site, /*write=*/false);
  BeginFirst(thr, site, map, bp);
  if (site->effect == MapsanEffectMayWrite)
    KeepHeader(thr->operations.First(), site, map);
  return true;
}

ALWAYS_INLINE bool MapEndFast(Thread *thr, const Site *site, uptr map,
                              MapsanEvidence evidence) {
  using namespace map_internal;
  Operation *op = thr->operations.First();
  if (UNLIKELY(thr->disturbed))
    return false;
  if (thr->operations.shortcuts.ShortMap() == map) {
    thr->operations.shortcuts.SetInFlight(0);
    return true;
  }
  if (!IsAlone(thr, op, site, map))
    return false;
  if (!MayBeFast(site))
    return false;
  if (site->effect == MapsanEffectRead) {
    LeaveQuietly(thr, op, /*effect=*/0);
    return true;
  }
  // (As one: this is what an insertion of a key that is there costs.)
  if (UNLIKELY(reinterpret_cast<uptr>(op->watch) | op->partner |
               atomic_load(&op->kept, memory_order_relaxed)))
    return false;
  if (watches.MayHave(map))
    return false;
  bool wrote = Wrote(*op, map, evidence);
  if (wrote && !thr->recent.Has(map, site->family, thr->clock.OpenEpoch(),
                                /*write=*/true))
    return false;
  if (wrote)
    thr->operations.shortcuts.Fill(map, site->GetFamily(), /*write=*/true);
  LeaveQuietly(thr, op, wrote);
  return true;
}

/// The same of may-writes on maps that may be watched (MayBeWatched). Not in
/// line: they have more to do.
bool MapBeginWatched(Thread *thr, Site *site, uptr map, uptr frame);
bool MapEndWatched(Thread *thr, const Site *site, uptr map,
                   MapsanEvidence evidence, uptr pc, uptr bp);
/// The map, or that of the first operation in flight.
inline bool MayBeWatched(Thread *thr, uptr map) {
  return UNLIKELY(watches.HasAny()) &&
         (thr->operations.First()->watch || watches.MayHave(map));
}

/// An operation begins on the map at `map`. (pc, bp): return address into and
/// frame of the hook that user code called. What can be decided is reported
/// before this returns. Called by `thr` itself, thread-safe towards others.
void MapBegin(Thread *thr, Site *site, uptr map, uptr pc, uptr bp);

/// The operation ended normally.
void MapEnd(Thread *thr, const Site *site, uptr map, MapsanEvidence evidence,
            uptr pc, uptr bp);

/// The operation ended by an exception.
void MapUnwind(Thread *thr, const Site *site, uptr map, uptr pc, uptr bp);

/// Operations of frames that are gone (longjmp, pthread_exit, a C frame that
/// an exception went through) leave the thread. `frame`: any address in the
/// frame that runs now.
void HealOperations(Thread *thr, uptr frame);
/// All of them: the thread ends.
void DropOperations(Thread *thr);

/// Before an acquire changes the clock: operations in flight keep the clock of
/// their begin.
void KeepBeginClocks(Thread *thr);

/// What the last operation of this thread turned out to be: 0 read, 1 write.
/// Known of those after the first call.
u32 LastEffect(Thread *thr);

} // namespace __mapsan

#endif // MAPSAN_MAP_H
