// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A task of OpenMP: what it must wait for, and who waits for it.
//
//   created -- resumption --> starts -- ... --> is over
//                               |                 |-- phase: next barrier
//                               | (untied: may    |-- children of its parent:
//                               |  go on in       |   taskwait
//                               |  another        |-- group: end of taskgroup
//                               |  thread)        '-- dependences: later tasks

#ifndef MAPSAN_OMPT_TASK_H
#define MAPSAN_OMPT_TASK_H

#include "mapsan_ompt_abi.h"
#include "mapsan_ompt_dependences.h"
#include "mapsan_ompt_team.h"

namespace __mapsan {
namespace ompt {

/// A taskgroup: all tasks that are made in it, and theirs. Freed when its end
/// was reached and its tasks are over.
struct Group {
  Published clock;  // tasks that are over
  Group *outer;     // of the task that began this one
  bool across_team; // libomp's own, for a reduction(task, ...) clause
  atomic_uint32_t refs;
};

/// Implicit, initial or explicit; also the pretended one of a taskwait with
/// dependences. Belongs to the thread that executes it, except where said.
/// Freed when it is over and its children are.
struct Task {
  atomic_uint32_t refs;
  int flags; // TaskFlag
  bool started;
  bool in_barrier;
  bool ends_region; // of the thread that began it
  u32 loops;        // worksharing loops that this implicit task has met
  Task *parent;
  Team *team;   // null: not known
  Phase *phase; // null: not known
  // The tasks of a taskloop may be made by another thread than the parent's.
  SequenceLock lock;
  Group *group; // the innermost it is in; under the lock
  Published resumption;
  Published children; // that are over
  Dependences dependences;
  Siblings siblings; // among its children
};

/// The task that `data` was given to; null if none was.
inline Task *TaskOf(const Data *data) {
  return data ? static_cast<Task *>(data->ptr) : nullptr;
}

/// An implicit or initial task begins in `team`.
Task *NewImplicitTask(Team *team, u32 size, int flags);
/// A child of `parent`, which may be null: not known.
Task *NewTask(Task *parent, int flags);
/// It is over. Forgets `data`, too: OpenMP may announce an end twice.
void EndTask(Data *data);

void BeginGroup(Task *task, bool across_team);
/// Of the innermost; null if there is none.
Group *GroupOf(Task *task);
void EndGroup(Task *task);

} // namespace ompt
} // namespace __mapsan

#endif // MAPSAN_OMPT_TASK_H
