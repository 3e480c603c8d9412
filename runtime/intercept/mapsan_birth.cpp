// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Creation, join and detachment of threads: see mapsan_birth.h.

#include "mapsan_birth.h"

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_code.h"
#include "../clock/mapsan_stack.h"
#include "mapsan_intercept.h"
#include "mapsan_libc_objects.h"
#include "sanitizer_common/sanitizer_libc.h"

extern "C" __sanitizer::uptr pthread_self();

namespace __mapsan {
namespace {

enum HandleState : u32 { kUnset, kBeingSet, kSet };

// Returns when it is set, whoever does it.
void SetHandle(Birth *birth, uptr handle) {
  u32 state = kUnset;
  if (!atomic_compare_exchange_strong(&birth->handle, &state, u32(kBeingSet),
                                      memory_order_acquire)) {
    while (atomic_load(&birth->handle, memory_order_acquire) != kSet)
      internal_sched_yield();
    return;
  }
  ThreadSetHandle(birth->child, handle);
  // Release: the other goes on with the record as it was left here.
  atomic_store(&birth->handle, kSet, memory_order_release);
}

void Leave(Birth *birth) {
  if (atomic_fetch_sub(&birth->users, 1, memory_order_acq_rel) == 1)
    RuntimeFree(birth);
}

} // namespace

Birth *ThreadConceived(void *start, void *arg, const void *attr, uptr pc,
                       uptr bp) {
  Thread *self = CurrentThread();
  // A thread of the runtime's own, or of a handler that interrupted it. One
  // that a finishing thread starts still counts; it has no parent.
  if (!Active() || (!self && CurrentThreadRaw()))
    return nullptr;
  ScopedRuntimeIfAny inside;
  Suspect creator = 0;
  u32 stack = 0;
  if (self)
    stack = StackIdOfCreation(self, pc, bp, &creator);
  else if (!IsInstrumented(pc))
    creator = SuspectAt(pc);
  // What a library creates for its own ends is told what it needs by spawns.
  bool inherits = self && !InModelledCall(self);
  Thread *child = ThreadCreate(self, stack, CreatesDetached(attr), inherits);
  if (!child)
    return nullptr;
  ThreadStartedBy(child, creator);
  Birth *birth = static_cast<Birth *>(RuntimeAlloc(sizeof(Birth)));
  birth->start = start;
  birth->arg = arg;
  birth->child = child;
  birth->feed = self && !inherits ? FeedOfChild(self) : 0;
  birth->has_own_mask = SetsSignalMask(attr);
  BlockSignals(&birth->mask);
  atomic_store(&birth->handle, kUnset, memory_order_relaxed);
  atomic_store(&birth->users, 2, memory_order_relaxed);
  return birth;
}

void ThreadDelivered(Birth *birth, bool created, const void *handle) {
  __sanitizer_sigset_t mask = birth->mask;
  {
    ScopedRuntimeIfAny inside;
    if (created) {
      SetHandle(birth, *static_cast<const uptr *>(handle));
      Leave(birth);
    } else {
      ThreadCreateFailed(birth->child);
      RuntimeFree(birth);
    }
  }
  SetSigProcMask(&mask, nullptr);
}

void ThreadBegins(Birth *birth) {
  Thread *self = birth->child;
  self->in_runtime++; // finding the stack's bounds may allocate
  ThreadStart(self);
  BeginFed(self, birth->feed);
  SetHandle(birth, pthread_self());
  __sanitizer_sigset_t mask = birth->mask;
  bool has_own_mask = birth->has_own_mask;
  Leave(birth);
  WatchThreadEnd();
  self->in_runtime--;
  if (!has_own_mask)
    SetSigProcMask(&mask, nullptr);
}

Thread *FindThread(uptr handle) {
  Thread *self = CurrentThread();
  if (!self)
    return nullptr;
  ScopedRuntime inside(self);
  return ThreadByHandle(handle);
}

void JoinSucceeded(Thread *child) {
  Thread *self = CurrentThread();
  if (!child || !self)
    return;
  ScopedRuntime inside(self);
  ThreadJoined(self, child);
}

void JoinPretended(Thread *child) {
  Thread *self = CurrentThread();
  if (!child || !self)
    return;
  ScopedRuntime inside(self);
  self->clock.Raise(child->clock.slot(), child->clock.OpenEpoch());
}

void DetachSucceeded(Thread *child) {
  Thread *self = CurrentThread();
  if (!child || !self)
    return;
  ScopedRuntime inside(self);
  ThreadDetached(child);
}

} // namespace __mapsan
