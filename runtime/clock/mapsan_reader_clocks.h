// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the readers of a readers-writer lock have released, for its writers.

#ifndef MAPSAN_READER_CLOCKS_H
#define MAPSAN_READER_CLOCKS_H

#include "mapsan_clock.h"

namespace __mapsan {

struct SyncObject;

/// One snapshot for each thread that has released since the last writer did;
/// a writer that acquires joins them all. Lives in a sync object. What is said
/// of a bucket's lock below is that object's.
///
///   entries: [ slot 3, life 1 | slot 5, life 2 | ... ]
///                 |                  |
///             Snapshot           Snapshot      each on a line of its own,
///                                              written by its reader only
///
/// Memory order. A reader that comes again brings its own snapshot up to date
/// in place and without the bucket's lock (ReadReleases). It holds the
/// program's lock shared meanwhile. Whoever reads or frees that snapshot is
/// either a writer, which the program's own lock orders after the reader's
/// unlock and before its next lock; or it takes it for that of a thread that
/// has ended (MakeRoom), having acquired what the end of that life released
/// (LifeOnSlot). A program that destroys a lock which is held is beyond this;
/// as snapshots are type-stable it gets a wrong edge at the worst.
class ReaderClocks {
public:
  static ReaderClocks *Create();
  static void Destroy(ReaderClocks *clocks); // null is allowed

  /// After the clock's Tick. Returns the clock's own snapshot in here, to which
  /// nobody else refers, until Clear or Destroy. Bucket lock held.
  Snapshot *Join(ThreadClock *clock);
  /// Bucket lock held, as a writer.
  void Clear();

  /// Bucket lock held, as a writer.
  template <class Callback> void ForEach(Callback callback) const {
    for (u32 i = 0; i < count_; i++)
      callback(entries_[i].snapshot);
  }

private:
  struct Entry {
    // As in the snapshot, whose line another thread owns; kNoSlot: a merge.
    Slot slot;
    u64 life;
    Snapshot *snapshot; // the only reference
  };

  void MakeRoom();

  u32 count_, capacity_;
  Entry *entries_;
};

/// Where a thread has released as a reader lately: its own snapshots in the
/// locks' ReaderClocks. Owned by the thread.
class ReadReleases {
public:
  struct Entry {
    SyncObject *object; // type-stable
    u64 generation;     // the object's: its readers are still those
    Snapshot *snapshot;
    uptr addr;
  };
  Entry &For(uptr addr) { return entries_[(addr >> 3 ^ addr >> 7) % kEntries]; }
  void ForgetAll() {
    for (Entry &e : entries_)
      e = {};
  }

private:
  static constexpr u32 kEntries = 16;
  Entry entries_[kEntries];
};

/// The life that runs on `slot` now; 0: none. A life that is not found here any
/// more has ended, and everything that its thread did in the runtime happens
/// before this call returns. (Defined in mapsan_thread.cpp.)
u64 LifeOnSlot(Slot slot);

} // namespace __mapsan

#endif // MAPSAN_READER_CLOCKS_H
