// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Explicit tasks (OpenMP 5.2, 12 and 15.5 to 15.9): creation, scheduling,
// taskwait, taskgroup, dependences, detachment; doacross loops.
//
// Two tasks that one thread executes one after the other are ordered by that,
// as in any C++ program; what is drawn here are the edges between threads.

#include "mapsan_ompt.h"

namespace __mapsan {
namespace ompt {

void TaskCreate(Data *parent, const void *, Data *data, int flags, int,
                const void *) {
  // A part of an untied task that is queued again was there before.
  if ((flags & kInitialTask) || data->ptr)
    return;
  Event event;
  Task *task = NewTask(TaskOf(parent), flags);
  data->ptr = task;
  // Before libomp hands it to other threads, after all arguments are copied.
  event.Publish(Rule::omp_task_begin, &task->resumption);
}

// Each of these waits until the task is over. They hear of it before libomp
// counts it as such.
static void PublishCompletion(Event *event, Task *task) {
  if (task->phase)
    event->Publish(Rule::omp_task_barrier, &task->phase->clock);
  if (Group *group = GroupOf(task))
    event->Publish(Rule::omp_taskgroup, &group->clock);
  if (!task->parent)
    return;
  event->Publish(Rule::omp_taskwait, &task->parent->children);
  task->dependences.Publish(event, &task->parent->siblings);
}

static void Starts(Event *event, Task *task) {
  if (!task || (task->started && !(task->flags & kUntiedTask)))
    return; // a tied task goes on where it was
  event->Draw(task->started ? Rule::omp_untied : Rule::omp_task_begin,
              &task->resumption);
  if (!task->started && task->parent)
    task->dependences.Draw(event, &task->parent->siblings);
  task->started = true;
}

static void Suspends(Event *event, Task *task) {
  if (task && (task->flags & kUntiedTask))
    event->Publish(Rule::omp_untied, &task->resumption);
}

void TaskSchedule(Data *prior_data, int status, Data *next_data) {
  Event event;
  Task *prior = TaskOf(prior_data);
  switch (status) {
  case kTaskEarlyFulfill:
  case kTaskDetach:
    // Over is what has both reached its end and been fulfilled: each of the
    // two has its say, and neither learns of the other.
    if (prior)
      PublishCompletion(&event, prior);
    break;
  case kTaskwaitComplete:
    if (prior && prior->parent)
      prior->dependences.Draw(&event, &prior->parent->siblings);
    EndTask(prior_data);
    break;
  case kTaskCancel:
    if (prior && (prior->flags & kUntiedTask)) {
      // libomp says so at each of its scheduling points.
      Suspends(&event, prior);
      PublishCompletion(&event, prior);
      break;
    }
    [[fallthrough]];
  case kTaskComplete:
  case kTaskLateFulfill:
    if (prior)
      PublishCompletion(&event, prior);
    EndTask(prior_data);
    break;
  default:
    Suspends(&event, prior);
  }
  if (status != kTaskEarlyFulfill && status != kTaskLateFulfill)
    Starts(&event, TaskOf(next_data));
}

void TaskwaitEnds(Task *task) {
  Event event;
  event.Draw(Rule::omp_taskwait, &task->children);
  if (atomic_load(&task->refs, memory_order_acquire) == 1)
    task->siblings.Clear(); // no child is left
}

void TaskgroupBegins(Task *task, const void *pc) {
  ScopedRuntimeIfAny inside;
  // Begun by libomp itself: for a reduction(task, ...) clause.
  BeginGroup(task, CallerIsInternal(reinterpret_cast<uptr>(pc)));
}

void TaskgroupWaited(Task *task) {
  Event event;
  Group *group = GroupOf(task);
  if (!group)
    return;
  event.Draw(Rule::omp_taskgroup, &group->clock);
  // The last of the team combines the parts of all.
  if (group->across_team && task->phase) {
    event.Publish(Rule::omp_reduction, &task->phase->reduction);
    event.Draw(Rule::omp_reduction, &task->phase->reduction);
  }
}

// --- doacross loops (OpenMP 5.2, 15.9.6)

// All threads of a team meet the same worksharing loops in the same order.
void WorkBeginsOrEnds(int kind, int endpoint, Data *, Data *data,
                      unsigned long long, const void *) {
  bool loop =
      kind == kWorkLoop || (kind >= kWorkLoopStatic && kind <= kWorkLoopOther);
  Task *task = TaskOf(data);
  if (task && loop && endpoint == kBegin)
    task->loops++;
}

static void Doacross(Task *task, const Dependence *vector, int count) {
  if (!task->phase)
    return;
  // As good as the vector itself: mixed well enough not to meet by accident.
  u64 key = task->loops;
  for (int i = 0; i < count; i++) {
    key = key * 0x9e3779b97f4a7c15ull + vector[i].variable.value;
    key = (key ^ key >> 29) * 0xbf58476d1ce4e5b9ull;
  }
  Event event;
  Published *posted = &task->phase->iterations.Find(key)->posted;
  // Told before the iteration is posted, and after the wait for it.
  if (vector[0].type == kSource)
    event.Publish(Rule::omp_doacross, posted);
  else
    event.Draw(Rule::omp_doacross, posted);
}

void TaskDependences(Data *data, const Dependence *list, int count) {
  Task *task = TaskOf(data);
  if (!task || count <= 0)
    return;
  if (list[0].type == kSource || list[0].type == kSink)
    return Doacross(task, list, count);
  ScopedRuntimeIfAny inside;
  if (task->parent)
    task->dependences.Set(&task->parent->siblings, list, count);
}

} // namespace ompt
} // namespace __mapsan
