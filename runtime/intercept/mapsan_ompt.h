// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// MapSan as a tool of OpenMP: what libomp calls, and what it is asked.

#ifndef MAPSAN_OMPT_H
#define MAPSAN_OMPT_H

#include "mapsan_ompt_task.h"

namespace __mapsan {
namespace ompt {

#define MAPSAN_OMPT_EVENT(Number, Handler, Params) void Handler Params;
#include "mapsan_ompt.inc"

/// The task that the calling thread is in; null: not known.
Task *CurrentTask();

// Parts of SyncRegionBeginsOrEnds and SyncRegionWait (mapsan_ompt_tasking.cpp).
void TaskwaitEnds(Task *task);
void TaskgroupBegins(Task *task, const void *pc);
void TaskgroupWaited(Task *task);

} // namespace ompt
} // namespace __mapsan

#endif // MAPSAN_OMPT_H
