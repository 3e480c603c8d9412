// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the readers of a readers-writer lock have released, for its writers.

#ifndef MAPSAN_READER_CLOCKS_H
#define MAPSAN_READER_CLOCKS_H

#include "mapsan_clock.h"

namespace __mapsan {

/// Snapshots of several threads, joined only when a writer acquires them: one
/// a thread as far as there is room. A reader that comes again without news
/// from others updates its snapshot in place, which touches no reference
/// count. Lives in a sync object, under its bucket's lock; nobody takes
/// references to what is in here.
class ReaderClocks {
public:
  static ReaderClocks *Create();
  static void Destroy(ReaderClocks *clocks); // null is allowed

  /// After the clock's Tick.
  void Join(ThreadClock *clock);
  void Clear();

  template <class Callback> void ForEach(Callback callback) const {
    for (u32 i = 0; i < count_; i++)
      callback(entries_[i].snapshot);
  }

private:
  struct Entry {
    Slot slot;          // as in the snapshot, whose line another thread owns
    Snapshot *snapshot; // the only reference
  };
  static constexpr u32 kCapacity = 7;

  void MakeRoom();

  u32 count_;
  Entry entries_[kCapacity];
};

} // namespace __mapsan

#endif // MAPSAN_READER_CLOCKS_H
