// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators and references into maps: see mapsan_handle.h.

#include "mapsan_handle.h"

#include "../clock/mapsan_stack.h"
#include "../clock/mapsan_thread.h"
#include "../report/mapsan_report.h"
#include "mapsan_discipline.h"
#include "mapsan_handle_fast.h"
#include "mapsan_header.h"
#include "mapsan_map.h"
#include "mapsan_violation.h"
#include "mapsan_watch.h"

namespace __mapsan {

void HandleMade(Thread *thr, Handle *handle, const Site *site, uptr map) {
  const Family *family = site->GetFamily();
  if (UNLIKELY(!FitsKey(map) || !HasPrint(family)))
    return;
  ScopedRuntime runtime(thr);
  MapKey key = KeyOf(map, family->Number());
  u64 stamp;
  Watch *watch = watches.Open(key, LooksOf(map, family), &stamp);
  if (!watch)
    return;
  if (family->SharesItsData())
    watch->SetShared(!IsSoleOwner(map, family));
  *thr->opened_watches.For(map) = {key, watch, Watch::LifeOf(stamp)};
  thr->operations.shortcuts.ForgetWrites(map);
  handle->watch = reinterpret_cast<uptr>(watch);
  handle->stamp = stamp;
  handle->made = reinterpret_cast<uptr>(site);
  if (thr->lock_count)
    LearnLockedChange(thr, watch, key);
  NoteLocks(thr, handle);
}

void HandleRenewed(Handle *handle) {
  u64 stamp;
  MapKey key;
  // What was noted meanwhile is what was done through it; or it races with
  // that. (But it may be into another map by now.)
  if (!handle->watch ||
      !handle->GetWatch()->Look(Watch::LifeOf(handle->Stamp()), &stamp, &key))
    return;
  if (stamp != handle->Stamp() && handle->GetWatch()->HasLeft())
    return handle->Forget();
  handle->stamp = stamp | (handle->stamp & Handle::kAsk);
}

// An element that is in no map is about to be put in: what becomes of it there
// is of interest, also if nobody was watching.
static bool OpenFor(Thread *thr, uptr map, uptr element) {
  u64 passage, stamp;
  if (!element || !watches.HasAny() || !FitsKey(map))
    return false;
  const Family *family = watches.FamilyOfAbsent(element, &passage);
  if (!family)
    return false;
  watches.Open(KeyOf(map, family->Number()), LooksOf(map, family), &stamp);
  thr->operations.shortcuts.ForgetWrites(map);
  return true;
}

void MapErases(Thread *thr, uptr map, uptr element) {
  if (watches.MayHave(map) || OpenFor(thr, map, element))
    thr->erases = {map, element};
}

static void ReadMap(Thread *thr, Site *site, uptr map, uptr pc, uptr bp) {
  u32 effect = thr->last_effect;
  if (!MapBeginFast(thr, site, map, pc, bp)) {
    ScopedRuntime runtime(thr);
    if (UNLIKELY(thr->under_lock))
      LockForOperation(thr);
    MapBegin(thr, site, map, pc, bp);
  }
  if (!MapEndFast(thr, site, map, MapsanEvidenceNone)) {
    ScopedRuntime runtime(thr);
    MapEnd(thr, site, map, MapsanEvidenceNone, pc, bp);
    if (UNLIKELY(thr->under_lock))
      UnlockAfterOperation(thr);
  }
  thr->last_effect = effect; // of the program's operations
}

static void ReadIfStep(Thread *thr, Site *site, MapKey key, uptr pc, uptr bp) {
  // Of a map that is destroyed there is nothing to read. (And one of another
  // family, to which an element has gone, is not the site's.)
  if (key && ReadsMap(site) &&
      key >> kMapAddressBits == site->GetFamily()->Number())
    ReadMap(thr, site, AddressOf(key), pc, bp);
}

static void FillCreation(Thread *thr, Finding *f) {
  Bucket *bucket = map_table.For(f->map);
  ScopedLock lock(bucket);
  MapState *state = FindMap(bucket, KeyOf(f->map, f->family->Number()));
  if (!state || (f->why == Invalidation::Destroyed && !state->Dead()))
    return; // none, or another one since
  f->map_reports = ++Extend(thr, state)->reports;
  f->creation = CreationOf(state);
}

void ReportHandle(Thread *thr, const Handle &handle, const Site *site,
                  const HandleFinding &about, uptr pc, uptr bp) {
  Finding f = {};
  f.kind = about.kind;
  f.grade = about.grade;
  f.map = about.map;
  f.family = FamilyOf(handle);
  f.current = AccessBy({StackIdHere(thr, site, pc, bp), LocksetId(thr)},
                       thr->tid, /*wrote=*/false);
  f.current.site = site;
  f.previous = AccessBy(about.details, ThreadOfWord(about.word),
                        /*wrote=*/true);
  f.previous.change = about.sizes.ToChange();
  f.made = reinterpret_cast<const Site *>(handle.made);
  f.made_lockset = static_cast<u32>(handle.locks);
  f.why = about.why;
  FillCreation(thr, &f);
  ReportFinding(f);
}

static void Report(Thread *thr, const Handle &handle, const Site *site,
                   const Cause &cause, Invalidation why, uptr pc, uptr bp) {
  HandleFinding about = {};
  about.kind = site->flags & MapsanSiteReference ? FindingKind::InvalidElement
                                                 : FindingKind::InvalidIterator;
  about.grade = Grade::Invalidated;
  about.map = cause.map;
  about.word = cause.mutation.word;
  about.details = cause.mutation.details;
  about.sizes = cause.mutation.sizes;
  about.why = why;
  ReportHandle(thr, handle, site, about, pc, bp);
}

// Its destruction is not forgotten yet.
static bool IsTombstone(uptr map, const Family *family) {
  Bucket *bucket = map_table.For(map);
  ScopedLock lock(bucket);
  MapState *state = FindMap(bucket, KeyOf(map, family->Number()));
  return state && state->Dead();
}

// Something has happened to the map since it was looked at last. False: in
// which map its element is now is not known.
static NOINLINE bool Judge(Thread *thr, Handle *handle, Site *site,
                           uptr element, uptr pc, uptr bp) {
  ScopedRuntime runtime(thr);
  Cause cause;
  Invalidation why = watches.WhyInvalid(*handle, site, element, &cause);
  if (why == Invalidation::None && cause.watch) {
    handle->watch = reinterpret_cast<uptr>(cause.watch);
    handle->stamp = cause.stamp;
    AskIfLocked(handle);
    return true;
  }
  if (why == Invalidation::None) {
    // What a step leads to is in the same map, whichever that is; but it may be
    // where an element was that has gone meanwhile.
    if (!cause.stamp || ReadsMap(site))
      handle->Forget();
    return false;
  }
  AccessWord word = cause.mutation.word;
  bool ordered = thr->clock.Contains(SlotOf(word), EpochOf(word));
  // A step that is not ordered behind it races with it, which the read of the
  // map has found; or finds here, if the map is gone.
  if (ordered || !ReadsMap(site))
    Report(thr, *handle, site, cause, why, pc, bp);
  else if (why == Invalidation::Destroyed &&
           IsTombstone(cause.map, FamilyOf(*handle)))
    ReadMap(thr, site, cause.map, pc, bp);
  handle->Forget();
  return false;
}

void HandleUsed(Thread *thr, Handle *handle, Site *site, uptr element, uptr pc,
                uptr bp) {
  site->MarkRun();
  u64 stamp;
  MapKey key;
  if (!handle->GetWatch()->Look(Watch::LifeOf(handle->Stamp()), &stamp, &key))
    return handle->Forget();
  const bool same = stamp == handle->Stamp();
  const bool shared = handle->GetWatch()->IsShared();
  // Its element may have gone to another map, which is to be found out first.
  const bool stayed = same || !handle->GetWatch()->HasLeft();
  if (stayed && !shared)
    ReadIfStep(thr, site, key, pc, bp);
  if (!same && !Judge(thr, handle, site, element, pc, bp))
    return;
  if (!stayed)
    ReadIfStep(thr, site, handle->GetWatch()->Key(), pc, bp);
  if (handle->stamp & Handle::kAsk && !shared)
    CheckLocks(thr, handle, site, pc, bp);
}

} // namespace __mapsan
