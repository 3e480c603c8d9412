// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where locks are taken: see mapsan_lock_stacks.h.

#include "mapsan_lock_stacks.h"

#include "mapsan_stack.h"
#include "mapsan_thread.h"

namespace __mapsan {

u32 LockStacks::IdOf(Thread *thr, uptr pc, uptr bp) {
  return IdOfHere(thr, pc, bp);
}

u32 LockStacks::Find(Set *set, Thread *thr, uptr pc, uptr bp) {
  for (u32 i = 0; i < kWays && Takes(FastPath::lock_stack); i++) {
    if (!set->ways[i].Is(pc, bp))
      continue;
    set->last = i;
    return set->ways[i].id;
  }
  set->last = (set->last + 1) % kWays;
  Learn(&set->ways[set->last], thr, pc, bp);
  return set->ways[set->last].id;
}

void LockStacks::Learn(Entry *entry, Thread *thr, uptr pc, uptr bp) {
  uptr pcs[kFrames];
  const uptr *places[kFrames];
  u32 n = WalkFrames(thr, pc, bp, pcs, places, kFrames);
  for (u32 i = 0; i < kFrames - 1; i++) {
    entry->pcs[i] = i + 1 < n ? pcs[i + 1] : 0;
    entry->places[i] = i + 1 < n ? places[i + 1] : &entry->pcs[i];
  }
  entry->pc = pc;
  entry->bp = bp;
  entry->id = InternStack(thr, pcs, n);
}

} // namespace __mapsan
