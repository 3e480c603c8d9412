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

u32 few_reads = 3 * ReadChunk::kCells;

AccessCell *ReadCellFor(Thread *thr, MapState *state, const BeginClock &clock) {
  MapExtra *extra = state->Extra();
  if (!extra)
    return &state->read;
  AccessCell *own = nullptr, *empty = nullptr, *ordered = nullptr;
  AccessWord of_ordered = 0;
  bool nobodys = false;
  u32 words = 0;
  extra->has_reads = true;
  ForEachRead(state, [&](AccessCell *cell) {
    AccessWord word = cell->Word();
    if (!word) {
      empty = empty ? empty : cell;
      return true;
    }
    words++;
    if (SlotOf(word) == thr->clock.slot()) {
      own = cell;
      return false;
    }
    // Of those that nothing is ordered after one says it all.
    bool again = SlotOf(word) == kNobody && nobodys;
    nobodys |= SlotOf(word) == kNobody;
    if (!ordered && (again || clock.Orders(word))) {
      ordered = cell;
      of_ordered = word;
    }
    return true;
  });
  if (own || empty)
    return own ? own : empty;
  // Threads that take turns would take each other's cell every time.
  bool may_grow = words < few_reads && Takes(FastPath::kept_reads);
  if (ordered && !may_grow && ordered->Take(of_ordered))
    return ordered;
  return AddReadCell(thr, extra);
}

void DropOrderedReads(MapState *state, const BeginClock &clock) {
  u32 words = 0;
  ForEachRead(state, [&](AccessCell *cell) {
    words += cell->Word() != 0;
    return words <= few_reads;
  });
  if (words <= few_reads && Takes(FastPath::kept_reads))
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
