// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What operations leave behind on a map: its last write, and the last read of
// each thread. Bucket lock held in all of these.

#ifndef MAPSAN_RECORDS_H
#define MAPSAN_RECORDS_H

#include "../clock/mapsan_thread.h"
#include "mapsan_check.h"
#include "mapsan_operation.h"

namespace __mapsan {

inline BeginClock ClockOf(Thread *thr, const Operation &op) {
  return BeginClock(thr->clock, op.begin_clock, op.begin_count);
}
inline AccessDetails DetailsOf(const Operation &op) {
  return {op.stack, op.lockset};
}

/// `thr` is the only thread that has used it in this life.
inline bool IsOnlyUser(Thread *thr, const MapState *state) {
  AccessWord word = state->AnyWord();
  return !state->Extra() && (!word || IsOwnWord(thr, word));
}

/// The map's state, if it lives and no other thread has used it: whatever is
/// recorded is this thread's own, hence ordered. Bucket lock held.
MapState *FindOwnMap(Thread *thr, Bucket *bucket, MapKey key);

/// Returns the cell that remembers it.
AccessCell *RecordRead(Thread *thr, MapState *state, Operation *op);
/// Of a destroyed map only the destruction is remembered.
void RecordWrite(Thread *thr, MapState *state, Operation *op);
/// What the last write, which is recorded, has made of the map.
void RecordChange(Thread *thr, MapState *state, const Change &change);

/// `violation` as for CheckWrite.
template <class OnViolation>
void CheckAndRecordWrite(Thread *thr, Operation *op, OnViolation violation) {
  BeginClock clock = ClockOf(thr, *op);
  CheckWrite(
      clock, op->state, [&] { RecordWrite(thr, op->state, op); }, violation);
  DropOrderedReads(op->state, clock);
}

/// An operation that needed no record at its begin needs one after all.
void FindRecord(Bucket *bucket, Operation *op);
/// The record is of a life that is still the operation's.
bool StillThere(const Operation &op);

} // namespace __mapsan

#endif // MAPSAN_RECORDS_H
