// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The lives of maps as operations see them: begun by the first operation on an
// address, or anew by a construction; ended by a destruction, of which a
// tombstone is left for those who come too late.

#ifndef MAPSAN_LIVES_H
#define MAPSAN_LIVES_H

#include "mapsan_violation.h"

namespace __mapsan {

/// The state for an operation that begins: found, made, or made anew. Where the
/// map was destroyed by somebody unordered, that is the violation. Bucket lock
/// held.
MapState *StateFor(Thread *thr, Bucket *bucket, Operation *op,
                   MapsanEffect effect, Violation *violation);

/// The map of `op`, a destruction, is no more. Bucket lock held; room for the
/// tombstone was made.
void MarkDestroyed(Thread *thr, Bucket *bucket, Operation *op);
/// Makes room among the thread's tombstones: the oldest goes. No lock held.
void DropOldestTombstone(Thread *thr);

} // namespace __mapsan

#endif // MAPSAN_LIVES_H
