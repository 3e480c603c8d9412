// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is not wrong yet: iterators and references that leave their lock.

#ifndef MAPSAN_DISCIPLINE_H
#define MAPSAN_DISCIPLINE_H

#include "mapsan_map_table.h"
#include "mapsan_watch.h"

namespace __mapsan {

/// What there is to say of a handle, beside the handle and its use.
struct HandleFinding {
  FindingKind kind;
  Grade grade;
  uptr map;
  // Of the change to the map:
  AccessWord word;
  AccessDetails details;
  MapSizes sizes;
  Invalidation why;
};

/// Reports it. (pc, bp) of the use as for MapBegin.
void ReportHandle(Thread *thr, const Handle &handle, const Site *site,
                  const HandleFinding &about, uptr pc, uptr bp);

/// What a change of that kind concerns (LockedChange::Concern bits). One that
/// inserted may make the table grow another time. Where the sizes are not
/// known, it is at least in the way of whoever walks through the map; unless
/// the program said which element it `erased`, or the site what it does.
u8 ConcernsOf(const MapSizes &sizes, bool erased, const Site *site);

/// A handle is being made under locks, of a map that this thread has not looked
/// at lately: its last write is from before it was watched, perhaps.
void LearnLockedChange(Thread *thr, Watch *watch, MapKey key);

/// A handle that was made under locks is used. It is a finding if another
/// thread, which still runs, has changed the map, since this one began, in a
/// way that concerns the use, under a lock that was held where the handle was
/// made, and none that it held is held now: there is nothing that would keep it
/// from doing so again.
void CheckLocks(Thread *thr, Handle *handle, const Site *site, uptr pc,
                uptr bp);

} // namespace __mapsan

#endif // MAPSAN_DISCIPLINE_H
