// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The check: is this access ordered after those that a map remembers? Knows
// nothing of reports: what to do on a violation is the caller's.

#ifndef MAPSAN_CHECK_H
#define MAPSAN_CHECK_H

#include "../clock/mapsan_clock.h"
#include "mapsan_map_table.h"

namespace __mapsan {

/// What a thread knew when its operation began: its clock, or the copy that
/// was kept when an acquire inside the operation changed it.
class BeginClock {
public:
  BeginClock(const ThreadClock &clock, const u64 *kept, u32 kept_count)
      : clock_(clock), kept_(kept), kept_count_(kept_count) {}

  bool Orders(AccessWord word) const {
    if (!word || SlotOf(word) == clock_.slot())
      return true;
    if (!kept_)
      return clock_.Contains(SlotOf(word), EpochOf(word));
    return SlotOf(word) < kept_count_ && kept_[SlotOf(word)] >= EpochOf(word);
  }

private:
  const ThreadClock &clock_;
  const u64 *kept_;
  u32 kept_count_;
};

// Two kinds of accesses meet on a map. Most hold its bucket's lock. A read that
// follows one of the same thread's in an earlier epoch (RepeatRead) does not:
//
//   a writer, under the lock               a reader, without
//   last write := its word (exchange)      cell := its new word (CAS)
//   check the word of each read cell       check the last write's word
//
// All four are seq_cst, hence in one order: the writer sees the reader's new
// word, or the reader sees the writer's. Therefore a write is recorded first
// and then checked against the reads.

/// A read against the last write. `violation(const Access16 &, bool wrote)` is
/// called at most once. True if it was. Bucket lock held.
template <class OnViolation>
bool CheckRead(const BeginClock &clock, MapState *state,
               OnViolation violation) {
  const AccessCell *write = state->LastWrite();
  if (clock.Orders(write->Word()))
    return false;
  violation(write->Read(), /*wrote=*/true);
  return true;
}

/// A write against the last write and all reads; `violation` likewise, for the
/// last write first. `record()` writes it into `state`. Bucket lock held.
template <class Record, class OnViolation>
void CheckWrite(const BeginClock &clock, MapState *state, Record record,
                OnViolation violation) {
  bool found = CheckRead(clock, state, violation);
  record();
  if (found)
    return;
  ForEachRead(state, [&](AccessCell *cell) {
    if (clock.Orders(cell->WordInOrder()))
      return true;
    violation(cell->Read(), /*wrote=*/false);
    return false;
  });
}

/// A read by `thr`, whose earlier read of the same life of the map is recorded
/// in `cell`: takes its place there and checks. No lock; no operation of the
/// thread may be in flight on the map. False: nothing is said, do it under the
/// lock.
bool RepeatRead(Thread *thr, const MapState *state, AccessCell *cell,
                const AccessDetails &details);

/// So many reads cost the next writer a look each, which is less than their
/// threads would pay for finding new cells under the lock. For tests.
extern u32 few_reads;

/// The cell in which `slot` remembers its last read: its own, an empty one, or,
/// where there are more than a few, one whose read happens before `clock`
/// (whoever is unordered with that read is unordered with this one too, so
/// nothing is lost up to a map's first race). Adds one if need be. Its word is
/// the thread's own, or 0. Bucket lock held.
AccessCell *ReadCellFor(Thread *thr, MapState *state, const BeginClock &clock);

/// After an ordered write the reads before it are of no more use: whoever is
/// unordered with them is unordered with the write. Drops them if they are
/// many. Bucket lock held.
void DropOrderedReads(MapState *state, const BeginClock &clock);

} // namespace __mapsan

#endif // MAPSAN_CHECK_H
