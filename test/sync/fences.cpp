// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %debug-cases -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: fences make relaxed accesses synchronise, in the right place only.

#include "cases.h"
#include <atomic>

using std::atomic_thread_fence;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

// What the fences stand in for, or stand beside.
#define PUBLISHES(Name) SILENT(Name, "fence_release", "atomic_acquire")
#define OBSERVES(Name) SILENT(Name, "atomic_release", "fence_acquire")
#define BOTH(Name) SILENT(Name, "fence_release", "fence_acquire")

#define FENCES(Expected, Name, Publish, Observe)                               \
  Expected(Name) {                                                             \
    std::atomic<int> x(0);                                                     \
    [[maybe_unused]] std::atomic<int> y(0);                                    \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Publish;                                                             \
        },                                                                     \
        [&] {                                                                  \
          Observe;                                                             \
          WRITE;                                                               \
        });                                                                    \
  }
#define STORE x.store(1, memory_order_relaxed)
#define LOAD x.load(memory_order_relaxed)
#define FENCE(Order) atomic_thread_fence(memory_order_##Order)

FENCES(RACE, no_fence, STORE, LOAD)
FENCES(PUBLISHES, release_fence, FENCE(release);
       STORE, x.load(memory_order_acquire))
FENCES(OBSERVES, acquire_fence, x.store(1, memory_order_release), LOAD;
       FENCE(acquire))
FENCES(BOTH, both_fences, FENCE(release); STORE, LOAD; FENCE(acquire))
FENCES(BOTH, acq_rel_fences, FENCE(acq_rel); STORE, LOAD; FENCE(acq_rel))
FENCES(BOTH, seq_cst_fences, FENCE(seq_cst); STORE, LOAD; FENCE(seq_cst))
FENCES(RACE, relaxed_fences, FENCE(relaxed); STORE, LOAD; FENCE(relaxed))

FENCES(RACE, release_fence_after_the_store, STORE;
       FENCE(release), x.load(memory_order_acquire))
FENCES(RACE, acquire_fence_before_the_load, x.store(1, memory_order_release),
       FENCE(acquire);
       LOAD)
FENCES(RACE, acquire_fence_to_publish, FENCE(acquire);
       STORE, x.load(memory_order_acquire))
FENCES(RACE, release_fence_to_observe, x.store(1, memory_order_release), LOAD;
       FENCE(release))
FENCES(RACE, only_the_releaser_fences, FENCE(seq_cst); STORE, LOAD)
FENCES(RACE, only_the_acquirer_fences, STORE, LOAD; FENCE(seq_cst))
FENCES(RACE, another_atomic, FENCE(release);
       STORE, y.load(memory_order_relaxed); FENCE(acquire))

FENCES(PUBLISHES, rmw_after_release_fence, FENCE(release);
       x.fetch_add(1, memory_order_relaxed), x.load(memory_order_acquire))
FENCES(OBSERVES, rmw_before_acquire_fence, x.store(1, memory_order_release),
       x.fetch_add(1, memory_order_relaxed);
       FENCE(acquire))
FENCES(PUBLISHES, one_fence_for_two_stores, FENCE(release);
       y.store(1, memory_order_relaxed); STORE, x.load(memory_order_acquire))
FENCES(OBSERVES, one_fence_for_two_loads, x.store(1, memory_order_release);
       y.store(1, memory_order_release), LOAD; y.load(memory_order_relaxed);
       FENCE(acquire))
FENCES(OBSERVES, failed_cas_before_acquire_fence,
       x.store(1, memory_order_release), int seven = 7;
       x.compare_exchange_strong(seven, 2, memory_order_relaxed);
       FENCE(acquire))

RACE(write_after_release_fence) {
  std::atomic<int> x(0);
  InTurn(
      [&] {
        FENCE(release);
        WRITE;
        STORE;
      },
      [&] {
        x.load(memory_order_acquire);
        WRITE;
      });
}
RACE(write_before_acquire_fence) {
  std::atomic<int> x(0);
  InTurn(
      [&] {
        WRITE;
        x.store(1, memory_order_release);
      },
      [&] {
        LOAD;
        WRITE;
        FENCE(acquire);
      });
}
// A release fence heads a sequence that others' read-modify-writes go on with.
SILENT(sequence_headed_by_a_fence, "fence_release", "fence_acquire",
       "rmw_continues") {
  std::atomic<int> x(0);
  InTurn(
      [&] {
        WRITE;
        FENCE(release);
        STORE;
      },
      [&] { x.fetch_add(1, memory_order_relaxed); },
      [&] {
        LOAD;
        FENCE(acquire);
        WRITE;
      });
}
// Two seq_cst fences alone do not synchronise: something must be read.
RACE(fences_without_an_access) {
  InTurn(
      [&] {
        WRITE;
        FENCE(seq_cst);
      },
      [&] {
        FENCE(seq_cst);
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 23 cases
