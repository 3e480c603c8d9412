// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Call stacks for reports: walked along frame pointers, and by the unwinder's
// tables where there are none; interned.

#ifndef MAPSAN_STACK_H
#define MAPSAN_STACK_H

#include "mapsan_suspects.h"

namespace __mapsan {
using namespace __sanitizer;

struct Thread;

/// The stack of the caller, innermost return address `pc` in the frame `bp`,
/// as a StackDepot id. Called by `thr` itself. A repeated stack costs the walk
/// and one probe of a per-thread cache.
u32 StackIdHere(Thread *thr, uptr pc, uptr bp);

/// The same for the creation of a thread, from its interceptor. `creator`: the
/// suspect that asked for it, or 0; the C++ library asks for its caller.
u32 StackIdOfCreation(Thread *thr, uptr pc, uptr bp, Suspect *creator);

/// The same with the unwinder and its tables, through code without frame
/// pointers (the C++ library's): dear, for what is rare.
u32 StackIdSlow(Thread *thr, uptr pc, uptr bp);

/// The innermost `max` return addresses along frame pointers, `pc` first, and
/// where each but `pc` lies; returns how many.
u32 WalkFrames(Thread *thr, uptr pc, uptr bp, uptr *pcs, const uptr **places,
               u32 max);

/// The StackDepot id of these frames. A stack that this thread has had lately
/// costs a probe.
u32 InternStack(Thread *thr, const uptr *pcs, u32 n);

} // namespace __mapsan

#endif // MAPSAN_STACK_H
