// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What operations leave behind on a map: see mapsan_records.h.

#include "mapsan_records.h"

#include "mapsan_map.h"

namespace __mapsan {

// The cell's word is of this thread.
static bool IsOwn(const AccessCell &cell, const Thread *thr) {
  AccessWord word = cell.Word();
  return word && SlotOf(word) == thr->clock.slot();
}

static void SetCell(const MapState *state, AccessCell *cell, Thread *thr,
                    const Operation &op) {
  AccessWord word = MakeWord(thr->clock.slot(), op.epoch);
  if (state->Extra())
    cell->Set(word, DetailsOf(op));
  else
    cell->SetPrivately(word, DetailsOf(op));
}

AccessCell *RecordRead(Thread *thr, MapState *state, Operation *op) {
  const RecentAccesses::Entry *last =
      thr->recent.Find(MapOf(*op), SiteOf(*op)->family);
  // Once ours in this life, a cell is ours until its word is another's; it is
  // empty if a write came after, and then anybody may take it.
  AccessCell *cell = last && last->state == state &&
                             state->IsAlive(last->life) &&
                             IsOwn(*last->cell, thr)
                         ? last->cell
                         : ReadCellFor(thr, state, ClockOf(thr, *op));
  SetCell(state, cell, thr, *op);
  return cell;
}

MapState *FindOwnMap(Thread *thr, Bucket *bucket, MapKey key) {
  MapState *state = FindMap(bucket, key);
  return state && !state->Dead() && IsOnlyUser(thr, state) ? state : nullptr;
}

void RecordWrite(Thread *thr, MapState *state, Operation *op) {
  if (state->Dead())
    return;
  SetCell(state, state->LastWrite(), thr, *op);
  SetSizes(thr, state, {});
}

void RecordChange(Thread *thr, MapState *state, const Change &change) {
  MapSizes sizes = MapSizes::Of(change);
  if (sizes.Known())
    SetSizes(thr, state, sizes);
}

void FindRecord(Bucket *bucket, Operation *op) {
  if (op->state)
    return;
  op->state = FindMap(bucket, KeyOf(*op));
  if (op->state)
    op->map_life = op->state->Life();
}

bool StillThere(const Operation &op) {
  return op.state &&
         atomic_load(&op.state->key, memory_order_relaxed) == KeyOf(op) &&
         op.state->Life() == op.map_life;
}

// A fast operation took no stack. The record that it relied on has one: the
// thread's last, which is a write if that came after the read.
static void TakeStack(const AccessCell *read, const AccessCell *write,
                      Thread *thr, Operation *op) {
  if (op->stack)
    return;
  const AccessCell *last = read && IsOwn(*read, thr) ? read : nullptr;
  if (IsOwn(*write, thr) &&
      (!last || EpochOf(write->Word()) > EpochOf(last->Word())))
    last = write;
  if (!last)
    return;
  AccessDetails details = last->Read().details;
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
    AccessCell *read =
        op->wrote ? nullptr : ReadCellFor(thr, op->state, ClockOf(thr, *op));
    TakeStack(read, op->state->LastWrite(), thr, op);
    op->epoch = epoch;
    if (op->wrote) {
      RecordWrite(thr, op->state, op);
      DropOrderedReads(op->state, ClockOf(thr, *op));
    } else {
      SetCell(op->state, read, thr, *op);
    }
    thr->clock.MarkDirty();
  }
}

} // namespace __mapsan
