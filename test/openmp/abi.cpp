// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %compile -fsyntax-only -I%mapsan_source/runtime/intercept %s

// Intent: what MapSan declares of OMPT for itself is what OpenMP's own header
// says: numbers, structures, parameters of each callback.

#include <cstddef>
#include <mapsan_ompt_abi.h>
#include <omp-tools.h>
#include <type_traits>

namespace ompt = __mapsan::ompt;

#define SAME(Ours, Theirs)                                                     \
  static_assert(static_cast<int>(ompt::Ours) == static_cast<int>(Theirs),      \
                #Ours " is not " #Theirs)

SAME(kThreadBegin, ompt_callback_thread_begin);
SAME(kParallelBegin, ompt_callback_parallel_begin);
SAME(kTaskCreate, ompt_callback_task_create);
SAME(kTaskSchedule, ompt_callback_task_schedule);
SAME(kImplicitTask, ompt_callback_implicit_task);
SAME(kSyncRegionWait, ompt_callback_sync_region_wait);
SAME(kMutexReleased, ompt_callback_mutex_released);
SAME(kDependences, ompt_callback_dependences);
SAME(kWork, ompt_callback_work);
SAME(kSyncRegion, ompt_callback_sync_region);
SAME(kLockInit, ompt_callback_lock_init);
SAME(kLockDestroy, ompt_callback_lock_destroy);
SAME(kMutexAcquired, ompt_callback_mutex_acquired);
SAME(kFlush, ompt_callback_flush);
SAME(kReduction, ompt_callback_reduction);
SAME(kThreadWorker, ompt_thread_worker);
SAME(kBegin, ompt_scope_begin);
SAME(kEnd, ompt_scope_end);
SAME(kBeginEnd, ompt_scope_beginend);
SAME(kBarrierExplicit, ompt_sync_region_barrier_explicit);
SAME(kBarrierImplementation, ompt_sync_region_barrier_implementation);
SAME(kTaskwait, ompt_sync_region_taskwait);
SAME(kTaskgroup, ompt_sync_region_taskgroup);
SAME(kReductionRegion, ompt_sync_region_reduction);
SAME(kBarrierImplicitWorkshare, ompt_sync_region_barrier_implicit_workshare);
SAME(kBarrierImplicitParallel, ompt_sync_region_barrier_implicit_parallel);
SAME(kBarrierTeams, ompt_sync_region_barrier_teams);
SAME(kWorkLoop, ompt_work_loop);
SAME(kWorkLoopStatic, ompt_work_loop_static);
SAME(kWorkLoopDynamic, ompt_work_loop_dynamic);
SAME(kWorkLoopGuided, ompt_work_loop_guided);
SAME(kWorkLoopOther, ompt_work_loop_other);
SAME(kLock, ompt_mutex_lock);
SAME(kTestLock, ompt_mutex_test_lock);
SAME(kNestLock, ompt_mutex_nest_lock);
SAME(kTestNestLock, ompt_mutex_test_nest_lock);
SAME(kCritical, ompt_mutex_critical);
SAME(kAtomic, ompt_mutex_atomic);
SAME(kOrdered, ompt_mutex_ordered);
SAME(kInitialTask, ompt_task_initial);
SAME(kTaskwaitTask, ompt_task_taskwait);
SAME(kUntiedTask, ompt_task_untied);
SAME(kTaskComplete, ompt_task_complete);
SAME(kTaskYield, ompt_task_yield);
SAME(kTaskCancel, ompt_task_cancel);
SAME(kTaskDetach, ompt_task_detach);
SAME(kTaskEarlyFulfill, ompt_task_early_fulfill);
SAME(kTaskLateFulfill, ompt_task_late_fulfill);
SAME(kTaskSwitch, ompt_task_switch);
SAME(kTaskwaitComplete, ompt_taskwait_complete);
SAME(kIn, ompt_dependence_type_in);
SAME(kOut, ompt_dependence_type_out);
SAME(kInOut, ompt_dependence_type_inout);
SAME(kMutexInOutSet, ompt_dependence_type_mutexinoutset);
SAME(kSource, ompt_dependence_type_source);
SAME(kSink, ompt_dependence_type_sink);
SAME(kInOutSet, ompt_dependence_type_inoutset);
SAME(kOutAllMemory, ompt_dependence_type_out_all_memory);
SAME(kInOutAllMemory, ompt_dependence_type_inout_all_memory);

static_assert(sizeof(ompt::Data) == sizeof(ompt_data_t), "");
static_assert(sizeof(ompt::Dependence) == sizeof(ompt_dependence_t), "");
static_assert(offsetof(ompt::Dependence, type) ==
                  offsetof(ompt_dependence_t, dependence_type),
              "");
static_assert(sizeof(ompt::StartToolResult) == sizeof(ompt_start_tool_result_t),
              "");
static_assert(offsetof(ompt::StartToolResult, tool) ==
                  offsetof(ompt_start_tool_result_t, tool_data),
              "");

// Arguments go into the same registers: both are addresses, or integers of one
// size.
template <class A, class B>
constexpr bool kAlike =
    std::is_pointer_v<A> == std::is_pointer_v<B> && sizeof(A) == sizeof(B);
template <class A, class B> struct Fits : std::false_type {};
template <class R, class S, class... A, class... B>
struct Fits<R(A...), S (*)(B...)> {
  static constexpr bool Parameters() {
    if constexpr (sizeof...(A) == sizeof...(B))
      return (kAlike<A, B> && ...);
    else
      return false;
  }
  static constexpr bool value = Parameters() &&
                                std::is_pointer_v<R> == std::is_pointer_v<S> &&
                                std::is_void_v<R> == std::is_void_v<S>;
};

namespace __mapsan {
namespace ompt {
#define MAPSAN_OMPT_EVENT(Number, Handler, Parameters)                         \
  using Handler##Params = void Parameters;
#include <mapsan_ompt.inc>
} // namespace ompt
} // namespace __mapsan

#define FITS(Handler, Type)                                                    \
  static_assert(Fits<ompt::Handler##Params, ompt_callback_##Type##_t>::value,  \
                #Handler " is not called like that")
FITS(ThreadBegin, thread_begin);
FITS(ParallelBegin, parallel_begin);
FITS(ImplicitTask, implicit_task);
FITS(SyncRegionBeginsOrEnds, sync_region);
FITS(SyncRegionWait, sync_region);
FITS(Reduction, sync_region);
FITS(Flush, flush);
FITS(TaskCreate, task_create);
FITS(TaskSchedule, task_schedule);
FITS(TaskDependences, dependences);
FITS(WorkBeginsOrEnds, work);
FITS(LockInit, mutex_acquire);
FITS(LockDestroy, mutex);
FITS(MutexAcquired, mutex);
FITS(MutexReleased, mutex);
static_assert(
    Fits<std::remove_pointer_t<ompt::SetCallback>, ompt_set_callback_t>::value,
    "");
static_assert(
    Fits<std::remove_pointer_t<ompt::GetTaskInfo>, ompt_get_task_info_t>::value,
    "");
