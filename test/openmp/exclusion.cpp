// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: critical sections of one name, locks of every kind, the ordered
// regions of a loop order what they hold; a try that fails, another name,
// another life, another loop do not. Flushes make atomics of OpenMP's default
// order, which is relaxed, order what they are between.

#include "cases.h"
#include <omp.h>

// Two threads, one turn each.
#define TURNS(First, Second)                                                   \
  _Pragma("omp parallel num_threads(2)") {                                     \
    if (omp_get_thread_num() == 1) {                                           \
      First;                                                                   \
      step.Done();                                                             \
    } else {                                                                   \
      step.WaitFor(1);                                                         \
      Second;                                                                  \
    }                                                                          \
  }

SILENT(critical, "omp_critical") {
#pragma omp parallel num_threads(2)
  {
#pragma omp critical
    WRITE;
  }
}
SILENT(critical_in_turn, "omp_critical") {
#pragma omp parallel num_threads(2)
  {
    if (omp_get_thread_num() == 1) {
#pragma omp critical
      WRITE;
      step.Done();
    } else {
      step.WaitFor(1);
#pragma omp critical
      WRITE;
    }
  }
}
SILENT(named_critical, "omp_critical") {
#pragma omp parallel num_threads(2)
  {
    for (int i = 0; i < 100; i++) {
#pragma omp critical(table)
      map.emplace(i * 2 + omp_get_thread_num(), 1);
    }
  }
}
SILENT(critical_with_hint, "omp_critical") {
#pragma omp parallel num_threads(2)
  {
#pragma omp critical(hinted) hint(omp_sync_hint_contended)
    WRITE;
  }
}
RACE(two_names) {
#pragma omp parallel num_threads(2)
  {
    if (omp_get_thread_num() == 1) {
#pragma omp critical(one)
      WRITE;
      step.Done();
    } else {
      step.WaitFor(1);
#pragma omp critical(two)
      WRITE;
    }
  }
}
RACE(after_the_critical) {
#pragma omp parallel num_threads(2)
  {
    if (omp_get_thread_num() == 1) {
#pragma omp critical
      step.Done();
      WRITE;
      step.Done();
    } else {
      step.WaitFor(2);
#pragma omp critical
      WRITE;
    }
  }
}
// Deep in user code, entered once per iteration by all: libomp's release comes
// to us late, and must not be missed.
SILENT(contended_critical, "omp_critical") {
#pragma omp parallel num_threads(8)
  {
    for (int i = 0; i < 500; i++) {
#pragma omp critical(contended)
      map.emplace(i, 1);
    }
  }
}

// --- locks

struct Lock {
  omp_lock_t lock;
  Lock() { omp_init_lock(&lock); }
  ~Lock() { omp_destroy_lock(&lock); }
};
struct NestLock {
  omp_nest_lock_t lock;
  NestLock() { omp_init_nest_lock(&lock); }
  ~NestLock() { omp_destroy_nest_lock(&lock); }
};

#define LOCKED(Lock, ...)                                                      \
  {                                                                            \
    omp_set_lock(&(Lock).lock);                                                \
    __VA_ARGS__;                                                               \
    omp_unset_lock(&(Lock).lock);                                              \
  }
#define NEST_LOCKED(Lock, ...)                                                 \
  {                                                                            \
    omp_set_nest_lock(&(Lock).lock);                                           \
    __VA_ARGS__;                                                               \
    omp_unset_nest_lock(&(Lock).lock);                                         \
  }

SILENT(lock, "omp_lock") {
  Lock l;
  TURNS(LOCKED(l, WRITE), LOCKED(l, WRITE))
}
SILENT(lock_with_hint, "omp_lock") {
  Lock l;
  omp_destroy_lock(&l.lock);
  omp_init_lock_with_hint(&l.lock, omp_sync_hint_speculative);
  TURNS(LOCKED(l, WRITE), LOCKED(l, WRITE))
}
RACE(two_locks) {
  Lock l, m;
  TURNS(LOCKED(l, WRITE), LOCKED(m, WRITE))
}
SILENT(test_lock, "omp_lock") {
  Lock l;
  TURNS(
      LOCKED(l, WRITE), if (omp_test_lock(&l.lock)) {
        WRITE;
        omp_unset_lock(&l.lock);
      })
}
RACE(test_lock_fails) {
  Lock l;
#pragma omp parallel num_threads(2)
  {
    if (omp_get_thread_num() == 1) {
      WRITE;
      LOCKED(l, )
      omp_set_lock(&l.lock);
      step.Done();
      step.WaitFor(2);
      omp_unset_lock(&l.lock);
    } else {
      step.WaitFor(1);
      if (!omp_test_lock(&l.lock))
        WRITE;
      step.Done();
    }
  }
}
RACE(another_life_of_the_lock) {
  Lock l;
  TURNS(LOCKED(l, WRITE), omp_destroy_lock(&l.lock); omp_init_lock(&l.lock);
        LOCKED(l, WRITE))
}
SILENT(nest_lock, "omp_lock") {
  NestLock l;
  TURNS(NEST_LOCKED(l, NEST_LOCKED(l, WRITE)), NEST_LOCKED(l, WRITE))
}
// Only the outermost unset releases.
RACE(inner_unset) {
  NestLock l;
#pragma omp parallel num_threads(2)
  {
    if (omp_get_thread_num() == 1) {
      NEST_LOCKED(l, NEST_LOCKED(l, ))
      omp_set_nest_lock(&l.lock);
      NEST_LOCKED(l, WRITE)
      step.Done();
      step.WaitFor(2);
      omp_unset_nest_lock(&l.lock);
    } else {
      step.WaitFor(1);
      if (!omp_test_nest_lock(&l.lock))
        WRITE;
      step.Done();
    }
  }
}
SILENT(test_nest_lock, "omp_lock") {
  NestLock l;
  TURNS(
      NEST_LOCKED(l, WRITE), if (omp_test_nest_lock(&l.lock)) {
        NEST_LOCKED(l, WRITE)
        omp_unset_nest_lock(&l.lock);
      })
}
// A lock belongs to a task, which an untied one may carry to another thread.
SILENT(contended_lock, "omp_lock") {
  Lock l;
#pragma omp parallel num_threads(8)
  {
    for (int i = 0; i < 500; i++)
      LOCKED(l, map.emplace(i, 1))
  }
}

// --- ordered

SILENT(ordered, "omp_ordered") {
#pragma omp parallel for ordered schedule(static, 1) num_threads(2)
  for (int i = 0; i < 8; i++) {
#pragma omp ordered
    map.emplace(i, 1);
  }
}
SILENT(ordered_dynamic, "omp_ordered") {
#pragma omp parallel for ordered schedule(dynamic, 1) num_threads(2)
  for (int i = 0; i < 64; i++) {
    if (i == 0)
      step.WaitFor(1); // by whoever has the next one
    if (i == 1)
      step.Done();
#pragma omp ordered
    map.emplace(i, 1);
  }
}
RACE(before_the_ordered) {
#pragma omp parallel for ordered schedule(static, 1) num_threads(2)
  for (int i = 0; i < 2; i++) {
    if (i == 1) {
      step.WaitFor(1);
      WRITE;
    }
#pragma omp ordered
    if (i == 0) {
      WRITE;
      step.Done();
    }
  }
}
// The ordered regions of two loops have nothing to do with each other.
RACE(ordered_in_another_loop) {
#pragma omp parallel num_threads(2)
  {
#pragma omp for ordered schedule(static, 1) nowait
    for (int i = 0; i < 2; i++) {
#pragma omp ordered
      if (i == 1) {
        WRITE;
        step.Done();
      }
    }
#pragma omp for ordered schedule(static, 1) nowait
    for (int i = 0; i < 2; i++) {
      if (i == 0)
        step.WaitFor(1);
#pragma omp ordered
      if (i == 0)
        WRITE;
    }
  }
}

// --- atomics and flushes

#define STORE(...)                                                             \
  {                                                                            \
    WRITE;                                                                     \
    __VA_ARGS__                                                                \
  }
#define PASS_ON(Expected, Name, Store, Load, ...)                              \
  Expected(Name, ##__VA_ARGS__) {                                              \
    int flag = 0, seen = 0;                                                    \
    TURNS(WRITE; Store, Load; if (seen) WRITE;)                                \
  }
#define ATOMIC_WRITE _Pragma("omp atomic write") flag = 1
#define ATOMIC_READ _Pragma("omp atomic read") seen = flag
#define ATOMIC_RELEASE _Pragma("omp atomic write release") flag = 1
#define ATOMIC_ACQUIRE _Pragma("omp atomic read acquire") seen = flag
#define ATOMIC_SEQ_CST_WRITE _Pragma("omp atomic write seq_cst") flag = 1
#define ATOMIC_SEQ_CST_READ _Pragma("omp atomic read seq_cst") seen = flag
#define ATOMIC_UPDATE _Pragma("omp atomic update") flag += 1
#define FLUSH _Pragma("omp flush")

PASS_ON(RACE, atomic_alone, ATOMIC_WRITE, ATOMIC_READ)
PASS_ON(RACE, update_alone, ATOMIC_UPDATE, ATOMIC_READ)
PASS_ON(SILENT, release_acquire, ATOMIC_RELEASE, ATOMIC_ACQUIRE,
        "atomic_release", "atomic_acquire+omp_flush")
PASS_ON(SILENT, seq_cst, ATOMIC_SEQ_CST_WRITE, ATOMIC_SEQ_CST_READ,
        "atomic_release", "atomic_acquire+omp_flush")
PASS_ON(SILENT, flush_and_atomic, FLUSH ATOMIC_WRITE, ATOMIC_READ;
        FLUSH, "omp_flush")
PASS_ON(RACE, only_one_flush, ATOMIC_WRITE, ATOMIC_READ; FLUSH)
PASS_ON(RACE, flush_too_late, ATOMIC_WRITE; FLUSH, ATOMIC_READ; FLUSH)
// A flush that is implied: by sections that have different names.
static void CriticalHere() {
#pragma omp critical(here)
  {
  }
}
static void CriticalThere() {
#pragma omp critical(there)
  {
  }
}
PASS_ON(SILENT, implied_flush, CriticalHere(); ATOMIC_WRITE, ATOMIC_READ;
        CriticalThere(), "omp_flush")
PASS_ON(RACE, implied_flush_too_late, ATOMIC_WRITE; CriticalHere(), ATOMIC_READ;
        CriticalThere())

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 30 cases
