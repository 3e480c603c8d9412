// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// detect=overlap: a map operation is checked against those that are under way
// in other threads at the same time, and against nothing else. No clock takes
// part, so the finding holds whatever synchronises unseen.

#ifndef MAPSAN_OVERLAP_H
#define MAPSAN_OVERLAP_H

#include "mapsan_operation.h"
#include "mapsan_site.h"

namespace __mapsan {

struct Thread;

/// The operation, filled in by MapBegin and not nested, begins: what is certain
/// is reported before this returns. (pc, bp) as there. Called by `thr`, no lock
/// held; so are the others.
void OverlapBegin(Thread *thr, Operation *op, MapsanEffect effect, uptr pc,
                  uptr bp);

/// It is over, and `op->wrote` and `op->change` say what it was. Where it was
/// left without an end (longjmp, thread exit), it counts as having changed
/// nothing.
void OverlapEnd(Thread *thr, Operation *op);

/// In the child of fork, where the forking thread alone is left, perhaps in the
/// middle of operations.
void OverlapAfterFork(Thread *self);

/// Call sites in [begin, end) are no more: nothing will be said of operations
/// there that are over.
void OverlapForgetSites(const Site *begin, const Site *end);

} // namespace __mapsan

#endif // MAPSAN_OVERLAP_H
