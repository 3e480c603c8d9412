// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// OpenMP's mutual exclusion: critical, ordered, omp_lock_t, omp_nest_lock_t
// (OpenMP 5.2, 15.2, 15.10.2, 18.9).
//
// libomp tells of a release when the next owner may have the lock already. So
// the next one's side of the story waits for the release to be told:
//
//   A: unlocks .......... MutexReleased (publishes)
//   B:        locks, MutexAcquired waits .......... acquires

#include "mapsan_ompt.h"

#include "../clock/mapsan_sync.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {
namespace ompt {

namespace {

/// A lock or critical section. Never freed: the next one at its address is
/// found here.
struct NamedTurn : Turn {
  NamedTurn *next;
  u64 id;
};

constexpr u32 kBuckets = 1024;
SequenceLock table_lock;
atomic_uintptr_t turns[kBuckets]; // NamedTurn *

NamedTurn *Search(uptr list, u64 id) {
  auto *turn = reinterpret_cast<NamedTurn *>(list);
  while (turn && turn->id != id)
    turn = turn->next;
  return turn;
}

Turn *TurnOfLock(u64 id) {
  atomic_uintptr_t *bucket = &turns[(id >> 3 ^ id >> 13) % kBuckets];
  // Acquire: entries are complete before they are there, and stay.
  if (Turn *turn = Search(atomic_load(bucket, memory_order_acquire), id))
    return turn;
  ScopedLock lock(&table_lock);
  uptr list = atomic_load(bucket, memory_order_relaxed);
  if (Turn *turn = Search(list, id))
    return turn;
  auto *turn = static_cast<NamedTurn *>(RuntimeAlloc(sizeof(NamedTurn)));
  internal_memset(turn, 0, sizeof(*turn));
  turn->id = id;
  turn->next = reinterpret_cast<NamedTurn *>(list);
  atomic_store(bucket, reinterpret_cast<uptr>(turn), memory_order_release);
  return turn;
}

// Null: not one of those that order anything.
Turn *TurnOf(int kind, u64 id) {
  switch (kind) {
  case kLock:
  case kTestLock:
  case kNestLock:
  case kTestNestLock:
  case kCritical:
    return TurnOfLock(id);
  case kOrdered:
    // libomp has one for all loops of all teams that have the same memory.
    if (Task *task = CurrentTask())
      return task->phase ? task->phase->ordered.Find(task->loops) : nullptr;
    return nullptr;
  default:
    return nullptr; // an atomic update is none, however libomp makes it
  }
}

Rule RuleOf(int kind) {
  return kind == kCritical  ? Rule::omp_critical
         : kind == kOrdered ? Rule::omp_ordered
                            : Rule::omp_lock;
}

const char *WordsOf(int kind) {
  switch (kind) {
  case kCritical:
    return "critical section";
  case kOrdered:
    return "ordered region";
  case kNestLock:
  case kTestNestLock:
    return "omp_nest_lock_t";
  default:
    return "omp_lock_t";
  }
}

// A release that is never told must not stop the program.
constexpr u64 kPatience = 10ull * 1000 * 1000 * 1000; // 10 s

void AwaitRelease(Turn *turn) {
  if (LIKELY(!atomic_load(&turn->taken, memory_order_acquire)))
    return;
  u64 begin = MonotonicNanoTime();
  while (atomic_load(&turn->taken, memory_order_acquire) &&
         MonotonicNanoTime() - begin < kPatience)
    internal_sched_yield();
}

void Reborn(u64 id) {
  ScopedRuntimeIfAny inside;
  Turn *turn = TurnOfLock(id);
  atomic_store(&turn->taken, 0, memory_order_relaxed);
  SyncBorn(reinterpret_cast<uptr>(turn), sizeof(Turn));
}

} // namespace

void LockInit(int, unsigned, unsigned, unsigned long long id, const void *) {
  Reborn(id);
}

void LockDestroy(int, unsigned long long id, const void *) { Reborn(id); }

void MutexAcquired(int kind, unsigned long long id, const void *pc) {
  Event event;
  Turn *turn = TurnOf(kind, id);
  if (!turn)
    return;
  AwaitRelease(turn);
  atomic_store(&turn->taken, 1, memory_order_relaxed);
  if (!event.thread())
    return;
  uptr address = reinterpret_cast<uptr>(turn);
  if (RuleHolds(RuleOf(kind))) {
    MutexLocked(event.thread(), address, reinterpret_cast<uptr>(pc),
                GET_CURRENT_FRAME(), /*recursive=*/false);
    NameLock(event.thread(), address, WordsOf(kind));
  }
  event.Flush(memory_order_acquire);
}

void MutexReleased(int kind, unsigned long long id, const void *) {
  Event event;
  Turn *turn = TurnOf(kind, id);
  if (!turn)
    return;
  event.Flush(memory_order_release);
  if (event.thread() && RuleHolds(RuleOf(kind)))
    MutexUnlocking(event.thread(), reinterpret_cast<uptr>(turn));
  // Release: whoever waits for it acquires what was published.
  atomic_store(&turn->taken, 0, memory_order_release);
}

} // namespace ompt
} // namespace __mapsan
