// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// All watches, by map.

#ifndef MAPSAN_WATCHES_H
#define MAPSAN_WATCHES_H

#include "../clock/mapsan_bucket.h"
#include "../entry/mapsan_hidden.h"
#include "../report/mapsan_finding.h"
#include "mapsan_access.h"
#include "mapsan_passages.h"

namespace __mapsan {

class Watch;
struct Cause;
struct Family;
struct FreedBlocks;
struct Handle;
struct LockedChange;
struct MapLooks;
struct Mutation;
struct Question;
struct Route;
struct Site;
struct WatchLog;
using MapKey = u64;

/// The watches of this process: as few as keep those of the maps that are there
/// and of the last kFirstRing, so that what comes next is still in the cache;
/// kWatches at most. Each that stands for a map is found in the bucket of the
/// map's address.
///
/// A bucket's lock guards its chain and the keys in it; a watch's own lock its
/// log, and is taken after that of the bucket.
class Watches {
public:
  static constexpr u32 kFirstRing = 1 << 10, kWatches = 1 << 13;

  /// There may be a watch of the map, or of another one. False: there is none,
  /// but one that a thread has made that is unordered with this one.
  bool MayHave(uptr map) const {
    return UNLIKELY(HasAny()) && !BucketOf(map)->IsEmpty();
  }
  bool HasAny() const { return __atomic_load_n(&any_, __ATOMIC_ACQUIRE); }

  /// The watch of that map, which looks like that, made if need be, and its
  /// stamp. Null: there is no memory for any.
  Watch *Open(MapKey key, MapLooks looks, u64 *stamp);

  /// Null: nobody watches that map.
  Watch *Find(MapKey key, u64 *stamp);

  /// What the map was made of is noted, if anybody watches; `freed` may be
  /// null.
  void Note(MapKey key, const Mutation &mutation, const FreedBlocks *freed);
  /// The same, of a watch that was the map's.
  void NoteAt(Watch *watch, MapKey key, const Mutation &mutation,
              const FreedBlocks *freed);
  /// The same, and then there is no map any more.
  void NoteLast(MapKey key, const Mutation &mutation,
                const FreedBlocks *freed = nullptr);
  /// What is in `from` and what is in `to` is exchanged.
  void Exchange(MapKey a, MapKey b);
  /// What is in `from` is in `to` from now on; of what was there the mutation
  /// is the last.
  void Move(MapKey from, MapKey to, const Mutation &mutation);
  /// Nobody knows what became of which element, or there is another map.
  void Retire(MapKey key);

  /// Elements have left the map of the watch alive, as the mutation says. The
  /// number of their passage; 0: it is another map's by now.
  u64 NoteLeft(Watch *watch, MapKey key, const Mutation &mutation,
               const Family *family);
  /// They are in the map of that watch now.
  void NoteArrived(u64 passage, Watch *watch);
  /// The element has left a map of this family by itself; null: not that it is
  /// known. The number of that passage.
  const Family *FamilyOfAbsent(uptr element, u64 *passage);

  /// A change under locks, unless it tells no more than one of the same thread
  /// that is known. What tells more makes handles look at the map again.
  void NoteLocked(Watch *watch, MapKey key, const LockedChange &change);
  /// It would tell no more.
  bool KnowsLocked(Watch *watch, MapKey key, const LockedChange &change);
  /// Those that concern a use of the handle, newest first, into `changes`,
  /// which has room for all; how many.
  u32 FindLocked(Watch *watch, const Handle &handle, u8 concern,
                 LockedChange *changes);

  /// Why the handle is of no more use, since it was last looked at; None: for
  /// no reason that is known.
  Invalidation WhyInvalid(const Handle &handle, const Site *use, uptr element,
                          Cause *cause);

  /// As ReplaceRecords of maps.
  void ReplaceWords(AccessWord (*replace)(AccessWord, void *), void *arg);
  /// Mutations at these sites lose them.
  void ForgetSites(const Site *begin, const Site *end);
  /// In the child, where only one thread is left.
  void ResetAfterFork();

private:
  static constexpr u32 kBuckets = 1 << 13;
  Bucket *BucketOf(uptr map) {
    return &buckets_[(map >> 4 ^ map >> 17) % kBuckets];
  }
  const Bucket *BucketOf(uptr map) const {
    return const_cast<Watches *>(this)->BucketOf(map);
  }
  bool Reserve();
  Watch *Take();
  void Grow(u32 ring);
  Watch *Find(Bucket *bucket, MapKey key);
  void Link(Bucket *bucket, Watch *watch, MapKey key);
  void Relink(Watch *watch, Bucket *from, Bucket *to, MapKey key);
  void Unlink(Bucket *bucket, Watch *watch);
  void BeginLife(Watch *watch);
  void RetireWatch(Bucket *bucket, Watch *watch);
  void Append(Watch *watch, const Mutation &mutation, const FreedBlocks *freed);
  LockedChange *LockedBy(Watch *watch, Slot slot);
  void ForgetLocked(Watch *watch);
  enum class Fate {
    Left, // if it was there, it is elsewhere now
    Good,
    InvalidIfThere,
    Invalid
  };
  Fate FateAt(Route *route, u32 at, const Question &question, Cause *cause,
              Invalidation *why);
  WatchLog *LogOf(const Watch *watch);
  template <class Callback> void ForEach(Callback callback);

  bool any_;
  atomic_uint64_t next_; // of those to be taken, in a ring
  atomic_uint32_t ring_; // of so many; a power of two
  Watch *watches_;       // kWatches of them; null: nobody has asked for any
  WatchLog *logs_;
  Passages passages_;
  SequenceLock lock_; // of the first two, and of any_, until they are there
  Bucket buckets_[kBuckets];
};

extern MAPSAN_HIDDEN Watches watches;

/// The watches that one thread has come upon last. Owned by the thread; an
/// entry may be of any map and any life by now. While it is right, what may
/// change the map takes no short way in this thread.
struct OpenedWatches {
  struct Entry {
    MapKey key;
    Watch *watch;
    u64 life;
  };
  static constexpr u32 kEntries = 8;
  Entry entries[kEntries];

  Entry *For(uptr map) { return &entries[(map >> 4 ^ map >> 11) % kEntries]; }
};

} // namespace __mapsan

#endif // MAPSAN_WATCHES_H
