// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Map operations as they arrive from instrumented code: the begin and the end
// of an interval on a map object. The check itself is mapsan_check.h.

#ifndef MAPSAN_MAP_H
#define MAPSAN_MAP_H

#include "../clock/mapsan_thread.h"
#include "../entry/mapsan_flags.h"
#include "mapsan_header.h"
#include "mapsan_site.h"

namespace __mapsan {

/// A read or may-write whose read the thread has recorded already, with no
/// operation in flight: all that is left to do is to be seen in flight. False:
/// call MapBegin. Needs no ScopedRuntime, as it calls nothing and leaves no
/// half-done state.
inline bool MapBeginFast(Thread *thr, Site *site, uptr map, uptr frame) {
  bool may_write = site->effect == MapsanEffectMayWrite &&
                   flags()->policy == Policy::Effective;
  u64 epoch = thr->clock.OpenEpoch();
  if ((site->effect != MapsanEffectRead && !may_write) ||
      !thr->operations.empty() || thr->ignore_maps ||
      !thr->recent.Has(map, site->family, epoch, /*write=*/false))
    return false;
  Operation *op = thr->operations.First();
  op->frame = frame; // all else is as Leave left it: MakeIdle
  atomic_store(&op->site, reinterpret_cast<uptr>(site), memory_order_relaxed);
  atomic_store(&op->map, map, memory_order_relaxed);
  atomic_store(&op->phase,
               static_cast<u32>(may_write ? Phase::MayWrite : Phase::Reading),
               memory_order_relaxed);
  site->MarkRun();
  thr->operations.Publish();
  if (may_write)
    KeepHeader(op, site, map);
  return true;
}

/// The end of a read or may-write, if nothing happened inside it and there is
/// nothing left to record. False: call MapEnd.
inline bool MapEndFast(Thread *thr, const Site *site, uptr map,
                       MapsanEvidence evidence) {
  Operation *op = thr->operations.First();
  bool may_write = site->effect == MapsanEffectMayWrite &&
                   flags()->policy == Policy::Effective;
  if ((site->effect != MapsanEffectRead && !may_write) ||
      thr->operations.size() != 1 || op->begin_clock ||
      atomic_load(&op->kept, memory_order_relaxed) ||
      atomic_load(&op->site, memory_order_relaxed) !=
          reinterpret_cast<uptr>(site) ||
      atomic_load(&op->map, memory_order_relaxed) != map)
    return false;
  bool wrote = may_write && Wrote(*op, map, evidence);
  if (wrote && !thr->recent.Has(map, site->family, thr->clock.OpenEpoch(),
                                /*write=*/true))
    return false;
  op->MakeIdle();
  thr->operations.Pop();
  thr->last_effect = wrote;
  return true;
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
/// frame that runs now; with `inclusive` also those that began in it.
void HealOperations(Thread *thr, uptr frame, bool inclusive);
/// All of them: the thread ends.
void DropOperations(Thread *thr);

/// Before an acquire changes the clock: operations in flight keep the clock of
/// their begin.
void KeepBeginClocks(Thread *thr);

/// What the last operation of this thread turned out to be: 0 read, 1 write.
u32 LastEffect(Thread *thr);

/// For the summary: maps seen, and those that two or more threads used.
struct MapCounts {
  u64 maps, shared;
};
MapCounts CountMaps();

} // namespace __mapsan

#endif // MAPSAN_MAP_H
