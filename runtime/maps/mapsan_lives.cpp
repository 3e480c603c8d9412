// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The lives of maps: see mapsan_lives.h.

#include "mapsan_lives.h"

#include "../clock/mapsan_alloc.h"
#include "mapsan_records.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

// Its accesses can be told from ours from now on.
static void NoteUser(Thread *thr, MapState *state) {
  if (IsOnlyUser(thr, state))
    return;
  MapExtra *extra = Extend(thr, state);
  if (extra->first_tid != thr->tid)
    CountShared(thr, extra);
}

MapState *StateFor(Thread *thr, Bucket *bucket, Operation *op,
                   MapsanEffect effect, Violation *violation) {
  MapKey key = KeyOf(*op);
  MapState *state = FindMap(bucket, key);
  if (!state) {
    state = CreateMap(thr, bucket, key);
  } else if (effect == MapsanEffectConstruct && RuleHolds(Rule::life_of_map)) {
    RenewMap(thr, state);
  } else if (state->Dead()) {
    // A tombstone. Ordered after the destruction: somebody constructed a map
    // here without a call that we saw. Unordered: a use of a destroyed map.
    Access16 destruction = state->LastWrite()->Read();
    if (ClockOf(thr, *op).Orders(destruction.word))
      RenewMap(thr, state);
    else
      Fill(violation, thr, *op, state, destruction, /*wrote=*/true);
  }
  if (effect == MapsanEffectConstruct)
    state->birth_stack = op->stack;
  NoteUser(thr, state);
  return state;
}

void MarkDestroyed(Thread *thr, Bucket *bucket, Operation *op) {
  if (OnlyOneThread()) {
    RemoveMap(thr, bucket, op->state); // nobody can meet the tombstone
    return;
  }
  MarkDead(op->state);
  TombstoneRing &ring = thr->tombstones;
  if (!ring.entries) {
    uptr bytes = TombstoneRing::kCapacity * sizeof(TombstoneRing::Entry);
    ring.entries = static_cast<TombstoneRing::Entry *>(RuntimeAlloc(bytes));
    internal_memset(ring.entries, 0, bytes);
  }
  ring.entries[ring.next] = {KeyOf(*op), op->state, op->state->Life()};
  ring.next = (ring.next + 1) % TombstoneRing::kCapacity;
}

void DropOldestTombstone(Thread *thr) {
  TombstoneRing &ring = thr->tombstones;
  if (!ring.entries || !ring.entries[ring.next].key)
    return;
  TombstoneRing::Entry entry = ring.entries[ring.next];
  auto stands = [&] {
    return atomic_load(&entry.state->key, memory_order_relaxed) == entry.key &&
           entry.state->Dead() && entry.state->Life() == entry.life;
  };
  // Mostly something else has been constructed there, or the memory handed out:
  // that does not come undone.
  if (!stands())
    return;
  Bucket *bucket = map_table.For(AddressOf(entry.key));
  ScopedLock lock(bucket);
  if (stands())
    RemoveMap(thr, bucket, entry.state);
}

} // namespace __mapsan
