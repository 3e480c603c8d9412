// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where locks are taken: the innermost frames, recognised when a thread takes a
// lock in the same way again.

#ifndef MAPSAN_LOCK_STACKS_H
#define MAPSAN_LOCK_STACKS_H

#include "mapsan_rules.h"

namespace __mapsan {

struct Thread;

/// The stacks of the locks that a thread took lately. A stack is the same as
/// long as all its return addresses are where they were: a few words compared,
/// all of them in the thread's own live frames. Owned by the thread.
///
///   bp -> | saved bp    |  the interceptor's frame
///         | pc          |
///         | ...         |
///   places[0] -> | pcs[0] |  where that function returns to
///         | ...         |
///   places[1] -> | pcs[1] | ...
class LockStacks {
public:
  static constexpr u32 kFrames = 8; // pc and those below

  /// The StackDepot id of the stack that ends in `pc`, in the frame `bp`, of
  /// `thr`, whose stacks these are.
  u32 IdOf(Thread *thr, uptr pc, uptr bp);
  /// The same without a call where the stack is known.
  ALWAYS_INLINE u32 IdOfHere(Thread *thr, uptr pc, uptr bp) {
    Entry &entry = entries_[(pc ^ bp >> 4) % kEntries];
    if (LIKELY(entry.pc == pc && entry.bp == bp && entry.StillThere() &&
               Takes(FastPath::lock_stack)))
      return entry.id;
    return Learn(&entry, thr, pc, bp);
  }
  void ForgetAll() {
    for (Entry &entry : entries_)
      entry.pc = 0;
  }

private:
  static constexpr u32 kEntries = 16;
  struct Entry {
    uptr pc, bp;
    u32 id;
    // Where there are fewer frames, places point to pcs.
    const uptr *places[kFrames - 1];
    uptr pcs[kFrames - 1];

    bool StillThere() const {
      uptr differs = 0;
      for (u32 i = 0; i < kFrames - 1; i++)
        differs |= *places[i] ^ pcs[i];
      return !differs;
    }
  };
  u32 Learn(Entry *entry, Thread *thr, uptr pc, uptr bp);

  Entry entries_[kEntries];
};

} // namespace __mapsan

#endif // MAPSAN_LOCK_STACKS_H
