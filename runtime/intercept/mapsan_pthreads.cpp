// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Threads: creation, join, detachment, names. Their end: mapsan_thread_end.cpp.

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_stack.h"
#include "../clock/mapsan_thread.h"
#include "mapsan_frameless.h"
#include "mapsan_intercept.h"
#include "mapsan_libc_objects.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

extern "C" __sanitizer::uptr pthread_self();

namespace __mapsan {
namespace {

/// What the parent hands to the child. Freed by whoever is last to need it.
///
/// Parent and child race to tie the pthread_t to the record. Both must be able
/// to: the parent may join at once, the child may be detached, over and its
/// record in other hands before the parent returns. So the parent does it only
/// if it comes first, and the child then waits until it is done.
struct Birth {
  void *(*start)(void *);
  void *arg;
  Thread *child;
  atomic_uint32_t handle; // HandleState
  atomic_uint32_t users;
};
enum HandleState : u32 { kUnset, kBeingSet, kSet };

bool SetHandle(Birth *birth, uptr handle) {
  u32 state = kUnset;
  if (!atomic_compare_exchange_strong(&birth->handle, &state, u32(kBeingSet),
                                      memory_order_acquire))
    return false;
  ThreadSetHandle(birth->child, handle);
  // Release: the child goes on with the record as the parent left it.
  atomic_store(&birth->handle, kSet, memory_order_release);
  return true;
}

void Leave(Birth *birth) {
  if (atomic_fetch_sub(&birth->users, 1, memory_order_acq_rel) == 1)
    RuntimeFree(birth);
}

void *Begin(void *arg) {
  Birth *birth = static_cast<Birth *>(arg);
  void *(*start)(void *) = birth->start;
  void *start_arg = birth->arg;
  Thread *self = birth->child;
  self->in_runtime++; // finding the stack's bounds may allocate
  ThreadStart(self);
  if (!SetHandle(birth, pthread_self()))
    while (atomic_load(&birth->handle, memory_order_acquire) != kSet)
      internal_sched_yield();
  Leave(birth);
  WatchThreadEnd();
  self->in_runtime--;
  // No frame of ours stays below the thread's own.
  [[clang::musttail]] return start(start_arg);
}

// A join that has succeeded. `child` was looked up before: afterwards its
// pthread_t may be another thread's.
int Joined(int result, Thread *child) {
  Thread *self = CurrentThread();
  if (result || !child || !self)
    return result;
  ScopedRuntime inside(self);
  ThreadJoined(self, child);
  return result;
}

Thread *Find(uptr handle) {
  return CurrentThread() ? ThreadByHandle(handle) : nullptr;
}

} // namespace
} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, pthread_create, void *handle, const void *attr,
            void *(*start)(void *), void *arg) {
  Thread *self = CurrentThread();
  Thread *raw = CurrentThreadRaw();
  // A thread of the runtime's own, or of a handler that interrupted it. One
  // that a finishing thread starts still counts; it has no parent.
  if (!Active() || (raw && !self))
    return real::pthread_create(handle, attr, start, arg);
  if (self)
    ScopedRuntime::Enter(self);
  uptr caller = ProgramCaller(GET_CALLER_PC(), GET_CURRENT_FRAME());
  u32 stack = self ? StackIdHere(self, caller, GET_CURRENT_FRAME()) : 0;
  Birth *birth = static_cast<Birth *>(RuntimeAlloc(sizeof(Birth)));
  birth->start = start;
  birth->arg = arg;
  birth->child = ThreadCreate(self, stack, CreatesDetached(attr));
  atomic_store(&birth->handle, kUnset, memory_order_relaxed);
  atomic_store(&birth->users, 2, memory_order_relaxed);
  if (self)
    ScopedRuntime::Leave(self);

  int result = real::pthread_create(handle, attr, Begin, birth);

  if (self)
    ScopedRuntime::Enter(self);
  if (result) {
    ThreadCreateFailed(birth->child);
    RuntimeFree(birth);
  } else {
    SetHandle(birth, *static_cast<uptr *>(handle));
    Leave(birth);
  }
  if (self)
    ScopedRuntime::Leave(self);
  return result;
}

INTERCEPTOR(int, pthread_join, uptr handle, void **value) {
  Thread *child = Find(handle);
  return Joined(real::pthread_join(handle, value), child);
}

INTERCEPTOR(int, pthread_tryjoin_np, uptr handle, void **value) {
  Thread *child = Find(handle);
  return Joined(real::pthread_tryjoin_np(handle, value), child);
}

INTERCEPTOR(int, pthread_timedjoin_np, uptr handle, void **value,
            const void *until) {
  Thread *child = Find(handle);
  return Joined(real::pthread_timedjoin_np(handle, value, until), child);
}

INTERCEPTOR(int, pthread_clockjoin_np, uptr handle, void **value, int clock,
            const void *until) {
  Thread *child = Find(handle);
  return Joined(real::pthread_clockjoin_np(handle, value, clock, until), child);
}

INTERCEPTOR(int, pthread_detach, uptr handle) {
  Thread *child = Find(handle);
  int result = real::pthread_detach(handle);
  if (Thread *self = CurrentThread(); self && child && !result) {
    ScopedRuntime inside(self);
    ThreadDetached(child);
  }
  return result;
}

INTERCEPTOR(int, pthread_setname_np, uptr handle, const char *name) {
  int result = real::pthread_setname_np(handle, name);
  if (!result)
    if (Thread *child = Find(handle))
      ThreadSetName(child, name);
  return result;
}
