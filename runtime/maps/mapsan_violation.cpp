// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a check found, on its way to the report: see mapsan_violation.h.

#include "mapsan_violation.h"

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_stack.h"
#include "../clock/mapsan_thread.h"
#include "../report/mapsan_candidate.h"
#include "../report/mapsan_report.h"
#include "mapsan_records.h"
#include "sanitizer_common/sanitizer_placement_new.h"

namespace __mapsan {

static FindingKind KindOf(const Access &current, const Access &previous,
                          bool map_is_dead) {
  return map_is_dead ? FindingKind::DestructionAccess
                     : KindOfRace(current, previous);
}

Access AccessBy(const AccessDetails &details, u32 tid, bool wrote) {
  Access access;
  access.site = SiteOfStack(details.stack);
  access.stack = details.stack;
  access.lockset = details.lockset;
  access.tid = tid;
  access.wrote = wrote;
  return access;
}

// Is the operation that left the record still under way in its thread? What
// the other thread does meanwhile may make the answer stale; it is a label.
static bool InFlight(AccessWord word, const Access &access, uptr map,
                     bool *pending) {
  Thread *other = ThreadBySlot(SlotOf(word));
  bool found = false;
  if (other && IsThread(other, access.tid))
    other->operations.ForEach([&](const SeenOperation &op) {
      if (op.map != map || op.site != access.site)
        return;
      found = true;
      *pending = op.phase == Phase::MayWrite;
    });
  return found;
}

void Fill(Violation *violation, Thread *thr, const Operation &op,
          MapState *state, const Access16 &previous, bool wrote) {
  Finding &f = *new (&violation->finding) Finding;
  violation->found = true;
  f.map = MapOf(op);
  f.family = SiteOf(op)->GetFamily();
  f.current = AccessBy(DetailsOf(op), thr->tid, op.wrote);
  f.current.site = SiteOf(op); // (a short operation's has no stack yet)
  f.current.change = op.change;
  f.current.in_flight = true;
  f.previous = AccessBy(previous.details, ThreadOfWord(previous.word), wrote);
  if (wrote)
    f.previous.change = SizesOf(state).ToChange();
  f.previous.in_flight =
      InFlight(previous.word, f.previous, f.map, &f.previous.pending);
  f.grade = f.previous.in_flight ? Grade::Overlap : Grade::Unordered;
  MapExtra *extra = Extend(thr, state);
  f.creation = CreationOf(state);
  f.kind = KindOf(f.current, f.previous, state->Dead());
  f.map_reports = ++extra->reports;
}

Access CreationOf(const MapState *state) {
  Access creation;
  creation.site = SiteOfStack(state->birth_stack);
  creation.stack = state->birth_stack;
  if (const MapExtra *extra = state->Extra(); extra && creation.site)
    creation.tid = extra->first_tid;
  return creation;
}

void Keep(Operation *op, const Finding &finding) {
  auto *kept = static_cast<Finding *>(RuntimeAlloc(sizeof(Finding)));
  *kept = finding;
  kept->current.pending = true;
  Judge(kept); // not in the signal handler that may print it
  atomic_store(&op->kept, reinterpret_cast<uptr>(kept), memory_order_release);
}

void ReportKept(Operation *op) {
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

} // namespace __mapsan
