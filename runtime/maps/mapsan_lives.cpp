// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The lives of maps: see mapsan_lives.h.

#include "mapsan_lives.h"

#include "../clock/mapsan_alloc.h"
#include "mapsan_records.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

static void NoteUser(Thread *thr, MapState *state) {
  if (state->first_tid == thr->tid || !state->first_tid)
    return;
  state->first_tid = 0;
  CountShared(thr);
}

MapState *StateFor(Thread *thr, Bucket *bucket, Operation *op,
                   MapsanEffect effect, Violation *violation) {
  u64 family = SiteOf(*op)->GetFamily()->id;
  MapState *state = FindMap(bucket, MapOf(*op), family);
  if (!state) {
    state = CreateMap(thr, bucket, MapOf(*op), family);
  } else if (effect == MapsanEffectConstruct && RuleHolds(Rule::life_of_map)) {
    RenewMap(thr, state);
  } else if (state->Dead()) {
    // A tombstone. Ordered after the destruction: somebody constructed a map
    // here without a call that we saw. Unordered: a use of a destroyed map.
    if (ClockOf(thr, *op).Orders(
            atomic_load(&state->write.word, memory_order_relaxed)))
      RenewMap(thr, state);
    else
      Fill(violation, thr, *op, state, state->write, /*wrote=*/true);
  }
  if (effect == MapsanEffectConstruct) {
    state->birth_site = SiteOf(*op);
    state->birth_stack = op->stack;
    state->birth_tid = thr->tid;
  }
  NoteUser(thr, state);
  return state;
}

void MarkDestroyed(Thread *thr, Bucket *bucket, Operation *op) {
  if (OnlyOneThread()) {
    RemoveMap(thr, bucket, op->state); // nobody can meet the tombstone
    return;
  }
  atomic_store(&op->state->dead, 1, memory_order_relaxed);
  TombstoneRing &ring = thr->tombstones;
  if (!ring.entries) {
    uptr bytes = TombstoneRing::kCapacity * sizeof(TombstoneRing::Entry);
    ring.entries = static_cast<TombstoneRing::Entry *>(RuntimeAlloc(bytes));
    internal_memset(ring.entries, 0, bytes);
  }
  ring.entries[ring.next] = {
      MapOf(*op), atomic_load(&op->state->family, memory_order_relaxed),
      op->state->Life()};
  ring.next = (ring.next + 1) % TombstoneRing::kCapacity;
}

void DropOldestTombstone(Thread *thr) {
  TombstoneRing &ring = thr->tombstones;
  if (!ring.entries || !ring.entries[ring.next].addr)
    return;
  TombstoneRing::Entry entry = ring.entries[ring.next];
  Bucket *bucket = map_table.For(entry.addr);
  ScopedLock lock(bucket);
  MapState *state = FindMap(bucket, entry.addr, entry.family);
  if (state && state->Dead() && state->Life() == entry.life)
    RemoveMap(thr, bucket, state);
}

} // namespace __mapsan
