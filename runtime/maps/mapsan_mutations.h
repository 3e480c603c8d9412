// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What operations do to maps that are watched: looked at when they begin and
// when they end.

#ifndef MAPSAN_MUTATIONS_H
#define MAPSAN_MUTATIONS_H

#include "mapsan_operation.h"

namespace __mapsan {

struct Thread;

/// `op`, which is none inside another on the same map, begins on a map that
/// may be watched, and is not a read.
void WatchedBegins(Thread *thr, Operation *op);

/// The site's map is not the only one of the call, and this is the end of what
/// is done to the other one: what encloses `op` has to know.
void TellPartner(Thread *thr, const Operation &op);

/// It ends, and the map, or that of its partner, may be watched. `wrote` and
/// `change` are set. `unwound`: by an exception. (evidence, pc, bp) as for
/// MapEnd.
void WatchedEnds(Thread *thr, Operation *op, MapsanEvidence evidence,
                 bool unwound, uptr pc, uptr bp);

/// The same of a may-write that is the only one in flight, from outside of the
/// runtime. Neither is set.
void WatchedEndsFirst(Thread *thr, Operation *op, bool wrote, uptr pc, uptr bp);

/// It is dropped, and nobody knows how far it came.
void WatchedIsLost(Thread *thr, Operation *op);

/// An operation at `site` that is not looked at.
void WatchedUnseen(const Site *site, uptr map);

} // namespace __mapsan

#endif // MAPSAN_MUTATIONS_H
