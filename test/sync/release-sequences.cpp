// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %debug-cases -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: release sequences: a read-modify-write by anyone goes on with one, a
// store ends it (C++20: also a relaxed store by the same thread).

#include "cases.h"
#include <atomic>

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

#define GOES_ON(Name)                                                          \
  SILENT(Name, "rmw_continues", "atomic_release", "atomic_acquire")
#define STANDS(Name) SILENT(Name, "atomic_release", "atomic_acquire")
#define ENDS(Name) RACE(Name, "store_ends")

// One thread writes the map and releases; another does Between; a third
// acquires and writes the map.
#define SEQUENCE(Expected, Name, Between)                                      \
  Expected(Name) {                                                             \
    std::atomic<int> x(0);                                                     \
    [[maybe_unused]] int one = 1, seven = 7;                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          x.store(1, memory_order_release);                                    \
        },                                                                     \
        [&] { Between; },                                                      \
        [&] {                                                                  \
          x.load(memory_order_acquire);                                        \
          WRITE;                                                               \
        });                                                                    \
  }

SEQUENCE(GOES_ON, fetch_add_goes_on, x.fetch_add(1, memory_order_relaxed))
SEQUENCE(GOES_ON, exchange_goes_on, x.exchange(5, memory_order_relaxed))
SEQUENCE(GOES_ON, cas_goes_on,
         x.compare_exchange_strong(one, 2, memory_order_relaxed))
SEQUENCE(GOES_ON, release_rmw_goes_on, x.fetch_add(1, memory_order_release))
SEQUENCE(GOES_ON, acquire_rmw_goes_on, x.fetch_add(1, memory_order_acquire))
SEQUENCE(STANDS, acq_rel_rmw_goes_on, x.fetch_add(1, memory_order_acq_rel))
SEQUENCE(STANDS, failed_cas_changes_nothing,
         x.compare_exchange_strong(seven, 2, memory_order_relaxed))
SEQUENCE(STANDS, load_changes_nothing, (void)x.load(memory_order_relaxed))
SEQUENCE(ENDS, relaxed_store_ends, x.store(2, memory_order_relaxed))
SEQUENCE(ENDS, release_store_ends, x.store(2, memory_order_release))
SEQUENCE(ENDS, seq_cst_store_ends, x.store(2))
SEQUENCE(GOES_ON, many_rmws_go_on,
         for (int i = 0; i < 10; i++) x.fetch_add(1, memory_order_relaxed))
SEQUENCE(ENDS, store_then_rmw, x.store(2, memory_order_relaxed);
         x.fetch_add(1, memory_order_relaxed))

// C++20 [intro.races]: a release sequence is the head and read-modify-writes.
RACE(own_relaxed_store_ends, "store_ends") {
  std::atomic<int> x(0);
  InTurn(
      [&] {
        WRITE;
        x.store(1, memory_order_release);
        x.store(2, memory_order_relaxed);
      },
      [&] {
        x.load(memory_order_acquire);
        WRITE;
      });
}
SILENT(own_relaxed_rmw_goes_on, "rmw_continues") {
  std::atomic<int> x(0);
  InTurn(
      [&] {
        WRITE;
        x.store(1, memory_order_release);
        x.fetch_add(1, memory_order_relaxed);
      },
      [&] {
        x.load(memory_order_acquire);
        WRITE;
      });
}
// What came after the release is not part of it.
RACE(write_after_release) {
  std::atomic<int> x(0);
  InTurn(
      [&] {
        x.store(1, memory_order_release);
        WRITE;
        x.fetch_add(1, memory_order_relaxed);
      },
      [&] {
        x.load(memory_order_acquire);
        WRITE;
      });
}
// A release in the middle heads a sequence of its own, and joins.
SILENT(two_heads, "rmw_release_joins", "rmw_continues", "atomic_release",
       "atomic_acquire") {
  std::atomic<int> x(0);
  InTurn(
      [&] {
        READ;
        x.fetch_add(1, memory_order_release);
      },
      [&] {
        READ;
        x.fetch_add(1, memory_order_release);
      },
      [&] {
        x.load(memory_order_acquire);
        WRITE;
      });
}
RACE(two_heads_do_not_order_each_other) {
  std::atomic<int> x(0);
  InTurn(
      [&] {
        WRITE;
        x.fetch_add(1, memory_order_release);
      },
      [&] {
        x.fetch_add(1, memory_order_release);
        WRITE;
      });
}
SILENT(countdown, "rmw_release_joins", "rmw_continues", "atomic_release",
       "atomic_acquire") {
  std::atomic<int> count(3);
  auto worker = [&] {
    READ;
    count.fetch_sub(1, memory_order_release);
  };
  InTurn(worker, worker, [&] {
    READ;
    if (count.fetch_sub(1, memory_order_acq_rel) == 1)
      WRITE;
  });
}
RACE(countdown_without_acquire) {
  std::atomic<int> count(2);
  InTurn(
      [&] {
        READ;
        count.fetch_sub(1, memory_order_release);
      },
      [&] {
        if (count.fetch_sub(1, memory_order_release) == 1)
          WRITE;
      });
}
SILENT(transitive, "atomic_release", "atomic_acquire") {
  std::atomic<int> x(0), y(0);
  InTurn(
      [&] {
        WRITE;
        x.store(1, memory_order_release);
      },
      [&] {
        x.load(memory_order_acquire);
        y.store(1, memory_order_release);
      },
      [&] {
        y.load(memory_order_acquire);
        WRITE;
      });
}
RACE(transitive_with_a_gap) {
  std::atomic<int> x(0), y(0);
  InTurn(
      [&] {
        WRITE;
        x.store(1, memory_order_release);
      },
      [&] {
        x.load(memory_order_relaxed);
        y.store(1, memory_order_release);
      },
      [&] {
        y.load(memory_order_acquire);
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 22 cases
