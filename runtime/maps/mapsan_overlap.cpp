// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// detect=overlap: see mapsan_overlap.h. Who is where is mapsan_presence.h.

#include "mapsan_overlap.h"

#include "../clock/mapsan_stack.h"
#include "../clock/mapsan_thread.h"
#include "../entry/mapsan_flags.h"
#include "../report/mapsan_report.h"
#include "mapsan_lives.h"
#include "mapsan_presence.h"

namespace __mapsan {

namespace {

// Operations under way are as few as threads. A line each: neighbours are
// other threads' business.
constexpr u32 kPlaceBits = 12;
struct alignas(64) PaddedPlace : Place {};
PaddedPlace places[1 << kPlaceBits];

Place *PlaceOf(uptr map) {
  u64 hash = (map >> 3) * 0x9e3779b97f4a7c15ull;
  return &places[hash >> (64 - kPlaceBits)];
}

/// Races found under a place's lock, to be reported without it. Most
/// operations find none.
class Findings {
public:
  ~Findings() {
    while (Node *node = first_) {
      ReportFinding(node->finding);
      first_ = node->next;
      RuntimeFree(node);
    }
  }
  Findings() = default;
  Findings(const Findings &) = delete;
  Findings &operator=(const Findings &) = delete;

  void Add(const Presence &p, const Access &current, const Access &previous) {
    auto *node = static_cast<Node *>(RuntimeAlloc(sizeof(Node)));
    Finding &f = node->finding;
    f = {};
    f.grade = Grade::Overlap;
    f.map = p.map;
    f.family = current.site->GetFamily();
    f.current = current;
    f.previous = previous;
    f.kind = KindOfRace(current, previous);
    node->next = nullptr;
    *last_ = node;
    last_ = &node->next;
  }

  /// What the map's record knows of its creation. No lock held.
  void AddCreation() {
    for (Node *node = first_; node; node = node->next) {
      Finding &f = node->finding;
      Bucket *bucket = map_table.For(f.map);
      ScopedLock lock(bucket);
      MapState *state = FindMap(bucket, KeyOf(f.map, f.family->Number()));
      if (!state)
        continue;
      f.creation = CreationOf(state);
      f.map_reports = ++state->Extra()->reports; // as always in this mode
    }
  }

private:
  struct Node {
    Node *next;
    Finding finding;
  };
  Node *first_ = nullptr;
  Node **last_ = &first_;
};

} // namespace

// The record of the map tells where it was created and who used it, nothing
// else.
static void NoteMap(Thread *thr, Operation *op, MapsanEffect effect) {
  uptr map = MapOf(*op);
  const char *family = SiteOf(*op)->family;
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
}

static void Enter(Thread *thr, Operation *op) {
  // One that is at hand: a thread is rarely inside two maps.
  Presence *p = thr->spare_presence;
  thr->spare_presence = nullptr;
  if (!p)
    p = static_cast<Presence *>(RuntimeAlloc(sizeof(Presence)));
  *p = {};
  p->map = MapOf(*op);
  p->access.site = SiteOf(*op);
  p->family = p->access.site->GetFamily()->id;
  p->access.stack = op->stack;
  p->access.tid = thr->tid;
  p->access.wrote = op->wrote;
  p->access.pending = atomic_load(&op->phase, memory_order_relaxed) ==
                      static_cast<u32>(Phase::MayWrite);
  p->access.in_flight = true;
  op->presence = p;
  Findings findings;
  {
    Place *place = PlaceOf(p->map);
    ScopedLock lock(place);
    place->Enter(p, [&](const Access &current, const Access &previous) {
      findings.Add(*p, current, previous);
    });
  }
  findings.AddCreation();
}

void OverlapBegin(Thread *thr, Operation *op, MapsanEffect effect, uptr pc,
                  uptr bp) {
  op->stack = StackIdHere(thr, SiteOf(*op), pc, bp);
  NoteMap(thr, op, effect);
  Enter(thr, op);
}

void OverlapEnd(Thread *thr, Operation *op) {
  Presence *p = op->presence;
  op->presence = nullptr;
  Findings findings;
  {
    Place *place = PlaceOf(p->map);
    ScopedLock lock(place);
    p->access.wrote = op->wrote;
    p->access.pending = false;
    p->access.change = op->change;
    place->Leave(p, [&](const Access &current, const Access &previous) {
      findings.Add(*p, current, previous);
    });
  }
  RuntimeFree(thr->spare_presence);
  thr->spare_presence = p;
  findings.AddCreation();
}

void OverlapAfterFork(Thread *self) {
  for (Place &place : places)
    place.ResetAfterFork();
  for (u32 i = 0, n = self->operations.size(); i < n; i++) {
    Presence *p = self->operations.At(i)->presence;
    if (!p)
      continue;
    // Those whom it met stayed behind.
    Place::Forget(p);
    PlaceOf(p->map)->Enter(p, [](const Access &, const Access &) {});
  }
}

void OverlapForgetSites(const Site *begin, const Site *end) {
  if (flags()->detect != Detect::Overlap)
    return; // no page of them has been touched
  for (Place &place : places) {
    ScopedLock lock(&place);
    place.ForgetSites(begin, end);
  }
}

} // namespace __mapsan
