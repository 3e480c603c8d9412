// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Map operations from begin to end: see mapsan_map.h.

#include "mapsan_map.h"

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_stack.h"
#include "../entry/mapsan_flags.h"
#include "../report/mapsan_candidate.h"
#include "../report/mapsan_report.h"
#include "mapsan_check.h"
#include "mapsan_header.h"
#include "mapsan_overlap.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

// --- small questions

static bool IsWriteEffect(MapsanEffect effect) {
  return effect == MapsanEffectWrite || effect == MapsanEffectConstruct ||
         effect == MapsanEffectDestroy;
}

static const Site *SiteOf(const Operation &op) {
  return reinterpret_cast<const Site *>(
      atomic_load(&op.site, memory_order_relaxed));
}
static uptr MapOf(const Operation &op) {
  return atomic_load(&op.map, memory_order_relaxed);
}

static MapsanEffect EffectiveEffect(const Site *site) {
  // policy=strict: what the standard does not call const is a write.
  if (site->effect == MapsanEffectMayWrite && flags()->policy == Policy::Strict)
    return MapsanEffectWrite;
  return site->Effect();
}

// The cell's word is of this thread.
static bool IsOwn(const AccessCell &cell, const Thread *thr) {
  u64 word = atomic_load(&cell.word, memory_order_relaxed);
  return word && SlotOf(word) == thr->clock.slot();
}

static BeginClock ClockOf(Thread *thr, const Operation &op) {
  return BeginClock(thr->clock, op.begin_clock, op.begin_count);
}

// Is the address in the stack that the thread was started with? Frames of
// other stacks (fibers, signal stacks) cannot be compared.
static bool OnOwnStack(Thread *thr, uptr address) {
  return address >= thr->stack_bottom && address < thr->stack_top;
}

// --- findings

namespace {
/// What a check found, kept until the bucket is unlocked.
struct Violation {
  bool found = false;
  Finding finding;
};
} // namespace

static FindingKind KindOf(const Access &current, const Access &previous,
                          bool map_is_dead) {
  return map_is_dead ? FindingKind::DestructionAccess
                     : KindOfRace(current, previous);
}

static Access AccessOf(Thread *thr, const Operation &op) {
  Access access;
  access.site = SiteOf(op);
  access.stack = op.stack;
  access.lockset = op.lockset;
  access.tid = thr->tid;
  access.wrote = op.wrote;
  access.change = op.change;
  return access;
}

// Is the operation that left `cell` still under way in its thread? What the
// other thread does meanwhile may make the answer stale; it is a label.
static bool InFlight(const AccessCell &cell, uptr map, bool *pending) {
  Thread *other =
      ThreadBySlot(SlotOf(atomic_load(&cell.word, memory_order_relaxed)));
  bool found = false;
  AccessDetails details = cell.Details();
  if (other && IsThread(other, details.tid))
    other->operations.ForEach([&](Operation &op) {
      if (MapOf(op) != map || SiteOf(op) != details.site)
        return;
      found = true;
      *pending = atomic_load(&op.phase, memory_order_relaxed) ==
                 static_cast<u32>(Phase::MayWrite);
    });
  return found;
}

static void Fill(Violation *violation, Thread *thr, const Operation &op,
                 MapState *state, const AccessCell &cell, bool wrote) {
  Finding &f = violation->finding;
  violation->found = true;
  f.map = MapOf(op);
  f.family = SiteOf(op)->GetFamily();
  f.current = AccessOf(thr, op);
  f.current.in_flight = true;
  f.previous = {};
  AccessDetails details = cell.Details();
  f.previous.site = details.site;
  f.previous.stack = details.stack;
  f.previous.lockset = details.lockset;
  f.previous.tid = details.tid;
  f.previous.wrote = wrote;
  if (wrote && state->wrote_size) {
    auto known = [](u32 v) { return v == ~0u ? Change::kUnknown : v; };
    f.previous.change = {known(state->size_before), known(state->size_after),
                         known(state->buckets_before),
                         known(state->buckets_after)};
  }
  f.previous.in_flight = InFlight(cell, f.map, &f.previous.pending);
  f.grade = f.previous.in_flight ? Grade::Overlap : Grade::Unordered;
  f.creation = {};
  f.creation.site = state->birth_site;
  f.creation.stack = state->birth_stack;
  f.creation.tid = state->birth_tid;
  f.kind = KindOf(f.current, f.previous, state->Dead());
  f.map_reports = ++state->reports;
}

// --- records; bucket lock held

static AccessDetails DetailsOf(Thread *thr, const Operation &op) {
  return {SiteOf(op), op.stack, op.lockset, thr->tid};
}

// Exchange: the order between a writer and a reader without the lock
// (mapsan_check.h).
static void SetCell(AccessCell *cell, Thread *thr, const Operation &op) {
  cell->SetDetails(DetailsOf(thr, op));
  atomic_exchange(&cell->word, MakeWord(thr->clock.slot(), op.epoch),
                  memory_order_seq_cst);
}

// Returns the cell that remembers it.
static AccessCell *RecordRead(Thread *thr, MapState *state, Operation *op) {
  RecentAccesses::Read last =
      thr->recent.LastRead(MapOf(*op), SiteOf(*op)->family);
  AccessCell *cell = last.cell;
  // Once ours in this life, a cell is ours until its word is another's; it is
  // empty if a write came after, and then anybody may take it.
  if (last.state != state || last.life != state->Life() || !IsOwn(*cell, thr))
    cell = ReadCellFor(thr, state, ClockOf(thr, *op));
  SetCell(cell, thr, *op);
  return cell;
}

// Of a destroyed map only the destruction is remembered.
static void RecordWrite(Thread *thr, MapState *state, Operation *op) {
  if (state->Dead())
    return;
  SetCell(&state->write, thr, *op);
  state->wrote_size = false;
}

template <class OnViolation>
static void CheckAndRecordWrite(Thread *thr, Operation *op,
                                OnViolation violation) {
  BeginClock clock = ClockOf(thr, *op);
  CheckWrite(
      clock, op->state, [&] { RecordWrite(thr, op->state, op); }, violation);
  DropOrderedReads(op->state, clock);
}

static void RecordChange(MapState *state, const Change &change) {
  if (change.size_after == Change::kUnknown &&
      change.buckets_after == Change::kUnknown)
    return;
  auto clip = [](u64 v) { return v >= ~0u ? ~0u : static_cast<u32>(v); };
  state->size_before = clip(change.size_before);
  state->size_after = clip(change.size_after);
  state->buckets_before = clip(change.buckets_before);
  state->buckets_after = clip(change.buckets_after);
  state->wrote_size = true;
}

static void NoteUser(Thread *thr, MapState *state) {
  if (state->first_tid == thr->tid || !state->first_tid)
    return;
  state->first_tid = 0;
  CountShared(thr);
}

// The state for an operation that begins: found, made, or made anew.
static MapState *StateFor(Thread *thr, Bucket *bucket, Operation *op,
                          MapsanEffect effect, Violation *violation) {
  u64 family = SiteOf(*op)->GetFamily()->id;
  MapState *state = FindMap(bucket, MapOf(*op), family);
  if (!state) {
    state = CreateMap(thr, bucket, MapOf(*op), family);
  } else if (effect == MapsanEffectConstruct && RuleHolds(Rule::life_of_map)) {
    RenewMap(thr, state);
  } else if (state->Dead()) {
    // A tombstone. Ordered after the destruction: somebody constructed a map
    // here without a call that we saw. Unordered: a use of a destroyed map.
    if (ClockOf(thr, *op).Orders(
            atomic_load(&state->write.word, memory_order_relaxed)))
      RenewMap(thr, state);
    else
      Fill(violation, thr, *op, state, state->write, /*wrote=*/true);
  }
  if (effect == MapsanEffectConstruct) {
    state->birth_site = SiteOf(*op);
    state->birth_stack = op->stack;
    state->birth_tid = thr->tid;
  }
  NoteUser(thr, state);
  return state;
}

// --- begin

// A race of a may-write is certain at its begin, its kind only at its end:
// until then it is kept, and a fatal signal prints it.
static void Keep(Operation *op, const Finding &finding) {
  auto *kept = static_cast<Finding *>(RuntimeAlloc(sizeof(Finding)));
  *kept = finding;
  kept->current.pending = true;
  Judge(kept); // not in the signal handler that may print it
  atomic_store(&op->kept, reinterpret_cast<uptr>(kept), memory_order_release);
}

// What was kept is reported once the operation is over, however it ended.
static void ReportKept(Operation *op) {
  auto *kept = reinterpret_cast<Finding *>(
      atomic_exchange(&op->kept, 0, memory_order_acq_rel));
  if (!kept)
    return;
  kept->current.pending = false;
  kept->current.wrote = op->wrote;
  kept->current.change = op->change;
  kept->kind = KindOf(kept->current, kept->previous,
                      kept->kind == FindingKind::DestructionAccess);
  ReportFinding(*kept);
  RuntimeFree(kept);
}

// The map is one that this thread has read in the same way before: recorded and
// checked without the bucket's lock. That it is the same life of the same map
// is looked at before. What ended it earlier is ordered before us, hence seen
// (a destruction by the word of our cell, which it dropped); what ends it
// meanwhile is not, and one of us sees the other's word.
static bool RepeatedRead(Thread *thr, Operation *op) {
  RecentAccesses::Read last =
      thr->recent.LastRead(MapOf(*op), SiteOf(*op)->family);
  if (!last.state ||
      atomic_load(&last.state->addr, memory_order_relaxed) != MapOf(*op) ||
      last.state->Life() != last.life ||
      !RepeatRead(thr, last.state, last.cell, DetailsOf(thr, *op)))
    return false;
  op->state = last.state;
  op->map_life = last.life;
  return true;
}

// The map's last write is this thread's, of the epoch that is open: there is
// nothing to record or to check (CLOCKS: fast path), though it was forgotten
// among the recent accesses. No lock: nobody else writes a word of ours, so the
// life that it was written in is still the map's, or ended by somebody who is
// unordered with us.
static bool OwnWriteStands(Thread *thr, const Operation &op) {
  uptr map = MapOf(op);
  const Site *site = SiteOf(op);
  const MapState *state =
      FindMap(map_table.For(map), map, site->GetFamily()->id);
  if (!state || state->Dead() ||
      atomic_load(&state->write.word, memory_order_relaxed) !=
          MakeWord(thr->clock.slot(), op.epoch))
    return false;
  thr->recent.Note(map, site->family, op.epoch, /*write=*/true);
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

// detect=overlap: the record of the map tells where it was created and who used
// it, nothing else.
static void BeginInOverlap(Thread *thr, Operation *op, MapsanEffect effect,
                           uptr pc, uptr bp) {
  uptr map = MapOf(*op);
  const char *family = SiteOf(*op)->family;
  op->stack = StackIdHere(thr, pc, bp);
  bool whole_life =
      effect == MapsanEffectConstruct || effect == MapsanEffectDestroy;
  if (whole_life || !thr->recent.Has(map, family, op->epoch, /*write=*/false)) {
    Bucket *bucket = map_table.For(map);
    Violation none; // there are no tombstones
    ScopedLock lock(bucket);
    StateFor(thr, bucket, op, effect, &none);
  }
  if (effect == MapsanEffectDestroy)
    thr->recent.Forget(map);
  else
    thr->recent.Note(map, family, op->epoch, /*write=*/false);
  OverlapBegin(thr, op);
  if (effect == MapsanEffectMayWrite || effect == MapsanEffectWrite)
    KeepHeader(op, SiteOf(*op), map); // last: as in MapBegin
}

void MapBegin(Thread *thr, Site *site, uptr map, uptr pc, uptr bp) {
  if (thr->ignore_maps)
    return;
  HealOperations(thr, bp);
  site->MarkRun();
  MapsanEffect effect = EffectiveEffect(site);
  bool write = IsWriteEffect(effect);

  Operation *op = thr->operations.Reserve();
  op->frame = bp;
  op->nested = InsideAnother(thr, map);
  op->wrote = write;
  op->epoch = thr->clock.OpenEpoch();
  op->change = {};
  op->presence = nullptr;
  op->header_bytes = 0;
  atomic_store(&op->kept, 0, memory_order_relaxed);
  atomic_store(&op->site, reinterpret_cast<uptr>(site), memory_order_relaxed);
  atomic_store(&op->map, map, memory_order_relaxed);
  atomic_store(&op->phase,
               static_cast<u32>(write ? Phase::Writing
                                : effect == MapsanEffectMayWrite
                                    ? Phase::MayWrite
                                    : Phase::Reading),
               memory_order_relaxed);
  bool outermost = thr->operations.empty();
  thr->operations.Publish();
  if (op->nested)
    return;
  if (thr->overlap_only) {
    BeginInOverlap(thr, op, effect, pc, bp);
    return;
  }
  if (effect == MapsanEffectConstruct || effect == MapsanEffectDestroy) {
    thr->recent.Forget(map);
  } else if (outermost &&
             (thr->recent.Has(map, site->family, op->epoch, write) ||
              OwnWriteStands(thr, *op))) {
    if (effect != MapsanEffectRead)
      KeepHeader(op, site, map);
    return;
  }
  thr->clock.MarkDirty();

  op->recorded = true;
  op->stack = StackIdHere(thr, pc, bp);
  op->lockset = LocksetId(thr);
  if (!write && outermost && RepeatedRead(thr, op)) {
    thr->recent.Note(map, site->family, op->epoch, write);
    if (effect != MapsanEffectRead)
      KeepHeader(op, site, map);
    return;
  }
  Bucket *bucket = map_table.For(map);
  Violation violation;
  AccessCell *cell = nullptr;
  {
    ScopedLock lock(bucket);
    MapState *state = StateFor(thr, bucket, op, effect, &violation);
    op->state = state;
    op->map_life = state->Life();
    auto violated = [&](const AccessCell &cell, bool wrote) {
      if (!violation.found)
        Fill(&violation, thr, *op, state, cell, wrote);
    };
    if (write) {
      CheckAndRecordWrite(thr, op, violated);
    } else {
      CheckRead(ClockOf(thr, *op), state, violated);
      if (!state->Dead())
        cell = RecordRead(thr, state, op);
    }
  }
  if (effect != MapsanEffectDestroy)
    thr->recent.Note(map, site->family, op->epoch, write);
  if (cell)
    thr->recent.NoteRead(map, {op->state, cell, op->map_life});
  if (violation.found && effect == MapsanEffectMayWrite)
    Keep(op, violation.finding);
  else if (violation.found)
    ReportFinding(violation.finding);
  // Last: if the object's memory is gone, this is where the program dies, and
  // what was found has been said, or is kept where the crash handler finds it.
  if (effect == MapsanEffectMayWrite || effect == MapsanEffectWrite)
    KeepHeader(op, site, map);
}

// --- end

// An operation that needed no record at its begin needs one after all; bucket
// lock held.
static void FindRecord(Bucket *bucket, Operation *op) {
  if (op->state)
    return;
  op->state = FindMap(bucket, MapOf(*op), SiteOf(*op)->GetFamily()->id);
  if (op->state)
    op->map_life = op->state->Life();
}

// The record of a life that is still the operation's; bucket lock held.
static bool StillThere(const Operation &op) {
  return op.state &&
         atomic_load(&op.state->addr, memory_order_relaxed) == MapOf(op) &&
         op.state->Life() == op.map_life;
}

static void EndDestroyed(Thread *thr, Bucket *bucket, Operation *op) {
  if (OnlyOneThread()) {
    RemoveMap(thr, bucket, op->state); // nobody can meet the tombstone
    return;
  }
  atomic_store(&op->state->dead, 1, memory_order_relaxed);
  TombstoneRing &ring = thr->tombstones;
  if (!ring.entries) {
    uptr bytes = TombstoneRing::kCapacity * sizeof(TombstoneRing::Entry);
    ring.entries = static_cast<TombstoneRing::Entry *>(RuntimeAlloc(bytes));
    internal_memset(ring.entries, 0, bytes);
  }
  ring.entries[ring.next] = {
      MapOf(*op), atomic_load(&op->state->family, memory_order_relaxed),
      op->state->Life()};
  ring.next = (ring.next + 1) % TombstoneRing::kCapacity;
}

// Makes room in the ring: its oldest tombstone goes. No lock held.
static void DropOldestTombstone(Thread *thr) {
  TombstoneRing &ring = thr->tombstones;
  if (!ring.entries || !ring.entries[ring.next].addr)
    return;
  TombstoneRing::Entry entry = ring.entries[ring.next];
  Bucket *bucket = map_table.For(entry.addr);
  ScopedLock lock(bucket);
  MapState *state = FindMap(bucket, entry.addr, entry.family);
  if (state && state->Dead() && state->Life() == entry.life)
    RemoveMap(thr, bucket, state);
}

static void Leave(Thread *thr, Operation *op) {
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
    op->stack = StackIdHere(thr, pc, bp);
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
    CheckAndRecordWrite(thr, op, [&](const AccessCell &cell, bool wrote) {
      Fill(&violation, thr, *op, op->state, cell, wrote);
    });
    RecordChange(op->state, op->change);
  }
  thr->recent.Note(MapOf(*op), SiteOf(*op)->family, op->epoch, /*write=*/true);
  // One race, one report: what was found at the begin goes first.
  if (violation.found && !atomic_load(&op->kept, memory_order_relaxed))
    ReportFinding(violation.finding);
}

static void End(Thread *thr, Operation *op, MapsanEvidence evidence, uptr pc,
                uptr bp) {
  const Site *site = SiteOf(*op);
  MapsanEffect effect = EffectiveEffect(site);
  if (effect == MapsanEffectDestroy && op->presence) {
    Bucket *bucket = map_table.For(MapOf(*op));
    ScopedLock lock(bucket);
    if (MapState *state = FindMap(bucket, MapOf(*op), site->GetFamily()->id))
      RemoveMap(thr, bucket, state);
  } else if (effect == MapsanEffectDestroy) {
    DropOldestTombstone(thr);
    Bucket *bucket = map_table.For(MapOf(*op));
    ScopedLock lock(bucket);
    if (StillThere(*op) && !op->state->Dead())
      EndDestroyed(thr, bucket, op);
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
      if (StillThere(*op) &&
          atomic_load(&op->state->write.word, memory_order_relaxed) ==
              MakeWord(thr->clock.slot(), op->epoch))
        RecordChange(op->state, op->change);
    }
  }
  thr->last_effect = op->wrote;
}

static void EndOperation(Thread *thr, const Site *site, uptr map,
                         MapsanEvidence evidence, uptr pc, uptr bp) {
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
  if (!op->nested)
    End(thr, op, evidence, pc, bp);
  Leave(thr, op);
}

void MapEnd(Thread *thr, const Site *site, uptr map, MapsanEvidence evidence,
            uptr pc, uptr bp) {
  EndOperation(thr, site, map, evidence, pc, bp);
}

void MapUnwind(Thread *thr, const Site *site, uptr map, uptr pc, uptr bp) {
  if (!RuleHolds(Rule::operation_left))
    return;
  // There is no result: the header tells. A constructor that threw leaves no
  // map, and what a destructor left is no map either.
  EndOperation(thr, site, map, MapsanEvidenceHeader, pc, bp);
  if (site->effect != MapsanEffectConstruct)
    return;
  Bucket *bucket = map_table.For(map);
  ScopedLock lock(bucket);
  if (MapState *state = FindMap(bucket, map, site->GetFamily()->id))
    RemoveMap(thr, bucket, state);
}

void HealOperations(Thread *thr, uptr frame) {
  while (!thr->operations.empty()) {
    Operation *top = thr->operations.Top();
    // Stacks grow down: a frame below ours has returned, or was jumped over.
    if (top->frame >= frame || !OnOwnStack(thr, frame) ||
        !OnOwnStack(thr, top->frame))
      return;
    Leave(thr, top);
  }
}

void DropOperations(Thread *thr) {
  while (!thr->operations.empty())
    Leave(thr, thr->operations.Top());
}

// A fast operation took no stack; the record that it relied on has one.
static void TakeStackFrom(const AccessCell &cell, Thread *thr, Operation *op) {
  if (op->stack || !IsOwn(cell, thr))
    return;
  AccessDetails details = cell.Details();
  op->stack = details.stack;
  op->lockset = details.lockset;
}

void RestampOperations(Thread *thr) {
  u64 epoch = thr->clock.OpenEpoch();
  for (u32 i = 0, n = thr->operations.size(); i < n; i++) {
    Operation *op = thr->operations.At(i);
    if (op->nested)
      continue;
    Bucket *bucket = map_table.For(MapOf(*op));
    ScopedLock lock(bucket);
    FindRecord(bucket, op);
    if (!StillThere(*op) || op->state->Dead())
      continue;
    op->epoch = epoch;
    TakeStackFrom(op->state->write, thr, op);
    if (op->wrote) {
      RecordWrite(thr, op->state, op);
      DropOrderedReads(op->state, ClockOf(thr, *op));
    } else {
      AccessCell *cell = ReadCellFor(thr, op->state, ClockOf(thr, *op));
      TakeStackFrom(*cell, thr, op);
      SetCell(cell, thr, *op);
    }
    thr->clock.MarkDirty();
  }
}

void KeepBeginClocks(Thread *thr) {
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

u32 LastEffect(Thread *thr) { return thr->last_effect; }

} // namespace __mapsan
