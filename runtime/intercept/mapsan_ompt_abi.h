// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The part of OMPT, OpenMP's interface for tools (OpenMP 5.2, chapter 19), that
// MapSan uses. Declared here because a compiler need not come with
// omp-tools.h; test/openmp/abi.cpp compares every line with it.

#ifndef MAPSAN_OMPT_ABI_H
#define MAPSAN_OMPT_ABI_H

namespace __mapsan {
namespace ompt {

/// A word that OpenMP keeps for the tool with each task, region and thread.
union Data {
  unsigned long long value;
  void *ptr;
};

using AnyFunction = void (*)();
/// Finds the runtime's entry points by name; null if there is none.
using Lookup = AnyFunction (*)(const char *name);

struct StartToolResult {
  int (*initialize)(Lookup lookup, int initial_device, Data *tool);
  void (*finalize)(Data *tool);
  Data tool;
};

// Entry points.
using SetCallback = int (*)(int event, AnyFunction callback);
using GetTaskInfo = int (*)(int ancestor_level, int *flags, Data **task,
                            void **frame, Data **parallel, int *thread_num);

enum EventNumber : int {
  kThreadBegin = 1,
  kParallelBegin = 3,
  kTaskCreate = 5,
  kTaskSchedule = 6,
  kImplicitTask = 7,
  kSyncRegionWait = 16,
  kMutexReleased = 17,
  kDependences = 18,
  kWork = 20,
  kSyncRegion = 23,
  kLockInit = 24,
  kLockDestroy = 25,
  kMutexAcquired = 27,
  kFlush = 29,
  kReduction = 31,
};

enum ThreadType : int { kThreadWorker = 2 };

enum Endpoint : int { kBegin = 1, kEnd = 2, kBeginEnd = 3 };

enum SyncRegion : int {
  kBarrier = 1,
  kBarrierImplicit = 2,
  kBarrierExplicit = 3,
  kBarrierImplementation = 4,
  kTaskwait = 5,
  kTaskgroup = 6,
  kReductionRegion = 7,
  kBarrierImplicitWorkshare = 8,
  kBarrierImplicitParallel = 9,
  kBarrierTeams = 10,
};

enum Work : int {
  kWorkLoop = 1,
  kWorkLoopStatic = 10,
  kWorkLoopDynamic = 11,
  kWorkLoopGuided = 12,
  kWorkLoopOther = 13,
};

enum Mutex : int {
  kLock = 1,
  kTestLock = 2,
  kNestLock = 3,
  kTestNestLock = 4,
  kCritical = 5,
  kAtomic = 6,
  kOrdered = 7,
};

enum TaskFlag : int {
  kInitialTask = 0x00000001,
  kTaskwaitTask = 0x00000010,
  kUntiedTask = 0x10000000,
};

enum TaskStatus : int {
  kTaskComplete = 1,
  kTaskYield = 2,
  kTaskCancel = 3,
  kTaskDetach = 4,
  kTaskEarlyFulfill = 5,
  kTaskLateFulfill = 6,
  kTaskSwitch = 7,
  kTaskwaitComplete = 8,
};

enum DependenceType : int {
  kIn = 1,
  kOut = 2,
  kInOut = 3,
  kMutexInOutSet = 4,
  kSource = 5,
  kSink = 6,
  kInOutSet = 7,
  kOutAllMemory = 34,
  kInOutAllMemory = 35,
};

struct Dependence {
  Data variable;
  int type;
};

} // namespace ompt
} // namespace __mapsan

#endif // MAPSAN_OMPT_ABI_H
