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

/// The map of `op`, a destruction that was recorded at its begin, is no more.
/// No lock held.
void EndDestruction(Thread *thr, Operation *op);

inline bool IsOfLife(const Site *site) {
  return site->effect == MapsanEffectConstruct ||
         site->effect == MapsanEffectDestroy;
}

/// A construction or destruction begins (as MapBegin says), called in place of
/// it where nothing disturbs the thread, from outside of the runtime; leaves
/// errno alone. Most come to less than other operations: a construction forgets
/// what was there, and a map that is destroyed is often its thread's alone.
void MapBeginLife(Thread *thr, Site *site, uptr map, uptr pc, uptr bp);
/// The same of MapEnd, inside of the runtime. False: call that.
bool MapEndLife(Thread *thr, const Site *site, uptr map);

/// What MapBeginLife began as emitted code does has become an operation of the
/// stack's: a destruction of a map that it had taken out already is on record
/// from here on. No map's bucket is locked; a sync object's may be (an acquire
/// comes upon a destruction), and nobody takes these two the other way round.
void RestoreDestroyed(Thread *thr, Operation *op);

} // namespace __mapsan

#endif // MAPSAN_LIVES_H
