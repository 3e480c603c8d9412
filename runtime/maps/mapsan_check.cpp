// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The check: see mapsan_check.h.

#include "mapsan_check.h"

#include "../clock/mapsan_thread.h"

namespace __mapsan {

bool RepeatRead(Thread *thr, const MapState *state, AccessCell *cell,
                const AccessDetails &details) {
  // That nobody has taken the cell since we looked at it is what the exchange
  // says: a word of ours is put there by nobody else.
  Access16 last = cell->Read();
  if (!last.word || SlotOf(last.word) != thr->clock.slot() ||
      !cell->Exchange(
          last, {MakeWord(thr->clock.slot(), thr->clock.OpenEpoch()), details}))
    return false;
  // A violation is found again, and told, under the lock.
  return BeginClock(thr->clock, nullptr, 0)
      .Orders(state->LastWrite()->WordInOrder());
}

AccessCell *ReadCellFor(Thread *thr, MapState *state, const BeginClock &clock) {
  MapExtra *extra = state->Extra();
  if (!extra)
    return &state->read;
  AccessCell *reusable = nullptr, *own = nullptr;
  bool nobodys = false;
  extra->has_reads = true;
  ForEachRead(state, [&](AccessCell *cell) {
    AccessWord word = cell->Word();
    if (word && SlotOf(word) == thr->clock.slot()) {
      own = cell;
      return false;
    }
    // Of those that nothing is ordered after one says it all.
    bool again = word && SlotOf(word) == kNobody && nobodys;
    nobodys |= word && SlotOf(word) == kNobody;
    if (!reusable && (again || clock.Orders(word)) &&
        (!word || cell->Take(word)))
      reusable = cell;
    return true;
  });
  if (own)
    return own;
  return reusable ? reusable : AddReadCell(thr, extra);
}

void DropOrderedReads(MapState *state, const BeginClock &clock) {
  // A few cost the next writer a look each, which is less than their threads
  // would pay for finding new cells under the lock.
  constexpr u32 kFew = 6;
  u32 words = 0;
  ForEachRead(state, [&](AccessCell *cell) {
    words += cell->Word() != 0;
    return words <= kFew;
  });
  if (words <= kFew && Takes(FastPath::kept_reads))
    return;
  bool left = false;
  ForEachRead(state, [&](AccessCell *cell) {
    AccessWord word = cell->Word();
    left |= word && !(clock.Orders(word) && cell->Take(word));
    return true;
  });
  if (MapExtra *extra = state->Extra())
    extra->has_reads = left;
}

} // namespace __mapsan
