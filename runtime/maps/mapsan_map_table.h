// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is kept for each live map, and how it is found by address and family.
// Internal to maps/ (and the sweep of slots).

#ifndef MAPSAN_MAP_TABLE_H
#define MAPSAN_MAP_TABLE_H

#include "../clock/mapsan_bucket.h"
#include "../clock/mapsan_snapshot.h"
#include "mapsan_site.h"

namespace __mapsan {

struct Thread;

/// (slot, epoch) in one word: a FastTrack epoch. 0: none.
using AccessWord = u64;
constexpr u32 kEpochBits = 48;
inline AccessWord MakeWord(Slot slot, u64 epoch) {
  return static_cast<u64>(slot) << kEpochBits | epoch;
}
inline Slot SlotOf(AccessWord w) { return static_cast<Slot>(w >> kEpochBits); }
inline u64 EpochOf(AccessWord w) { return w & ((1ull << kEpochBits) - 1); }

/// One remembered access: the word that is checked and, beside it, what a
/// report says of it. Written under the bucket's lock; `word` is also read
/// without.
struct AccessCell {
  atomic_uint64_t word;
  const Site *site;
  u32 stack;
  u32 lockset;
  u32 tid;
};

/// Further readers than the one that fits into the state.
struct ReadChunk {
  static constexpr u32 kCells = 7;
  AccessCell cells[kCells];
  atomic_uintptr_t next; // ReadChunk *
};

///   address, family ---> MapState  [ write | first reader | ReadChunk... ]
///                                      |          |
///                                   last write   last read of each thread
///
/// One life of one map. Found and changed under its bucket's lock; the atomic
/// fields are also read without (the fast path of maps/mapsan_map.cpp).
struct MapState {
  // What a reader reads of it, in two lines...
  atomic_uintptr_t addr;       // 0: not in use
  atomic_uintptr_t next;       // MapState *
  atomic_uint64_t family;      // Family::id
  atomic_uintptr_t more_reads; // ReadChunk *
  AccessCell write;
  u64 life; // never the same twice at one address
  const Site *birth_site;
  u32 birth_stack, birth_tid;
  u32 first_tid; // the only thread so far, or 0: several
  u32 reports;
  u32 size_before, size_after, buckets_before, buckets_after; // of `write`
  bool dead;       // destroyed: a tombstone
  bool wrote_size; // the four words above are known
  // ...and what one reader writes, in another, so that as long as there are
  // only readers the others' copies of the first two stay good.
  char padding[14];
  AccessCell first_read;
};
static_assert(__builtin_offsetof(MapState, first_read) == 128,
              "a reader's own line begins where the others' end");

/// 16 bytes a bucket: no two maps are nearer.
extern BucketTable<4> map_table;
void InitializeMapTable();

/// Bucket lock held, or a stale answer is allowed for (see Bucket). Null: none.
MapState *FindMap(Bucket *bucket, uptr addr, u64 family);
/// Bucket lock held.
MapState *CreateMap(Thread *thr, Bucket *bucket, uptr addr, u64 family);
void RemoveMap(Thread *thr, Bucket *bucket, MapState *state);
/// Forgets all accesses: a new life. Bucket lock held.
void RenewMap(Thread *thr, MapState *state);

/// Calls back for every read cell, empty ones too; `callback` returns false to
/// stop. Bucket lock held.
template <class Callback> void ForEachRead(MapState *state, Callback callback) {
  if (!callback(&state->first_read))
    return;
  for (auto *chunk = reinterpret_cast<ReadChunk *>(
           atomic_load(&state->more_reads, memory_order_acquire));
       chunk; chunk = reinterpret_cast<ReadChunk *>(
                  atomic_load(&chunk->next, memory_order_acquire)))
    for (AccessCell &cell : chunk->cells)
      if (!callback(&cell))
        return;
}
/// A further, empty cell. Bucket lock held.
AccessCell *AddReadCell(Thread *thr, MapState *state);

/// Every record's word is replaced by what `replace` makes of it, unless it has
/// changed meanwhile; words of live threads may do so. Needs no lock.
void ReplaceRecords(AccessWord (*replace)(AccessWord, void *), void *arg);
/// Every map in use, each under its bucket's lock.
void ForEachMap(void (*callback)(MapState *, void *), void *arg);

/// Ends the lives of maps, or of tombstones alone, in [addr, addr + size).
void ForgetMaps(uptr addr, uptr size);

/// Lives begun and lives that two threads used, so far.
struct MapLives {
  u64 seen, shared;
};
MapLives CountMapLives();
void CountShared(Thread *thr);

/// A finishing thread's stock of blocks.
void DrainMapPools(Thread *thr);
/// See PoolBase.
void LockMapPoolsBeforeFork();
void UnlockMapPoolsAfterFork();

} // namespace __mapsan

#endif // MAPSAN_MAP_TABLE_H
