// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The check: see mapsan_check.h.

#include "mapsan_check.h"

#include "../clock/mapsan_thread.h"

namespace __mapsan {

AccessCell *ReadCellFor(Thread *thr, MapState *state, const BeginClock &clock) {
  AccessCell *reusable = nullptr, *own = nullptr;
  bool nobodys = false;
  ForEachRead(state, [&](AccessCell *cell) {
    u64 word = atomic_load(&cell->word, memory_order_relaxed);
    if (word && SlotOf(word) == thr->clock.slot()) {
      own = cell;
      return false;
    }
    // Of those that nothing is ordered after one says it all.
    bool again = word && SlotOf(word) == kNobody && nobodys;
    nobodys |= word && SlotOf(word) == kNobody;
    if (!reusable && (again || clock.Orders(word)))
      reusable = cell;
    return true;
  });
  if (own)
    return own;
  return reusable ? reusable : AddReadCell(thr, state);
}

void DropOrderedReads(MapState *state, const BeginClock &clock) {
  ForEachRead(state, [&](AccessCell *cell) {
    if (clock.Orders(atomic_load(&cell->word, memory_order_relaxed)))
      atomic_store(&cell->word, 0, memory_order_relaxed);
    return true;
  });
}

} // namespace __mapsan
