// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What operations leave behind on a map: see mapsan_records.h.

#include "mapsan_records.h"

#include "mapsan_map.h"

namespace __mapsan {

// The cell's word is of this thread.
static bool IsOwn(const AccessCell &cell, const Thread *thr) {
  u64 word = atomic_load(&cell.word, memory_order_relaxed);
  return word && SlotOf(word) == thr->clock.slot();
}

// Exchange: the order between a writer and a reader without the lock
// (mapsan_check.h).
static void SetCell(AccessCell *cell, Thread *thr, const Operation &op) {
  cell->SetDetails(DetailsOf(thr, op));
  atomic_exchange(&cell->word, MakeWord(thr->clock.slot(), op.epoch),
                  memory_order_seq_cst);
}

AccessCell *RecordRead(Thread *thr, MapState *state, Operation *op) {
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

void RecordWrite(Thread *thr, MapState *state, Operation *op) {
  if (state->Dead())
    return;
  SetCell(&state->write, thr, *op);
  state->wrote_size = false;
}

void RecordChange(MapState *state, const Change &change) {
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

void FindRecord(Bucket *bucket, Operation *op) {
  if (op->state)
    return;
  op->state = FindMap(bucket, MapOf(*op), SiteOf(*op)->GetFamily()->id);
  if (op->state)
    op->map_life = op->state->Life();
}

bool StillThere(const Operation &op) {
  return op.state &&
         atomic_load(&op.state->addr, memory_order_relaxed) == MapOf(op) &&
         op.state->Life() == op.map_life;
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

} // namespace __mapsan
