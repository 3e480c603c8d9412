// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The outer part of a stack, from the innermost frame of foreign code on: where
// frame pointers cannot be relied upon, and where the modules are that may have
// synchronised unseen.

#ifndef MAPSAN_OUTER_FRAMES_H
#define MAPSAN_OUTER_FRAMES_H

#include "mapsan_suspects.h"

namespace __mapsan {

struct Thread;

/// What lies outward of one return address, as the unwinder found it, to be
/// recognised without the unwinder: as long as all return addresses are where
/// they were, the frames are the same.
///
///   slot -> | pcs[0]  |  into the foreign code
///           | ...     |
///   slot + offsets[1] -> | pcs[1] | ...
struct OuterFrames {
  static constexpr u32 kMax = 64;
  static constexpr u32 kMaxSuspects = 4; // further ones are not listed
  uptr slot;
  u32 count;
  u32 suspect_count;
  Suspect suspects[kMaxSuspects];
  u32 offsets[kMax]; // in words
  uptr pcs[kMax];

  bool StillThere(uptr at, uptr pc) const;
  const uptr *SlotOf(u32 i) const {
    return reinterpret_cast<const uptr *>(slot) + offsets[i];
  }
  void AddSuspect(uptr pc);
};

/// The thread's own few, the oldest overwritten first.
struct OuterFramesCache {
  static constexpr u32 kEntries = 8;
  OuterFrames entries[kEntries];
  u32 next;
};

/// Of the calling thread, whose return address `pc` lies at `slot`, in its own
/// stack. Valid until the next call.
const OuterFrames *FindOuterFrames(Thread *thr, uptr pc, uptr slot);

} // namespace __mapsan

#endif // MAPSAN_OUTER_FRAMES_H
