// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parallel regions, barriers, reductions (OpenMP 5.2, 10.1, 15.3, 5.5). What
// synchronises is told by OMPT (19.5.2); the comments say what libomp adds.

#include "mapsan_ompt.h"

namespace __mapsan {
namespace ompt {

void ThreadBegin(int type, Data *) {
  Event event;
  ThreadInfo info;
  if (type == kThreadWorker && event.thread() &&
      ThreadInfoById(event.thread()->tid, &info) && !info.name[0])
    ThreadSetName(event.thread(), "OpenMP worker");
}

static Team *TeamOf(const Data *parallel) {
  return parallel ? static_cast<Team *>(parallel->ptr) : nullptr;
}

void ParallelBegin(Data *, const void *, Data *parallel, unsigned, int,
                   const void *) {
  Event event;
  Team *team = NewTeam();
  parallel->ptr = team;
  event.Publish(Rule::omp_parallel_begin, &team->fork);
}

static void ImplicitTaskBegins(Data *parallel, Data *data, unsigned size,
                               unsigned index, int flags) {
  Event event;
  Team *team = TeamOf(parallel);
  bool alone = !team; // the initial task, which no region began
  if (alone) {
    team = NewTeam();
    if (parallel)
      parallel->ptr = team;
  }
  Task *task = NewImplicitTask(team, size ? size : 1, flags);
  task->ends_region = alone || index == 0;
  data->ptr = task;
  event.Draw(Rule::omp_parallel_begin, &team->fork);
}

static void ImplicitTaskEnds(Data *data, unsigned index) {
  Event event;
  Task *task = TaskOf(data);
  if (!task)
    return;
  // The thread that began the region waits for all others. They hear of the
  // end when they are wanted for something else, with which it has nothing to
  // do.
  if (index == 0 || !RuleHolds(Rule::omp_late_end))
    event.Draw(Rule::omp_parallel_end, &task->phase->clock);
  Team *team = task->team;
  bool ends_region = task->ends_region;
  EndTask(data);
  LeaveTeam(team);
  // Not when libomp says that the region ends: the data that it passes then
  // may be another region's already, which got the team's memory.
  if (ends_region)
    LeaveTeam(team);
}

void ImplicitTask(int endpoint, Data *parallel, Data *task, unsigned size,
                  unsigned index, int flags) {
  if (endpoint == kBegin)
    ImplicitTaskBegins(parallel, task, size, index, flags);
  else if (endpoint == kEnd)
    ImplicitTaskEnds(task, index);
}

static bool IsJoin(int kind) {
  return kind == kBarrierImplicitParallel || kind == kBarrierTeams;
}

static void BarrierBegins(Task *task, int kind) {
  Event event;
  task->in_barrier = true;
  event.Publish(IsJoin(kind) ? Rule::omp_parallel_end : Rule::omp_barrier,
                &task->phase->clock);
}

static void BarrierEnds(Task *task, int kind) {
  Event event;
  task->in_barrier = false;
  if (IsJoin(kind))
    return; // ImplicitTaskEnds follows
  event.Draw(Rule::omp_barrier, &task->phase->clock);
  task->phase = LeavePhase(task->team, task->phase);
  // No task is left: what they said of their dependences is known by now.
  if (atomic_load(&task->refs, memory_order_acquire) == 1)
    task->siblings.Clear();
}

void SyncRegionBeginsOrEnds(int kind, int endpoint, Data *, Data *data,
                            const void *pc) {
  Task *task = TaskOf(data);
  if (!task)
    return;
  switch (kind) {
  case kBarrier:
  case kBarrierImplicit:
  case kBarrierExplicit:
  case kBarrierImplementation:
  case kBarrierImplicitWorkshare:
  case kBarrierImplicitParallel:
  case kBarrierTeams:
    if (!task->phase)
      return;
    if (endpoint != kEnd)
      BarrierBegins(task, kind);
    if (endpoint != kBegin)
      BarrierEnds(task, kind);
    break;
  case kTaskwait:
    if (endpoint != kBegin)
      TaskwaitEnds(task);
    break;
  case kTaskgroup:
    if (endpoint == kBegin) {
      TaskgroupBegins(task, pc);
    } else if (endpoint == kEnd) {
      ScopedRuntimeIfAny inside;
      EndGroup(task);
    }
    break;
  }
}

void SyncRegionWait(int kind, int endpoint, Data *, Data *data, const void *) {
  Task *task = TaskOf(data);
  // The waiting is over before libomp combines a reduction's parts, and only
  // then the region.
  if (task && kind == kTaskgroup && endpoint == kEnd)
    TaskgroupWaited(task);
}

// On its way through the barrier at its end a thread combines what others who
// have arrived there bring, and passes the result on. (Where libomp uses a
// critical section instead, it is one to us, too.)
void Reduction(int, int endpoint, Data *, Data *data, const void *) {
  Task *task = TaskOf(data);
  if (!task || !task->phase || !task->in_barrier)
    return;
  Event event;
  if (endpoint == kBegin)
    event.Draw(Rule::omp_reduction, &task->phase->clock);
  else if (endpoint == kEnd)
    event.Publish(Rule::omp_reduction, &task->phase->clock);
}

void Flush(Data *, const void *) {
  Event event;
  event.Flush(memory_order_seq_cst);
}

} // namespace ompt
} // namespace __mapsan
