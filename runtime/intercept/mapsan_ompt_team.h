// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A team of OpenMP threads in a parallel region (or of initial threads in a
// `teams` region), and the phases between its barriers.
//
//   parallel_begin -- fork --> implicit task, implicit task, ...
//     phase 0 .......... each releases to phase 0's clock, acquires it,
//     ---- barrier ----  and goes on to phase 1
//     phase 1 ..........
//     -- the join ------ workers release to the last phase's clock; the thread
//                        that began the region acquires it, and ends it

#ifndef MAPSAN_OMPT_TEAM_H
#define MAPSAN_OMPT_TEAM_H

#include "../clock/mapsan_published.h"
#include "mapsan_ompt_table.h"

namespace __mapsan {
namespace ompt {

/// Which side of a mutual exclusion is at work (mapsan_ompt_mutexes.cpp).
struct Turn {
  atomic_uint32_t taken;

  void Clear();
};

/// One iteration of a loop with `ordered depend` (a doacross loop).
struct Iteration {
  Published posted;

  void Clear() { posted.Clear(); }
};

/// What a team does between two barriers. One object per phase, held by each
/// thread until it has left the barrier at its end: of two threads, one may
/// arrive at the next barrier while the other is still on its way out of this
/// one. A task that was made in a phase is over before the phase ends.
struct Phase {
  Published clock;     // who arrived at the barrier; tasks that are over
  Published reduction; // who has finished with a reduction across the team
  Table<Turn> ordered; // the ordered regions, by loop
  Table<Iteration> iterations;
  atomic_uintptr_t next; // Phase *, once a thread has left this one
  atomic_uint32_t to_leave;
};

/// Freed when the region has ended and all of its implicit tasks have: those of
/// workers end when the workers are wanted elsewhere, long after the region.
struct Team {
  Published fork;
  atomic_uint32_t size, refs;
  Phase *oldest; // the first that not all have left
};

/// With one reference, the region's.
Team *NewTeam();
/// An implicit task of a team of `size` begins: its first phase.
Phase *JoinTeam(Team *team, u32 size);
/// The region or an implicit task ends.
void LeaveTeam(Team *team);
/// The calling thread leaves the barrier at the end of `phase`: the next one.
Phase *LeavePhase(Team *team, Phase *phase);

} // namespace ompt
} // namespace __mapsan

#endif // MAPSAN_OMPT_TEAM_H
