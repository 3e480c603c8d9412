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

/// What a report says of an access.
struct AccessDetails {
  const Site *site;
  u32 stack;
  u32 lockset;
  u32 tid;

  bool operator==(const AccessDetails &o) const {
    return site == o.site && stack == o.stack && lockset == o.lockset &&
           tid == o.tid;
  }
};

/// One remembered access: the word that is checked and, beside it, what a
/// report says of it. Written under the bucket's lock, with one exception: a
/// thread that reads again as it did before raises the epoch in the word of its
/// own read cell by a compare-exchange (RepeatRead in mapsan_check.h). So who
/// takes the word of a read cell from another thread, under the lock, does that
/// by a compare-exchange, too, and writes the details after it: those of a
/// word that stands are the word's.
struct AccessCell {
  atomic_uint64_t word;   // AccessWord
  atomic_uintptr_t site_; // by Details and SetDetails only
  atomic_uint32_t stack_, lockset_, tid_;

  /// Those of the word if the bucket's lock is held, or if it is the calling
  /// thread's own before and after.
  AccessDetails Details() const {
    return {reinterpret_cast<const Site *>(
                atomic_load(&site_, memory_order_relaxed)),
            atomic_load(&stack_, memory_order_relaxed),
            atomic_load(&lockset_, memory_order_relaxed),
            atomic_load(&tid_, memory_order_relaxed)};
  }
  /// Bucket lock held; the word is 0 or the calling thread's own.
  void SetDetails(const AccessDetails &details) {
    SetSite(details.site);
    atomic_store(&stack_, details.stack, memory_order_relaxed);
    atomic_store(&lockset_, details.lockset, memory_order_relaxed);
    atomic_store(&tid_, details.tid, memory_order_relaxed);
  }
  /// Bucket lock held.
  void SetSite(const Site *site) {
    atomic_store(&site_, reinterpret_cast<uptr>(site), memory_order_relaxed);
  }
};

/// Further readers than the one that fits into the state. Each has a line of
/// its own: readers of one map do not disturb each other.
struct ReadChunk {
  static constexpr u32 kCells = 3;
  struct Line {
    AccessCell cell;
    char padding[64 - sizeof(AccessCell)];
  };
  Line lines[kCells];
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
  atomic_uint64_t life; // never the same twice at one address
  const Site *birth_site;
  u32 birth_stack, birth_tid;
  u32 first_tid; // the only thread so far, or 0: several
  u32 reports;
  u32 size_before, size_after, buckets_before, buckets_after; // of `write`
  atomic_uint8_t dead; // destroyed: a tombstone
  bool wrote_size;     // the four words above are known
  bool has_reads;      // false: all read cells are empty, leave their lines be
  // ...and what one reader writes, in another, so that as long as there are
  // only readers the others' copies of the first two stay good.
  char padding[13];
  AccessCell first_read;

  u64 Life() const { return atomic_load(&life, memory_order_relaxed); }
  bool Dead() const { return atomic_load(&dead, memory_order_relaxed); }
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

/// Calls back for every read cell, empty ones too (none if all are); `callback`
/// returns false to stop. Bucket lock held.
template <class Callback> void ForEachRead(MapState *state, Callback callback) {
  if (!state->has_reads || !callback(&state->first_read))
    return;
  for (auto *chunk = reinterpret_cast<ReadChunk *>(
           atomic_load(&state->more_reads, memory_order_acquire));
       chunk; chunk = reinterpret_cast<ReadChunk *>(
                  atomic_load(&chunk->next, memory_order_acquire)))
    for (ReadChunk::Line &line : chunk->lines)
      if (!callback(&line.cell))
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
