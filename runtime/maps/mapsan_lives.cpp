// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The lives of maps: see mapsan_lives.h.

#include "mapsan_lives.h"

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_stack.h"
#include "mapsan_map.h"
#include "mapsan_mutations.h"
#include "mapsan_records.h"
#include "sanitizer_common/sanitizer_libc.h"
#include <errno.h>

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

// Makes room among the thread's tombstones: the oldest goes. No lock held.
static void DropOldestTombstone(Thread *thr) {
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

// Bucket lock held; room for the tombstone was made.
static void MarkDestroyed(Thread *thr, Bucket *bucket, Operation *op) {
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

void EndDestruction(Thread *thr, Operation *op) {
  DropOldestTombstone(thr);
  Bucket *bucket = map_table.For(MapOf(*op));
  ScopedLock lock(bucket);
  if (StillThere(*op) && !op->state->Dead())
    MarkDestroyed(thr, bucket, op);
}

// --- the short way

// Whatever was there is forgotten, so there is nothing to check.
static void RecordConstruction(Thread *thr, MapKey key,
                               const Access16 &access) {
  Bucket *bucket = map_table.For(AddressOf(key));
  ScopedLock lock(bucket);
  MapState *state = FindMap(bucket, key);
  if (state)
    RenewMap(thr, state);
  else
    state = CreateMap(thr, bucket, key);
  state->birth_stack = access.details.stack;
  state->write.SetPrivately(access.word, access.details);
}

static void RecordDestruction(MapState *state, const Access16 &access) {
  state->write.SetPrivately(access.word, access.details);
  if (AccessWord read = state->read.Word())
    state->read.Take(read);
  atomic_store(&state->extra_, 0, memory_order_relaxed); // no sizes
}

static void PushDestruction(Thread *thr, const Site *site, uptr map, uptr frame,
                            MapState *state, const Access16 &access) {
  Operation *op = thr->operations.BeginFirst(site, map, frame, Phase::Writing);
  op->state = state;
  op->map_life = state->Life();
  op->epoch = EpochOf(access.word);
  op->stack = access.details.stack;
  op->lockset = access.details.lockset;
  op->wrote = op->recorded = true;
}

// False: it is not a map of this thread's alone.
static bool BeginDestruction(Thread *thr, const Site *site, uptr map,
                             uptr frame, const Access16 &access) {
  Bucket *bucket = map_table.For(map);
  ScopedLock lock(bucket);
  MapState *state =
      FindOwnMap(thr, bucket, KeyOf(map, site->GetFamily()->Number()));
  if (!state)
    return false;
  if (!OnlyOneThread()) {
    RecordDestruction(state, access);
    PushDestruction(thr, site, map, frame, state, access);
    return true;
  }
  // Nobody can meet the record, nor a tombstone, unless the destructor creates
  // a thread. That begins with a release, and that with MakeLong.
  thr->destroyed = {access.details, state->birth_stack};
  RemoveMap(thr, bucket, state);
  thr->operations.BeginShort(site, map, frame);
  thr->last_effect = 1;
  return true;
}

void RestoreDestroyed(Thread *thr, Operation *op) {
  Bucket *bucket = map_table.For(MapOf(*op));
  ScopedLock lock(bucket);
  FindRecord(bucket, op);
  if (op->state) // a thread that was unknown has come across it
    return;
  op->state = CreateMap(thr, bucket, KeyOf(*op));
  thr->lives_begun--; // it is not another one
  op->map_life = op->state->Life();
  op->state->birth_stack = thr->destroyed.birth_stack;
  op->stack = thr->destroyed.details.stack;
  op->lockset = thr->destroyed.details.lockset;
  op->recorded = true;
  RecordDestruction(op->state, {MakeWord(thr->clock.slot(), op->epoch),
                                thr->destroyed.details});
}

// Nothing else is in flight. False: nothing has happened.
static bool BeginAlone(Thread *thr, Site *site, uptr map, uptr pc, uptr bp) {
  bool destroys = site->effect == MapsanEffectDestroy;
  bool watched = watches.MayHave(map);
  if (!thr->operations.empty() || !FitsKey(map) || !Takes(FastPath::own_life) ||
      !RuleHolds(Rule::life_of_map) || (watched && destroys && OnlyOneThread()))
    return false;
  thr->clock.MarkDirty();
  u64 epoch = thr->clock.OpenEpoch();
  Access16 access = {
      MakeWord(thr->clock.slot(), epoch),
      {StackIdHere(thr, site, pc, bp), thr->lock_count ? LocksetId(thr) : 0}};
  if (destroys) {
    if (!BeginDestruction(thr, site, map, bp, access))
      return false;
    ForgetRecorded(thr, map);
    if (watched)
      WatchedBegins(thr, thr->operations.First());
  } else {
    MapKey key = KeyOf(map, site->GetFamily()->Number());
    RecordConstruction(thr, key, access);
    if (watched) // that one's end was not seen
      watches.Retire(key);
    thr->recent.Renew(map, site->family, epoch);
    thr->operations.shortcuts.Renew(map, site->GetFamily());
    // In flight as one that is on record already: so it is.
    thr->operations.BeginShort(site, map, bp);
    thr->last_effect = 1;
  }
  site->MarkRun();
  return true;
}

void MapBeginLife(Thread *thr, Site *site, uptr map, uptr pc, uptr bp) {
  ScopedRuntime runtime(thr);
  if (LIKELY(BeginAlone(thr, site, map, pc, bp)))
    return;
  int saved = errno;
  MapBegin(thr, site, map, pc, bp);
  errno = saved;
}

bool MapEndLife(Thread *thr, const Site *site, uptr map) {
  using namespace map_internal;
  Operation *op = thr->operations.First();
  if (site->effect != MapsanEffectDestroy || !IsAlone(thr, op, site, map) ||
      op->presence || !Takes(FastPath::own_life))
    return false;
  EndDestruction(thr, op);
  if (op->watch || watches.MayHave(map)) // (it has its stack)
    WatchedEnds(thr, op, MapsanEvidenceNone, /*unwound=*/false, 0, 0);
  LeaveQuietly(thr, op, /*effect=*/1);
  return true;
}

} // namespace __mapsan
