// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Call stacks for reports: walked along frame pointers, and by the unwinder's
// tables where there are none; interned.

#ifndef MAPSAN_STACK_H
#define MAPSAN_STACK_H

#include "mapsan_suspects.h"

namespace __mapsan {
using namespace __sanitizer;

struct Site;
struct Thread;

/// The stack of the caller, innermost return address `pc` in the frame `bp`,
/// as a StackDepot id, of an operation at `site`. Called by `thr` itself. A
/// repeated stack costs a look at the words that lead to it.
u32 StackIdHere(Thread *thr, const Site *site, uptr pc, uptr bp);
/// The thread ends: what it remembers of stacks is of no more use.
void ForgetPaths(Thread *thr);
/// The site of the stack; null: it was none of an operation's, or the site's
/// module is gone. Any thread.
const Site *SiteOfStack(u32 id);
/// The same stack, without its site. Any thread.
u32 StackWithoutSite(u32 id);

/// Behind the frames, and the suspects among them, an operation's stack has its
/// site, marked as no address is.
constexpr uptr kSiteMark = uptr(1) << 63;
/// Of an entry of a stack: from here on there are no frames.
inline bool IsNoFrame(uptr pc) { return IsSuspect(pc) || (pc & kSiteMark); }

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

/// In both processes, after StackDepotLockBeforeFork.
void StackDepotAfterFork(bool child);

} // namespace __mapsan

#endif // MAPSAN_STACK_H
