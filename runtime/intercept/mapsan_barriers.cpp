// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pthread barriers: what was done before the arrivals of a phase happens before
// all that its threads do when they have left.
//
// Which arrivals make a phase is decided inside pthread_barrier_wait and told
// to nobody: two threads that arrive at once, with more threads than the count
// about, may be let in in another order than we saw them come. A clock that may
// belong to another phase invents races or hides them. So a barrier of this
// process is ours, in the memory of the C library's: its lock decides who is in
// a phase and joins the clocks in the same step. A barrier shared with other
// processes stays the C library's, and all its phases count as one.

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_sync_object.h"
#include "mapsan_libc_objects.h"
#include "mapsan_locking.h"
#include "mapsan_real.h"
#include "sanitizer_common/sanitizer_linux.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {
namespace {

/// Those who arrive together. Held by each of them until it has left, however
/// far the barrier has come by then; the last frees it.
struct Phase {
  atomic_uint32_t over; // a futex
  atomic_uint32_t users;
  Snapshot *clock; // of all arrivals; constant once it is over
};

/// What we make of a pthread_barrier_t.
struct Barrier {
  atomic_uintptr_t mark; // MarkOf(this); the C library's begins otherwise
  SequenceLock lock;     // guards what follows
  u32 count;             // of arrivals in a phase
  u32 arrived;
  Phase *phase; // that has not enough of them yet; null: none has come
};

// No count of arrivals of the C library's, of which the barrier would have to
// see 2^63.
uptr MarkOf(const Barrier *barrier) { return ~reinterpret_cast<uptr>(barrier); }

bool IsOurs(const void *barrier) {
  const auto *ours = static_cast<const Barrier *>(barrier);
  return atomic_load(&ours->mark, memory_order_relaxed) == MarkOf(ours);
}

Phase *NewPhase() {
  auto *phase = static_cast<Phase *>(RuntimeAlloc(sizeof(Phase)));
  atomic_store(&phase->over, 0, memory_order_relaxed);
  atomic_store(&phase->users, 0, memory_order_relaxed);
  phase->clock = nullptr;
  return phase;
}

// `clock`: of the arriving thread; null: it does not synchronise. `last`: with
// this arrival the phase is complete.
Phase *Arrive(Barrier *barrier, Snapshot *clock, bool *last) {
  ScopedLock lock(&barrier->lock);
  if (!barrier->phase)
    barrier->phase = NewPhase();
  Phase *phase = barrier->phase;
  JoinInto(&phase->clock, clock);
  atomic_fetch_add(&phase->users, 1, memory_order_relaxed);
  *last = ++barrier->arrived == barrier->count;
  if (*last) {
    barrier->arrived = 0;
    barrier->phase = nullptr;
    if (!RuleHolds(Rule::barrier_phase)) {
      barrier->phase = NewPhase();
      JoinInto(&barrier->phase->clock, phase->clock);
    }
  }
  return phase;
}

void Leave(Phase *phase) {
  // Release, acquire: who frees it comes after all who used it.
  if (atomic_fetch_sub(&phase->users, 1, memory_order_acq_rel) != 1)
    return;
  Drop(phase->clock);
  RuntimeFree(phase);
}

// The barrier's memory is not touched after the arrival: whoever leaves first
// may destroy it.
int Wait(Barrier *barrier, Thread *thr) {
  bool last;
  Phase *phase;
  {
    ScopedRuntimeIfAny inside;
    phase = Arrive(barrier, thr ? ThreadSnap(thr) : nullptr, &last);
  }
  // Release, acquire: the clock is complete for whoever finds the phase over.
  if (last) {
    atomic_store(&phase->over, 1, memory_order_release);
    FutexWake(&phase->over, ~0u >> 1);
  } else {
    while (!atomic_load(&phase->over, memory_order_acquire))
      FutexWait(&phase->over, 0);
  }
  ScopedRuntimeIfAny inside;
  if (thr)
    ThreadAcquire(thr, phase->clock);
  Leave(phase);
  return last ? kSerialThread : 0;
}

int WaitShared(void *barrier, Thread *thr) {
  uptr addr = reinterpret_cast<uptr>(barrier);
  if (thr) {
    ScopedRuntime inside(thr);
    SyncReleaseJoin(thr, addr);
  }
  int result = real::pthread_barrier_wait(barrier);
  if (thr) {
    ScopedRuntime inside(thr);
    SyncAcquire(thr, addr);
  }
  return result;
}

} // namespace
} // namespace __mapsan

using namespace __mapsan;

INTERCEPTOR(int, pthread_barrier_init, void *barrier, const void *attr,
            unsigned count) {
  LockBorn(barrier, kBarrierSize);
  int result = real::pthread_barrier_init(barrier, attr, count);
  if (result || !Active() || BarrierIsShared(attr))
    return result; // (it has looked at the count)
  CHECK_LE(sizeof(Barrier), kBarrierSize);
  auto *ours = static_cast<Barrier *>(barrier);
  *ours = {};
  ours->count = count;
  atomic_store(&ours->mark, MarkOf(ours), memory_order_relaxed);
  return 0;
}

INTERCEPTOR(int, pthread_barrier_destroy, void *barrier) {
  LockBorn(barrier, kBarrierSize);
  if (!IsOurs(barrier))
    return real::pthread_barrier_destroy(barrier);
  atomic_store(&static_cast<Barrier *>(barrier)->mark, 0, memory_order_relaxed);
  return 0;
}

INTERCEPTOR(int, pthread_barrier_wait, void *barrier) {
  Thread *thr = Synchronising(Rule::barrier);
  if (thr && CallerIsInternal(GET_CALLER_PC()))
    thr = nullptr;
  return IsOurs(barrier) ? Wait(static_cast<Barrier *>(barrier), thr)
                         : WaitShared(barrier, thr);
}
