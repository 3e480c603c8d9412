// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is kept for each live map, and how it is found by address and family.
// Internal to maps/ (and the sweep of slots).

#ifndef MAPSAN_MAP_TABLE_H
#define MAPSAN_MAP_TABLE_H

#include "../clock/mapsan_bucket.h"
#include "../entry/mapsan_hidden.h"
#include "mapsan_access.h"
#include "mapsan_map_sizes.h"
#include "mapsan_operation.h"
#include "mapsan_site.h"

namespace __mapsan {

struct Thread;

/// Reads of a map that several threads use. Each has a line of its own: readers
/// of one map do not disturb each other.
struct ReadChunk {
  static constexpr u32 kCells = 3;
  struct Line {
    AccessCell cell;
    char padding[64 - sizeof(AccessCell)];
  };
  Line lines[kCells];
  atomic_uintptr_t next; // ReadChunk *
};

/// What only a map has that several threads use, or that was reported, or whose
/// sizes are great.
struct MapExtra {
  AccessCell write;
  MapSizes sizes;
  atomic_uintptr_t more_reads; // ReadChunk *
  u32 first_tid;               // who began this life
  u32 reports;
  bool shared;    // others used it, too
  bool has_reads; // false: all read cells are empty, leave their lines be
};

/// address | family: what an operation is on. No map of MapSan's lies above 47
/// bits (FitsKey).
using MapKey = u64;
constexpr u32 kMapAddressBits = 48;
inline bool FitsKey(uptr addr) { return !(addr >> kMapAddressBits); }
inline MapKey KeyOf(uptr addr, u32 family) {
  return addr | static_cast<u64>(family) << kMapAddressBits;
}
inline MapKey KeyOf(const Operation &op) {
  return KeyOf(MapOf(op), SiteOf(op)->GetFamily()->Number());
}
inline uptr AddressOf(MapKey key) {
  return key & ((uptr(1) << kMapAddressBits) - 1);
}

///   key ---> MapState [ write | read ]      used by one thread
///            MapState ---> MapExtra [ write | ReadChunk... ]   by several
///                                               |
///                                   last read of each thread, a line each
///
/// One life of one map. Found and changed under its bucket's lock; the atomic
/// fields are also read without (the fast paths of maps/mapsan_map.cpp).
/// Exactly a line: a million maps that only their makers use cost no more.
struct MapState {
  atomic_uint64_t key;   // MapKey; 0: not in use
  atomic_uintptr_t next; // MapState *; the pool's while it is not in use
  // MapExtra * | 1, or PackedSizes of the last write.
  atomic_uint64_t extra_;
  u32 birth_stack; // names the constructing site; 0: no construction was seen
  // Which life of this memory it is, times two; plus one: destroyed, a
  // tombstone.
  atomic_uint32_t life_;
  // While there is no MapExtra; then they are empty.
  AccessCell write, read;

  uptr Address() const {
    return AddressOf(atomic_load(&key, memory_order_relaxed));
  }
  /// In its bucket.
  MapState *Next() const {
    return reinterpret_cast<MapState *>(
        atomic_load(&next, memory_order_acquire));
  }
  /// Never the same twice of one MapState, but for tombstones.
  u32 Life() const { return atomic_load(&life_, memory_order_relaxed) | 1; }
  bool Dead() const { return atomic_load(&life_, memory_order_relaxed) & 1; }
  /// It is that life, and not yet a tombstone. Any thread.
  bool IsAlive(u32 life) const {
    return (atomic_load(&life_, memory_order_relaxed) | 1) == life && !Dead();
  }
  /// Null: one thread uses it. In order, for RepeatRead.
  MapExtra *Extra() const {
    u64 extra = atomic_load(&extra_, memory_order_seq_cst);
    return extra & 1 ? reinterpret_cast<MapExtra *>(extra & ~1ull) : nullptr;
  }
  AccessCell *LastWrite() {
    MapExtra *extra = Extra();
    return extra ? &extra->write : &write;
  }
  const AccessCell *LastWrite() const {
    return const_cast<MapState *>(this)->LastWrite();
  }
  /// Any of its accesses while there is no MapExtra; they are all of one
  /// thread then.
  AccessWord AnyWord() const {
    AccessWord word = write.Word();
    return word ? word : read.Word();
  }
};
static_assert(sizeof(MapState) == 64, "one line");

/// No two maps are nearer than a bucket's 16 bytes. (Elements may be.)
extern MAPSAN_HIDDEN SparseBucketTable map_table;
void InitializeMapTable();

/// Bucket lock held, or a stale answer is allowed for (see Bucket). Null: none.
inline MapState *FindMap(Bucket *bucket, MapKey key) {
  // Without the lock a stale chain may lead anywhere among maps, even in a
  // circle: give up early, the caller then takes the lock.
  u32 steps = 0;
  for (MapState *s = bucket->Head<MapState>(); s && steps < 4096;
       s = s->Next(), steps++)
    if (atomic_load(&s->key, memory_order_relaxed) == key)
      return s;
  return nullptr;
}
/// Bucket lock held.
MapState *CreateMap(Thread *thr, Bucket *bucket, MapKey key);
void RemoveMap(Thread *thr, Bucket *bucket, MapState *state);
/// Forgets all accesses: a new life. Bucket lock held.
void RenewMap(Thread *thr, MapState *state);
/// It is a tombstone from now on. Bucket lock held.
void MarkDead(MapState *state);

/// Whoever it is, several may use it from now on. Bucket lock held.
MapExtra *Extend(Thread *thr, MapState *state);

/// Calls back for every read cell, empty ones too (none if all are); `callback`
/// returns false to stop. Bucket lock held.
template <class Callback> void ForEachRead(MapState *state, Callback callback) {
  MapExtra *extra = state->Extra();
  if (!extra) {
    if (state->read.Word())
      callback(&state->read);
    return;
  }
  if (!extra->has_reads)
    return;
  for (auto *chunk = reinterpret_cast<ReadChunk *>(
           atomic_load(&extra->more_reads, memory_order_acquire));
       chunk; chunk = reinterpret_cast<ReadChunk *>(
                  atomic_load(&chunk->next, memory_order_acquire)))
    for (ReadChunk::Line &line : chunk->lines)
      if (!callback(&line.cell))
        return;
}
/// A further, empty cell. Bucket lock held.
AccessCell *AddReadCell(Thread *thr, MapExtra *extra);

/// Every record's word is replaced by what `replace` makes of it, unless it has
/// changed meanwhile; words of live threads may do so. Needs no lock.
void ReplaceRecords(AccessWord (*replace)(AccessWord, void *), void *arg);
/// Every map in use, each under its bucket's lock.
void ForEachMap(void (*callback)(MapState *, void *), void *arg);

/// What the last write has made of the map. Bucket lock held.
void SetSizes(Thread *thr, MapState *state, const MapSizes &sizes);
MapSizes SizesOf(const MapState *state);

/// Ends the lives of maps and tombstones from `begin` to `end`, a part of a
/// block of LiveFilter's.
void ForgetMaps(uptr begin, uptr end);

/// Lives begun and lives that two threads used, so far.
struct MapLives {
  u64 seen, shared;
};
MapLives CountMapLives();
/// One more of the latter, if this was not known.
void CountShared(Thread *thr, MapExtra *extra);

/// A finishing thread's stock of blocks.
void DrainMapPools(Thread *thr);
/// See PoolBase.
void LockMapPoolsBeforeFork();
void UnlockMapPoolsAfterFork();

} // namespace __mapsan

#endif // MAPSAN_MAP_TABLE_H
