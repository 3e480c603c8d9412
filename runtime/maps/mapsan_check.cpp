// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The check: see mapsan_check.h.

#include "mapsan_check.h"

#include "../clock/mapsan_thread.h"

namespace __mapsan {

bool RepeatRead(Thread *thr, const MapState *state, AccessCell *cell,
                const AccessDetails &details) {
  // That nobody has taken the cell since we looked at its word and details is
  // what the exchange says: a word of ours is put there by nobody else.
  u64 word = atomic_load(&cell->word, memory_order_relaxed);
  u64 epoch = thr->clock.OpenEpoch();
  if (!word || SlotOf(word) != thr->clock.slot() ||
      !(cell->Details() == details) ||
      !atomic_compare_exchange_strong(&cell->word, &word,
                                      MakeWord(thr->clock.slot(), epoch),
                                      memory_order_seq_cst))
    return false;
  u64 write = atomic_load(&state->write.word, memory_order_seq_cst);
  // A violation is found again, and told, under the lock.
  return BeginClock(thr->clock, nullptr, 0).Orders(write);
}

// Takes a cell from the thread whose word it holds, which may be about to raise
// that word.
static bool Take(AccessCell *cell, u64 word) {
  return atomic_compare_exchange_strong(&cell->word, &word, 0,
                                        memory_order_acq_rel);
}

AccessCell *ReadCellFor(Thread *thr, MapState *state, const BeginClock &clock) {
  AccessCell *reusable = nullptr, *own = nullptr;
  bool nobodys = false;
  state->has_reads = true;
  ForEachRead(state, [&](AccessCell *cell) {
    u64 word = atomic_load(&cell->word, memory_order_relaxed);
    if (word && SlotOf(word) == thr->clock.slot()) {
      own = cell;
      return false;
    }
    // Of those that nothing is ordered after one says it all.
    bool again = word && SlotOf(word) == kNobody && nobodys;
    nobodys |= word && SlotOf(word) == kNobody;
    if (!reusable && (again || clock.Orders(word)) &&
        (!word || Take(cell, word)))
      reusable = cell;
    return true;
  });
  if (own)
    return own;
  return reusable ? reusable : AddReadCell(thr, state);
}

void DropOrderedReads(MapState *state, const BeginClock &clock) {
  bool left = false;
  ForEachRead(state, [&](AccessCell *cell) {
    u64 word = atomic_load(&cell->word, memory_order_relaxed);
    left |= word && !(clock.Orders(word) && Take(cell, word));
    return true;
  });
  state->has_reads = left;
}

} // namespace __mapsan
