// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %cases20 -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases20 -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: the free functions that access a shared_ptr atomically synchronise
// as their orders say; the locks behind them, shared by all pointers of a
// hash, order nothing.

#include "cases.h"
#include <atomic>
#include <memory>

using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

using Pointer = std::shared_ptr<int>;

static const Pointer one = std::make_shared<int>(1);
static const Pointer two = std::make_shared<int>(2);

// One thread writes the map, then does First; the other does Second, then
// writes the map. On an x that holds `one`.
#define EDGE(Expected, Rule, Name, First, Second)                              \
  Expected(Name, Rule) {                                                       \
    Pointer x = one;                                                           \
    [[maybe_unused]] Pointer expected = one, other = two;                      \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          First;                                                               \
        },                                                                     \
        [&] {                                                                  \
          Second;                                                              \
          WRITE;                                                               \
        });                                                                    \
  }
EDGE(SILENT, "atomic_release", store_and_load, std::atomic_store(&x, two),
     (void)std::atomic_load(&x))
EDGE(SILENT, "atomic_release", store_and_load_explicit,
     std::atomic_store_explicit(&x, two, memory_order_release),
     (void)std::atomic_load_explicit(&x, memory_order_acquire))
EDGE(SILENT, "atomic_release", exchange, (void)std::atomic_exchange(&x, two),
     (void)std::atomic_exchange(&x, one))
EDGE(SILENT, "atomic_release", cas,
     std::atomic_compare_exchange_strong(&x, &expected, two),
     (void)std::atomic_load(&x))
EDGE(SILENT, "atomic_release", failed_cas_loads, std::atomic_store(&x, two),
     std::atomic_compare_exchange_weak(&x, &expected, one))
EDGE(RACE, NO_RULE, cas_that_fails,
     std::atomic_compare_exchange_strong(&x, &other, two),
     (void)std::atomic_load(&x))
EDGE(RACE, NO_RULE, loads, (void)std::atomic_load(&x),
     (void)std::atomic_load(&x))
EDGE(RACE, NO_RULE, stores, std::atomic_store(&x, two),
     std::atomic_store(&x, one))
EDGE(RACE, NO_RULE, load_before_store, (void)std::atomic_load(&x),
     std::atomic_store(&x, two))
// libc++ calls the same for every order.
#ifdef _LIBCPP_VERSION
#define RELAXED SILENT
#else
#define RELAXED RACE
#endif
EDGE(RELAXED, NO_RULE, load_relaxed, std::atomic_store(&x, two),
     (void)std::atomic_load_explicit(&x, memory_order_relaxed))
EDGE(RELAXED, NO_RULE, store_relaxed,
     std::atomic_store_explicit(&x, two, memory_order_relaxed),
     (void)std::atomic_load(&x))

RACE(other_pointers, "catalog_inside") {
  // Enough of them to meet every lock of the pool.
  static Pointer x[1000], y[1000];
  InTurn(
      [&] {
        WRITE;
        for (Pointer &pointer : x)
          std::atomic_store(&pointer, one);
      },
      [&] {
        for (Pointer &pointer : y)
          (void)std::atomic_load(&pointer);
        WRITE;
      });
}
RACE(store_between, "store_ends") {
  Pointer x;
  InTurn(
      [&] {
        WRITE;
        std::atomic_store(&x, one);
      },
      [&] { std::atomic_store(&x, two); },
      [&] {
        (void)std::atomic_load(&x);
        WRITE;
      });
}
SILENT(exchange_between, "atomic_release") {
  Pointer x;
  InTurn(
      [&] {
        WRITE;
        std::atomic_store(&x, one);
      },
      [&] { (void)std::atomic_exchange(&x, two); },
      [&] {
        (void)std::atomic_load(&x);
        WRITE;
      });
}
SILENT(published_map, "atomic_release") {
  std::shared_ptr<cases::Map> x;
  InTurn([&] { std::atomic_store(&x, std::make_shared<cases::Map>()); },
         [&] { std::atomic_load(&x)->emplace(1, 1); });
}
SILENT(last_owner_overwritten, "last_owner") {
  auto x = std::make_shared<cases::Map>();
  InTurn([&] { (void)std::atomic_load(&x)->find(1); },
         [&] { std::atomic_store(&x, {}); });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 16 cases
