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
/// all of them in the thread's own live frames. In sets of a few, as one
/// function is come to by several paths in turn. Owned by the thread.
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
    Set &set = sets_[(pc ^ bp >> 4) % kSets];
    const Entry &entry = set.ways[set.last];
    if (LIKELY(entry.Is(pc, bp) && Takes(FastPath::lock_stack)))
      return entry.id;
    return Find(&set, thr, pc, bp);
  }
  void ForgetAll() {
    for (Set &set : sets_)
      for (Entry &entry : set.ways)
        entry.pc = 0;
  }

private:
  static constexpr u32 kSets = 16, kWays = 4;
  struct Entry {
    uptr pc, bp;
    u32 id;
    // Where there are fewer frames, places point to pcs.
    const uptr *places[kFrames - 1];
    uptr pcs[kFrames - 1];

    ALWAYS_INLINE bool Is(uptr wanted_pc, uptr wanted_bp) const {
      if (pc != wanted_pc || bp != wanted_bp)
        return false;
      uptr differs = 0;
      for (u32 i = 0; i < kFrames - 1; i++)
        differs |= *places[i] ^ pcs[i];
      return !differs;
    }
  };
  struct Set {
    Entry ways[kWays];
    u32 last; // that was asked for
  };
  static u32 Find(Set *set, Thread *thr, uptr pc, uptr bp);
  static void Learn(Entry *entry, Thread *thr, uptr pc, uptr bp);

  Set sets_[kSets];
};

} // namespace __mapsan

#endif // MAPSAN_LOCK_STACKS_H
