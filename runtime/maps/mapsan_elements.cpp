// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Uses of the elements of maps: see mapsan_elements.h.

#include "mapsan_elements.h"

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_live_filter.h"
#include "../clock/mapsan_stack.h"
#include "../clock/mapsan_sync.h"
#include "../report/mapsan_report.h"
#include "mapsan_header.h"
#include "mapsan_records.h"
#include "mapsan_violation.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_placement_new.h"

namespace __mapsan {

atomic_uint8_t elements_internal::used;

static_assert(ElementRange::kFirstFamily + ElementRange::kMaxLog < 1 << 16,
              "a family's number has 16 bits");

// Unordered with `previous`, which the state remembers. Bucket lock held.
static void FillElement(Violation *violation, Thread *thr, const Operation &op,
                        const Access16 &previous, bool wrote) {
  Finding &f = *new (&violation->finding) Finding;
  violation->found = true;
  f.kind = op.wrote && wrote ? FindingKind::ElementWrites
                             : FindingKind::ElementReadWrite;
  f.grade = Grade::Unordered;
  f.map = MapOf(op);
  f.family = SiteOf(op)->GetFamily();
  f.current = AccessBy(DetailsOf(op), thr->tid, op.wrote);
  f.current.site = SiteOf(op);
  f.previous = AccessBy(previous.details, ThreadOfWord(previous.word), wrote);
}

// The range's own state, from now on this thread's, too. Bucket lock held.
static MapState *OwnState(Thread *thr, Bucket *bucket, MapState *found,
                          MapKey key) {
  if (!found) {
    found = CreateMap(thr, bucket, key);
    thr->lives_begun--; // of maps
  }
  if (!IsOnlyUser(thr, found))
    Extend(thr, found);
  return found;
}

// An access is a moment, not an interval: it is checked with the clock as it
// is, and nothing stamps it anew. `op` says who and what; its map is the range.
static void UseRange(Thread *thr, const ElementRange &range, Operation *op,
                     Violation *violation) {
  MapKey key = range.Key();
  Bucket *bucket = map_table.For(range.address);
  auto violated = [&](const Access16 &previous, bool wrote) {
    if (!violation->found)
      FillElement(violation, thr, *op, previous, wrote);
  };
  ScopedLock lock(bucket);
  BeginClock clock = ClockOf(thr, *op);
  MapState *own = nullptr;
  for (MapState *s = bucket->Head<MapState>(); s; s = s->Next()) {
    MapKey other = atomic_load(&s->key, memory_order_relaxed);
    if (other == key) {
      own = s;
    } else if (ElementRange::IsKey(other) &&
               range.Overlaps(ElementRange::Of(other))) {
      // What is recorded there stays: it is of other bytes, too.
      if (op->wrote)
        CheckWrite(clock, s, [] {}, violated);
      else
        CheckRead(clock, s, violated);
    }
  }
  op->state = OwnState(thr, bucket, own, key);
  if (op->wrote) {
    CheckAndRecordWrite(thr, op, violated);
  } else {
    CheckRead(clock, op->state, violated);
    RecordRead(thr, op->state, op);
  }
  thr->elements->Note(key, op->epoch, op->wrote, op->state);
}

// The range's own record says all that this access would: it was forgotten
// among the recent ones. No lock: nobody else stores a word of ours, so it is
// there since this thread put it there, in the life that the range is in.
static bool OwnRecordStands(Thread *thr, const ElementRange &range,
                            const Operation &op) {
  if (!Takes(FastPath::own_write))
    return false;
  MapKey key = range.Key();
  MapState *state = FindMap(map_table.For(range.address), key);
  if (!state)
    return false;
  AccessWord word = MakeWord(thr->clock.slot(), op.epoch);
  bool wrote = state->LastWrite()->Word() == word;
  if (!wrote && (op.wrote || state->Extra() || state->read.Word() != word))
    return false;
  thr->elements->Note(key, op.epoch, wrote, state);
  return true;
}

// In flight nowhere.
static void BeginAccess(Thread *thr, Operation *op, const Site *site,
                        bool write) {
  op->MakeIdle();
  op->wrote = write;
  op->epoch = thr->clock.OpenEpoch();
  op->begin_count = 0;
  atomic_store(&op->site, reinterpret_cast<uptr>(site), memory_order_relaxed);
}

void ElementUsed(Thread *thr, uptr address, u32 what, Site *site, uptr pc,
                 uptr bp) {
  uptr size = what & ~MAPSAN_ELEMENT_WRITE;
  uptr end = address + Min<uptr>(size, kElementBytes);
  if (UNLIKELY(!size || !FitsKey(address) || !FitsKey(end)))
    return;
  if (UNLIKELY(!thr->elements)) {
    auto *elements =
        static_cast<RecentElements *>(RuntimeAlloc(sizeof(RecentElements)));
    internal_memset(elements, 0, sizeof(*elements));
    thr->elements = elements;
    atomic_store(&elements_internal::used, 1, memory_order_relaxed);
  }
  site->MarkRun();
  Operation op;
  BeginAccess(thr, &op, site, what & MAPSAN_ELEMENT_WRITE);
  bool described = false;
  Violation violation;
  while (address < end) {
    ElementRange range = ElementRange::FirstOf(address, end);
    address += range.Size();
    if (thr->elements->Has(range.Key(), op.epoch, op.wrote) ||
        OwnRecordStands(thr, range, op))
      continue;
    if (!described) {
      described = true;
      thr->clock.MarkDirty();
      op.stack = StackIdHere(thr, site, pc, bp);
      op.lockset = LocksetId(thr);
    }
    atomic_store(&op.map, range.address, memory_order_relaxed);
    UseRange(thr, range, &op, &violation);
  }
  if (violation.found)
    ReportFinding(violation.finding);
}

// --- memory that is given back

// The innermost operation; null: it only reads.
static const Site *ChangingSite(Thread *thr, uptr *map, u32 *stack) {
  const Site *site = thr->operations.shortcuts.ShortSite();
  *map = thr->operations.shortcuts.ShortMap();
  *stack = 0;
  if (!*map) {
    const Operation *op = thr->operations.Top();
    site = SiteOf(*op);
    *map = MapOf(*op);
    *stack = op->stack;
  }
  return site->effect == MapsanEffectRead ||
                 site->effect == MapsanEffectConstruct
             ? nullptr
             : site;
}

// What this map alone owns it may change, after all who have let go of it: the
// library looks at their count for that, and no more.
static void ComeAfterOwners(Thread *thr, uptr map, const Family *family) {
  if (family->SharesItsData() && IsSoleOwner(map, family) &&
      RuleHolds(Rule::last_owner))
    SyncAcquire(thr, HeaderWord(map, family->through) + family->owners_behind);
}

void elements_internal::Freed(Thread *thr, uptr addr, uptr size) {
  Operation op;
  ScopedRuntime runtime(thr);
  uptr map;
  u32 stack;
  const Site *site = ChangingSite(thr, &map, &stack);
  if (!site)
    return;
  ComeAfterOwners(thr, map, site->GetFamily());
  BeginAccess(thr, &op, site, /*write=*/true);
  bool described = false;
  Violation violation;
  // Bucket lock held.
  auto freed = [&](MapState *state) {
    if (!described) {
      described = true;
      thr->clock.MarkDirty();
      op.lockset = LocksetId(thr);
      uptr mark = reinterpret_cast<uptr>(site) | kSiteMark;
      op.stack = stack ? stack : InternStack(thr, &mark, 1);
    }
    atomic_store(&op.map, state->Address(), memory_order_relaxed);
    if (!IsOnlyUser(thr, state))
      Extend(thr, state);
    op.state = state;
    CheckAndRecordWrite(thr, &op, [&](const Access16 &previous, bool wrote) {
      if (!violation.found)
        FillElement(&violation, thr, op, previous, wrote);
    });
  };
  live_filter.ForEachBlock(
      addr, size, [&](uptr begin, uptr end, bool maps, bool) {
        if (!maps)
          return;
        map_table.ForEachInUse(begin, end, [&](Bucket *bucket) {
          ScopedLock lock(bucket);
          for (MapState *s = bucket->Head<MapState>(); s; s = s->Next())
            if (ElementRange::IsKey(
                    atomic_load(&s->key, memory_order_relaxed)) &&
                s->Address() >= begin && s->Address() < end)
              freed(s);
        });
      });
  if (violation.found)
    ReportFinding(violation.finding);
}

void ForgetElements(Thread *thr) {
  RuntimeFree(thr->elements);
  thr->elements = nullptr;
}

} // namespace __mapsan
