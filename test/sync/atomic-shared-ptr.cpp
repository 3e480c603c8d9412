// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// (libc++ has no std::atomic of a shared_ptr.)

// Intent: std::atomic of a shared_ptr or weak_ptr synchronises as its orders
// say; the bit by which it is locked orders nothing.

#include "cases.h"
#include <atomic>
#include <memory>

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

using Pointer = std::shared_ptr<int>;
using Weak = std::weak_ptr<int>;

static const Pointer one = std::make_shared<int>(1);
static const Pointer two = std::make_shared<int>(2);

// One thread writes the map, then does First; the other does Second, then
// writes the map. On an x that holds `one`.
#define EDGE(Expected, Rule, Name, First, Second)                              \
  Expected(Name, Rule) {                                                       \
    std::atomic<Pointer> x(one);                                               \
    [[maybe_unused]] Pointer expected = one;                                   \
    [[maybe_unused]] Pointer other = two;                                      \
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
#define STORE(Order) x.store(two, memory_order_##Order)
#define LOAD(Order) (void)x.load(memory_order_##Order)
#define SWAP(Order) (void)x.exchange(two, memory_order_##Order)
#define CAS(Old, Success, Failure)                                             \
  x.compare_exchange_strong(Old, two, memory_order_##Success,                  \
                            memory_order_##Failure)

EDGE(SILENT, "atomic_release", store_and_load, STORE(release), LOAD(acquire))
EDGE(SILENT, "atomic_release", store_and_load_seq_cst, x = two,
     (void)Pointer(x))
EDGE(RACE, NO_RULE, store_relaxed, STORE(relaxed), LOAD(acquire))
EDGE(RACE, NO_RULE, load_relaxed, STORE(release), LOAD(relaxed))
EDGE(RACE, NO_RULE, loads, LOAD(seq_cst), LOAD(seq_cst))
EDGE(RACE, NO_RULE, stores, STORE(seq_cst), STORE(seq_cst))
EDGE(RACE, NO_RULE, load_before_store, LOAD(seq_cst), STORE(seq_cst))
EDGE(SILENT, "atomic_release", exchanges, SWAP(release), SWAP(acquire))
EDGE(SILENT, "atomic_release", exchanges_acq_rel, SWAP(acq_rel), SWAP(acq_rel))
EDGE(RACE, NO_RULE, exchanges_wrong_way, SWAP(acquire), SWAP(release))
EDGE(RACE, NO_RULE, exchanges_relaxed, SWAP(relaxed), SWAP(relaxed))
EDGE(SILENT, "atomic_release", cas, CAS(expected, release, relaxed),
     LOAD(acquire))
EDGE(SILENT, "atomic_release", cas_acquires, SWAP(release),
     CAS(other, acquire, relaxed))
EDGE(RACE, NO_RULE, cas_relaxed, CAS(expected, relaxed, relaxed), LOAD(acquire))
EDGE(RACE, NO_RULE, cas_that_fails, CAS(other, seq_cst, seq_cst), LOAD(acquire))
EDGE(SILENT, "atomic_release", failed_cas_acquires, STORE(release),
     CAS(expected, relaxed, acquire))
EDGE(RACE, NO_RULE, failed_cas_relaxed, STORE(release),
     CAS(expected, acquire, relaxed))
EDGE(SILENT, "atomic_release", cas_weak,
     while (!x.compare_exchange_weak(expected, two)),
     while (!x.compare_exchange_weak(other, one)))
EDGE(SILENT, "atomic_release", waited_for, STORE(release);
     x.notify_all(), x.wait(one, memory_order_acquire))
EDGE(RACE, NO_RULE, waited_for_relaxed, STORE(release);
     x.notify_all(), x.wait(one, memory_order_relaxed))
EDGE(RACE, NO_RULE, notifiers, x.notify_one(), x.notify_all())
EDGE(SILENT, "fence_acquire", fences,
     std::atomic_thread_fence(memory_order_release);
     STORE(relaxed), LOAD(relaxed);
     std::atomic_thread_fence(memory_order_acquire))

SILENT(blocks, "atomic_release") {
  std::atomic<Pointer> x(one);
  Together(
      [&] {
        step.WaitFor(1);
        WRITE;
        x.store(two, memory_order_release);
        x.notify_one();
      },
      [&] {
        step.Done();
        x.wait(one, memory_order_acquire);
        WRITE;
      });
}
// A store ends a release sequence, an exchange goes on with it.
RACE(store_between, "store_ends") {
  std::atomic<Pointer> x;
  InTurn(
      [&] {
        WRITE;
        x.store(one, memory_order_release);
      },
      [&] { x.store(two, memory_order_relaxed); },
      [&] {
        (void)x.load(memory_order_acquire);
        WRITE;
      });
}
SILENT(exchange_between, "rmw_continues") {
  std::atomic<Pointer> x;
  InTurn(
      [&] {
        WRITE;
        x.store(one, memory_order_release);
      },
      [&] { (void)x.exchange(two, memory_order_relaxed); },
      [&] {
        (void)x.load(memory_order_acquire);
        WRITE;
      });
}
SILENT(published_map, "atomic_release") {
  std::atomic<std::shared_ptr<cases::Map>> x;
  InTurn([&] { x.store(std::make_shared<cases::Map>(), memory_order_release); },
         [&] { x.load(memory_order_acquire)->emplace(1, 1); });
}
// The last owner may be an atomic.
SILENT(last_owner, "last_owner") {
  auto *x = new std::atomic<std::shared_ptr<cases::Map>>(
      std::make_shared<cases::Map>());
  InTurn([&] { (void)x->load(memory_order_relaxed)->find(1); },
         [&] { delete x; });
}
SILENT(last_owner_overwritten, "last_owner") {
  std::atomic<std::shared_ptr<cases::Map>> x(std::make_shared<cases::Map>());
  InTurn([&] { (void)x.load(memory_order_relaxed)->find(1); },
         [&] { x.store(nullptr, memory_order_relaxed); });
}

// --- weak_ptr

#define WEAK(Expected, Rule, Name, First, Second)                              \
  Expected(Name, Rule) {                                                       \
    std::atomic<Weak> x{Weak(one)};                                            \
    [[maybe_unused]] Weak expected = one, other = two;                         \
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
WEAK(SILENT, "atomic_release", weak_store_and_load, STORE(release),
     LOAD(acquire))
WEAK(RACE, NO_RULE, weak_store_relaxed, STORE(relaxed), LOAD(acquire))
WEAK(RACE, NO_RULE, weak_load_relaxed, STORE(release), LOAD(relaxed))
WEAK(RACE, NO_RULE, weak_loads, LOAD(seq_cst), LOAD(seq_cst))
WEAK(RACE, NO_RULE, weak_stores, STORE(seq_cst), STORE(seq_cst))
WEAK(SILENT, "atomic_release", weak_exchanges, SWAP(release), SWAP(acquire))
WEAK(SILENT, "atomic_release", weak_cas, CAS(expected, release, relaxed),
     LOAD(acquire))
WEAK(RACE, NO_RULE, weak_cas_that_fails, CAS(other, seq_cst, seq_cst),
     LOAD(acquire))
WEAK(SILENT, "atomic_release", weak_waited_for, STORE(release);
     x.notify_all(), x.wait(Weak(one), memory_order_acquire))

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 37 cases
