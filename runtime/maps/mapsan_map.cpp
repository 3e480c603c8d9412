// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Map operations from begin to end: see mapsan_map.h.

#include "mapsan_map.h"

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_stack.h"
#include "../entry/mapsan_flags.h"
#include "../report/mapsan_report.h"
#include "mapsan_header.h"
#include "mapsan_lives.h"
#include "mapsan_mutations.h"
#include "mapsan_overlap.h"
#include "mapsan_records.h"

namespace __mapsan {

// --- small questions

static bool IsWriteEffect(MapsanEffect effect) {
  return effect == MapsanEffectWrite || effect == MapsanEffectConstruct ||
         effect == MapsanEffectDestroy;
}

static MapsanEffect EffectiveEffect(const Site *site) {
  // policy=strict: what the standard does not call const is a write.
  if (site->effect == MapsanEffectMayWrite && flags()->policy == Policy::Strict)
    return MapsanEffectWrite;
  return site->Effect();
}

// Is the address in the stack that the thread was started with? Frames of
// other stacks (fibers, signal stacks) cannot be compared.
static bool OnOwnStack(Thread *thr, uptr address) {
  return address >= thr->stack_bottom && address < thr->stack_top;
}

// --- begin

// The thread has read this life of the map before. What ended it earlier is
// ordered before us, hence seen (a destruction by the word of our cell, which
// it dropped); what ends it meanwhile is not, and one of us sees the other's
// word.
static bool HasRead(const RecentAccesses::Entry *recent, MapKey key) {
  const MapState *state = recent->state;
  return state && atomic_load(&state->key, memory_order_relaxed) == key &&
         state->IsAlive(recent->life) && Takes(FastPath::repeated_read);
}

// All that is recorded of the map are this thread's writes: there is nothing to
// check. Where it is so, as a look without the lock says mostly.
static bool MayBeOwn(MapKey key) {
  const MapState *state = FindMap(map_table.For(AddressOf(key)), key);
  return state && !state->Extra();
}
static bool ReadOwn(Thread *thr, MapKey key, RecentAccesses::Entry *recent,
                    const AccessDetails &details) {
  Bucket *bucket = map_table.For(AddressOf(key));
  ScopedLock lock(bucket);
  MapState *state = FindOwnMap(thr, bucket, key);
  if (!state)
    return false;
  state->read.SetPrivately(MakeWord(thr->clock.slot(), thr->clock.OpenEpoch()),
                           details);
  recent->state = state;
  recent->cell = &state->read;
  recent->life = state->Life();
  return true;
}

NOINLINE bool map_internal::BeginAgain(Thread *thr, Site *site,
                                       RecentAccesses::Entry *recent, uptr pc,
                                       uptr bp) {
  MapKey key = KeyOf(recent->map, site->GetFamily()->Number());
  bool again = HasRead(recent, key);
  if (!again && !(Takes(FastPath::own_map) && MayBeOwn(key)))
    return false;
  ScopedRuntime inside(thr);
  AccessDetails details = {StackIdHere(thr, site, pc, bp), LocksetId(thr)};
  thr->clock.MarkDirty();
  if (!(again ? RepeatRead(thr, recent->state, recent->cell, details)
              : ReadOwn(thr, key, recent, details)))
    return false;
  recent->epoch = thr->clock.OpenEpoch();
  recent->write = false;
  FillShortcut(thr, recent->map, site, /*write=*/false);
  BeginFirst(thr, site, recent->map, bp);
  if (site->effect == MapsanEffectRead)
    return true;
  Operation *op = thr->operations.First();
  op->epoch = recent->epoch;
  op->state = recent->state;
  op->map_life = recent->life;
  op->stack = details.stack;
  op->lockset = details.lockset;
  op->recorded = true;
  KeepHeader(op, site, recent->map);
  if (watches.MayHave(recent->map))
    WatchedBegins(thr, op);
  return true;
}

// No short way for the next one: it is to come here.
bool MapBeginWatched(Thread *thr, Site *site, uptr map, uptr frame) {
  if (thr->disturbed || !thr->operations.empty() || !MayBeFast(site) ||
      site->effect != MapsanEffectMayWrite ||
      !thr->recent.Has(map, site->family, thr->clock.OpenEpoch(),
                       /*write=*/false))
    return false;
  FillShortcut(thr, map, site, /*write=*/false);
  map_internal::BeginFirst(thr, site, map, frame);
  Operation *op = thr->operations.First();
  KeepHeader(op, site, map);
  WatchedBegins(thr, op);
  return true;
}

bool MapEndWatched(Thread *thr, const Site *site, uptr map,
                   MapsanEvidence evidence, uptr pc, uptr bp) {
  using namespace map_internal;
  Operation *op = thr->operations.First();
  if (thr->disturbed || !IsAlone(thr, op, site, map) || !MayBeFast(site) ||
      site->effect != MapsanEffectMayWrite ||
      atomic_load(&op->kept, memory_order_relaxed))
    return false;
  bool wrote = Wrote(*op, map, evidence);
  if (wrote && !thr->recent.Has(map, site->family, thr->clock.OpenEpoch(),
                                /*write=*/true))
    return false;
  WatchedEndsFirst(thr, op, wrote, pc, bp);
  LeaveQuietly(thr, op, wrote);
  return true;
}

// The map's last write is this thread's, of the epoch that is open: there is
// nothing to record or to check (CLOCKS: fast path), though it was forgotten
// among the recent accesses. No lock: nobody else writes a word of ours, so the
// life that it was written in is still the map's, or ended by somebody who is
// unordered with us.
static bool OwnWriteStands(Thread *thr, const Operation &op) {
  const Site *site = SiteOf(op);
  if (!Takes(FastPath::own_write) || thr->recent.Find(MapOf(op), site->family))
    return false;
  const MapState *state = FindMap(map_table.For(MapOf(op)), KeyOf(op));
  if (!state || state->Dead() ||
      state->LastWrite()->Word() != MakeWord(thr->clock.slot(), op.epoch))
    return false;
  NoteRecorded(thr, MapOf(op), site, op.epoch, /*write=*/true);
  return true;
}

static bool InsideAnother(Thread *thr, uptr map) {
  // A library's own nesting is shallow; recursion through maps of maps is deep
  // and on different maps.
  constexpr u32 kLook = 8;
  u32 n = thr->operations.size();
  for (u32 i = n; i > 0 && n - i < kLook; i--)
    if (MapOf(*thr->operations.At(i - 1)) == map)
      return true;
  return false;
}

Phase PhaseOf(const Site *site) {
  MapsanEffect effect = EffectiveEffect(site);
  return IsWriteEffect(effect)            ? Phase::Writing
         : effect == MapsanEffectMayWrite ? Phase::MayWrite
                                          : Phase::Reading;
}

// A new innermost operation, in flight from now on.
static Operation *Push(Thread *thr, const Site *site, uptr map, uptr frame) {
  Operation *op = thr->operations.Reserve();
  op->frame = frame;
  op->nested = InsideAnother(thr, map);
  op->wrote = IsWriteEffect(EffectiveEffect(site));
  op->epoch = thr->clock.OpenEpoch();
  op->change = {};
  op->presence = nullptr;
  op->header_bytes = 0;
  atomic_store(&op->kept, 0, memory_order_relaxed);
  atomic_store(&op->site, reinterpret_cast<uptr>(site), memory_order_relaxed);
  atomic_store(&op->map, map, memory_order_relaxed);
  atomic_store(&op->phase, static_cast<u32>(PhaseOf(site)),
               memory_order_relaxed);
  thr->operations.Publish();
  return op;
}

void MakeLong(Thread *thr) {
  const Shortcuts &shortcuts = thr->operations.shortcuts;
  uptr map = shortcuts.ShortMap();
  if (!map)
    return;
  const Site *site = shortcuts.ShortSite();
  Operation *op = Push(thr, site, map, shortcuts.ShortFrame());
  if (site->effect == MapsanEffectDestroy)
    RestoreDestroyed(thr, op);
  if (site->effect != MapsanEffectMayWrite)
    return;
  op->by_size = true;
  op->change.size_before = atomic_load(&shortcuts.size, memory_order_relaxed);
}

// Last: if the object's memory is gone, this is where the program dies, and
// what was found has been said, or is kept where the crash handler finds it.
static void LookAtMap(Thread *thr, Operation *op, MapsanEffect effect) {
  const Site *site = SiteOf(*op);
  uptr map = MapOf(*op);
  if (effect == MapsanEffectMayWrite || effect == MapsanEffectWrite)
    KeepHeader(op, site, map);
  if (effect != MapsanEffectRead && watches.MayHave(map))
    WatchedBegins(thr, op);
}

void MapBegin(Thread *thr, Site *site, uptr map, uptr pc, uptr bp) {
  if (UNLIKELY(!map || !FitsKey(map))) // (null is what C libraries only scold)
    return;
  if (thr->ignore_maps) {
    thr->erases.map = 0;
    if (watches.MayHave(map))
      WatchedUnseen(site, map);
    return;
  }
  HealOperations(thr, bp);
  site->MarkRun();
  MapsanEffect effect = EffectiveEffect(site);
  bool write = IsWriteEffect(effect);
  bool outermost = thr->operations.empty();
  Operation *op = Push(thr, site, map, bp);
  if (op->nested) {
    thr->erases.map = 0; // (this operation's, if any)
    return;
  }
  if (thr->overlap_only) {
    OverlapBegin(thr, op, effect, pc, bp);
    if (effect == MapsanEffectMayWrite || effect == MapsanEffectWrite)
      KeepHeader(op, site, map); // last: as below
    return;
  }
  if (effect == MapsanEffectConstruct || effect == MapsanEffectDestroy) {
    ForgetRecorded(thr, map);
  } else if (outermost &&
             (thr->recent.Has(map, site->family, op->epoch, write) ||
              OwnWriteStands(thr, *op))) {
    LookAtMap(thr, op, effect);
    return;
  }
  thr->clock.MarkDirty();

  op->recorded = true;
  op->stack = StackIdHere(thr, site, pc, bp);
  op->lockset = LocksetId(thr);
  Bucket *bucket = map_table.For(map);
  Violation violation;
  AccessCell *cell = nullptr;
  {
    ScopedLock lock(bucket);
    MapState *state = StateFor(thr, bucket, op, effect, &violation);
    op->state = state;
    op->map_life = state->Life();
    auto violated = [&](const Access16 &previous, bool wrote) {
      if (!violation.found)
        Fill(&violation, thr, *op, state, previous, wrote);
    };
    if (write) {
      CheckAndRecordWrite(thr, op, violated);
    } else {
      CheckRead(ClockOf(thr, *op), state, violated);
      if (!state->Dead())
        cell = RecordRead(thr, state, op);
    }
  }
  if (effect != MapsanEffectDestroy) {
    RecentAccesses::Entry *recent =
        NoteRecorded(thr, map, site, op->epoch, write);
    if (cell) {
      recent->state = op->state;
      recent->cell = cell;
      recent->life = op->map_life;
    }
  }
  if (violation.found && effect == MapsanEffectMayWrite)
    Keep(op, violation.finding);
  else if (violation.found)
    ReportFinding(violation.finding);
  LookAtMap(thr, op, effect);
}

// --- end

static void Leave(Thread *thr, Operation *op) {
  if (UNLIKELY(op->watch)) // it was not ended
    WatchedIsLost(thr, op);
  op->partner = op->passage = 0;
  if (op->presence)
    OverlapEnd(thr, op);
  ReportKept(op);
  RuntimeFree(op->begin_clock);
  op->MakeIdle();
  thr->operations.Pop();
}

// A may-write that wrote: checked now as a write with the clock of its begin.
static void ConfirmWrite(Thread *thr, Operation *op, uptr pc, uptr bp) {
  op->wrote = true;
  op->epoch = thr->clock.OpenEpoch();
  if (thr->operations.size() == 1 &&
      thr->recent.Has(MapOf(*op), SiteOf(*op)->family, op->epoch,
                      /*write=*/true))
    return; // this epoch's record stands
  Bucket *bucket = map_table.For(MapOf(*op));
  if (!op->recorded) { // nothing was noted at the begin
    op->stack = StackIdHere(thr, SiteOf(*op), pc, bp);
    op->lockset = LocksetId(thr);
  }
  atomic_store(&op->phase, static_cast<u32>(Phase::Writing),
               memory_order_relaxed);
  thr->clock.MarkDirty();
  Violation violation;
  {
    ScopedLock lock(bucket);
    FindRecord(bucket, op);
    if (!StillThere(*op) || op->state->Dead())
      return;
    CheckAndRecordWrite(thr, op, [&](const Access16 &previous, bool wrote) {
      Fill(&violation, thr, *op, op->state, previous, wrote);
    });
    RecordChange(thr, op->state, op->change);
  }
  NoteRecorded(thr, MapOf(*op), SiteOf(*op), op->epoch, /*write=*/true);
  // One race, one report: what was found at the begin goes first.
  if (violation.found && !atomic_load(&op->kept, memory_order_relaxed))
    ReportFinding(violation.finding);
}

static void End(Thread *thr, Operation *op, MapsanEvidence evidence,
                bool unwound, uptr pc, uptr bp) {
  const Site *site = SiteOf(*op);
  MapsanEffect effect = EffectiveEffect(site);
  if (effect == MapsanEffectDestroy && op->presence) {
    Bucket *bucket = map_table.For(MapOf(*op));
    ScopedLock lock(bucket);
    if (MapState *state = FindMap(bucket, KeyOf(*op)))
      RemoveMap(thr, bucket, state);
  } else if (effect == MapsanEffectDestroy) {
    EndDestruction(thr, op);
  } else if (effect == MapsanEffectMayWrite || effect == MapsanEffectWrite) {
    const Family *family = site->GetFamily();
    op->change.size_after = HeaderWord(MapOf(*op), family->size_offset);
    op->change.buckets_after = HeaderWord(MapOf(*op), family->buckets_offset);
    bool may_have = effect == MapsanEffectMayWrite;
    if (op->presence) {
      op->wrote |= may_have && Wrote(*op, MapOf(*op), evidence);
    } else if (may_have && Wrote(*op, MapOf(*op), evidence)) {
      ConfirmWrite(thr, op, pc, bp);
    } else if (effect == MapsanEffectWrite && op->recorded) {
      ScopedLock lock(map_table.For(MapOf(*op)));
      if (StillThere(*op) && op->state->LastWrite()->Word() ==
                                 MakeWord(thr->clock.slot(), op->epoch))
        RecordChange(thr, op->state, op->change);
    }
  }
  thr->last_effect = op->wrote;
  if (watches.MayHave(MapOf(*op)) ||
      (op->partner && watches.MayHave(AddressOf(op->partner))))
    WatchedEnds(thr, op, evidence, unwound, pc, bp);
}

static void EndOperation(Thread *thr, const Site *site, uptr map,
                         MapsanEvidence evidence, bool unwound, uptr pc,
                         uptr bp) {
  MakeLong(thr);
  // What lies above it was abandoned: its frames are gone.
  u32 n = thr->operations.size();
  u32 i = n;
  while (i > 0 && (MapOf(*thr->operations.At(i - 1)) != map ||
                   SiteOf(*thr->operations.At(i - 1)) != site))
    i--;
  if (!i)
    return; // its begin was lost in a signal handler, or before the start
  while (thr->operations.size() > i)
    Leave(thr, thr->operations.Top());
  Operation *op = thr->operations.Top();
  if (UNLIKELY(site->flags & MapsanSiteSecondary))
    TellPartner(thr, *op); // also if it is the same map
  if (!op->nested)
    End(thr, op, evidence, unwound, pc, bp);
  Leave(thr, op);
}

void MapEnd(Thread *thr, const Site *site, uptr map, MapsanEvidence evidence,
            uptr pc, uptr bp) {
  EndOperation(thr, site, map, evidence, /*unwound=*/false, pc, bp);
}

void MapUnwind(Thread *thr, const Site *site, uptr map, uptr pc, uptr bp) {
  if (!RuleHolds(Rule::operation_left))
    return;
  // There is no result: the header tells. A constructor that threw leaves no
  // map, and what a destructor left is no map either.
  EndOperation(thr, site, map, MapsanEvidenceHeader, /*unwound=*/true, pc, bp);
  if (site->effect != MapsanEffectConstruct || !FitsKey(map))
    return;
  Bucket *bucket = map_table.For(map);
  ScopedLock lock(bucket);
  if (MapState *state =
          FindMap(bucket, KeyOf(map, site->GetFamily()->Number())))
    RemoveMap(thr, bucket, state);
}

// Stacks grow down: a frame below that which runs now, `frame`, has returned,
// or was jumped over.
static bool IsGone(Thread *thr, uptr old, uptr frame) {
  return old < frame && OnOwnStack(thr, frame) && OnOwnStack(thr, old);
}

void HealOperations(Thread *thr, uptr frame) {
  Shortcuts &shortcuts = thr->operations.shortcuts;
  if (shortcuts.ShortMap() && IsGone(thr, shortcuts.ShortFrame(), frame))
    shortcuts.SetInFlight(0);
  MakeLong(thr);
  while (thr->operations.size() &&
         IsGone(thr, thr->operations.Top()->frame, frame))
    Leave(thr, thr->operations.Top());
}

void DropOperations(Thread *thr) {
  if (thr->operations.shortcuts.ShortMap())
    thr->operations.shortcuts.SetInFlight(0);
  while (thr->operations.size())
    Leave(thr, thr->operations.Top());
}

void KeepBeginClocks(Thread *thr) {
  MakeLong(thr);
  for (u32 i = 0, n = thr->operations.size(); i < n; i++) {
    Operation *op = thr->operations.At(i);
    if (op->begin_clock)
      continue;
    u32 count = thr->clock.Count();
    op->begin_clock = static_cast<u64 *>(RuntimeAlloc(count * sizeof(u64)));
    for (u32 s = 0; s < count; s++)
      op->begin_clock[s] = thr->clock.Epoch(s);
    op->begin_count = count;
  }
}

u32 LastEffect(Thread *thr) {
  thr->operations.shortcuts.Close();
  return thr->last_effect;
}

} // namespace __mapsan
