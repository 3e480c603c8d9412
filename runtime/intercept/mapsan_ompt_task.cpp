// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tasks and taskgroups: see mapsan_ompt_task.h.

#include "mapsan_ompt_task.h"

#include "../clock/mapsan_alloc.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {
namespace ompt {

static void LeaveGroup(Group *group) {
  if (!group || atomic_fetch_sub(&group->refs, 1, memory_order_acq_rel) != 1)
    return;
  group->clock.Clear();
  RuntimeFree(group);
}

static Task *Allocate(int flags) {
  auto *task = static_cast<Task *>(RuntimeAlloc(sizeof(Task)));
  internal_memset(task, 0, sizeof(*task));
  atomic_store(&task->refs, 1, memory_order_relaxed);
  task->flags = flags;
  return task;
}

Task *NewImplicitTask(Team *team, u32 size, int flags) {
  Task *task = Allocate(flags);
  task->started = true;
  task->team = team;
  task->phase = JoinTeam(team, size);
  return task;
}

Task *NewTask(Task *parent, int flags) {
  Task *task = Allocate(flags);
  if (!parent)
    return task;
  atomic_fetch_add(&parent->refs, 1, memory_order_relaxed);
  task->parent = parent;
  task->team = parent->team;
  task->phase = parent->phase;
  ScopedLock lock(&parent->lock);
  task->group = parent->group;
  if (task->group)
    atomic_fetch_add(&task->group->refs, 1, memory_order_relaxed);
  return task;
}

void EndTask(Data *data) {
  Task *task = TaskOf(data);
  data->ptr = nullptr;
  if (!task)
    return;
  LeaveGroup(task->group);
  task->group = nullptr;
  task->dependences.Clear();
  // Its children may outlive it, and so on upwards.
  while (task && atomic_fetch_sub(&task->refs, 1, memory_order_acq_rel) == 1) {
    Task *parent = task->parent;
    task->resumption.Clear();
    task->children.Clear();
    task->siblings.Clear();
    RuntimeFree(task);
    task = parent;
  }
}

void BeginGroup(Task *task, bool across_team) {
  auto *group = static_cast<Group *>(RuntimeAlloc(sizeof(Group)));
  internal_memset(group, 0, sizeof(*group));
  group->across_team = across_team;
  atomic_store(&group->refs, 1, memory_order_relaxed);
  ScopedLock lock(&task->lock);
  group->outer = task->group;
  task->group = group;
}

Group *GroupOf(Task *task) {
  ScopedLock lock(&task->lock);
  return task->group;
}

void EndGroup(Task *task) {
  Group *group;
  {
    ScopedLock lock(&task->lock);
    group = task->group;
    if (group)
      task->group = group->outer;
  }
  LeaveGroup(group);
}

} // namespace ompt
} // namespace __mapsan
