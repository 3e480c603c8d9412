// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a check found, on its way to the report: see mapsan_violation.h.

#include "mapsan_violation.h"

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_thread.h"
#include "../report/mapsan_candidate.h"
#include "../report/mapsan_report.h"
#include "mapsan_records.h"

namespace __mapsan {

static FindingKind KindOf(const Access &current, const Access &previous,
                          bool map_is_dead) {
  return map_is_dead ? FindingKind::DestructionAccess
                     : KindOfRace(current, previous);
}

static Access AccessBy(const AccessDetails &details, bool wrote) {
  Access access;
  access.site = details.site;
  access.stack = details.stack;
  access.lockset = details.lockset;
  access.tid = details.tid;
  access.wrote = wrote;
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
    other->operations.ForEach([&](const SeenOperation &op) {
      if (op.map != map || op.site != details.site)
        return;
      found = true;
      *pending = op.phase == Phase::MayWrite;
    });
  return found;
}

void Fill(Violation *violation, Thread *thr, const Operation &op,
          MapState *state, const AccessCell &cell, bool wrote) {
  Finding &f = violation->finding;
  violation->found = true;
  f.map = MapOf(op);
  f.family = SiteOf(op)->GetFamily();
  f.current = AccessBy(DetailsOf(thr, op), op.wrote);
  f.current.change = op.change;
  f.current.in_flight = true;
  f.previous = AccessBy(cell.Details(), wrote);
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
