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

/// A read against the last write. `violation(const AccessCell &, bool wrote)`
/// is called at most once. Bucket lock held.
template <class OnViolation>
void CheckRead(const BeginClock &clock, MapState *state,
               OnViolation violation) {
  if (!clock.Orders(atomic_load(&state->write.word, memory_order_relaxed)))
    violation(state->write, /*wrote=*/true);
}

/// A write against the last write and all reads. `violation` is called at most
/// once, for the last write first. Bucket lock held.
template <class OnViolation>
void CheckWrite(const BeginClock &clock, MapState *state,
                OnViolation violation) {
  if (!clock.Orders(atomic_load(&state->write.word, memory_order_relaxed))) {
    violation(state->write, /*wrote=*/true);
    return;
  }
  ForEachRead(state, [&](AccessCell *cell) {
    if (clock.Orders(atomic_load(&cell->word, memory_order_relaxed)))
      return true;
    violation(*cell, /*wrote=*/false);
    return false;
  });
}

/// The cell in which `slot` remembers its last read: its own, an empty one, or
/// one whose read happens before `clock` (whoever is unordered with that read
/// is unordered with this one too, so nothing is lost up to a map's first
/// race). Adds one if need be. Bucket lock held.
AccessCell *ReadCellFor(Thread *thr, MapState *state, const BeginClock &clock);

/// After an ordered write the reads before it are of no more use: whoever is
/// unordered with them is unordered with the write. Bucket lock held.
void DropOrderedReads(MapState *state, const BeginClock &clock);

} // namespace __mapsan

#endif // MAPSAN_CHECK_H
