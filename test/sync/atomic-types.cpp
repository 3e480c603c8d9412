// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases20 -O0 %s -o %t.O0 -latomic && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases20 -O2 %s -o %t.O2 -latomic && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %cases20 -O0 %s -o %t.cxx0 %libcxx_flags -latomic && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases20 -O2 %s -o %t.cxx2 %libcxx_flags -latomic && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: atomics of all types and sizes, lock-free or not, atomic_ref,
// atomic_flag and the free functions synchronise as their orders say; waiting
// for one is loading it, notifying orders nothing.

#include "cases.h"
#include <atomic>
#include <cstdint>

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

// One thread writes the map, then does Publish on x; the other does Observe,
// then writes the map.
#define EDGE(Expected, Rule, Name, Object, Publish, Observe)                   \
  Expected(Name, Rule) {                                                       \
    Object;                                                                    \
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

// --- every type: stored and loaded, exchanged, compared

#define TYPE(Name, Type, Value)                                                \
  EDGE(SILENT, "atomic_release", Name##_store, std::atomic<Type> x{},          \
       x.store(Value, memory_order_release),                                   \
       (void)x.load(memory_order_acquire))                                     \
  EDGE(RACE, NO_RULE, Name##_store_relaxed, std::atomic<Type> x{},             \
       x.store(Value, memory_order_relaxed),                                   \
       (void)x.load(memory_order_acquire))                                     \
  EDGE(RACE, NO_RULE, Name##_load_relaxed, std::atomic<Type> x{},              \
       x.store(Value, memory_order_release),                                   \
       (void)x.load(memory_order_relaxed))                                     \
  EDGE(SILENT, "atomic_release", Name##_exchange, std::atomic<Type> x{},       \
       (void)x.exchange(Value, memory_order_release),                          \
       (void)x.exchange(Value, memory_order_acquire))                          \
  EDGE(RACE, NO_RULE, Name##_exchange_wrong_way, std::atomic<Type> x{},        \
       (void)x.exchange(Value, memory_order_acquire),                          \
       (void)x.exchange(Value, memory_order_release))                          \
  EDGE(SILENT, "atomic_release", Name##_cas, std::atomic<Type> x{};            \
       Type old = Value;                                                       \
       x = Value,                                                              \
       while (!x.compare_exchange_weak(old, Value, memory_order_release,       \
                                       memory_order_relaxed)),                 \
       while (!x.compare_exchange_weak(old, Value, memory_order_acquire,       \
                                       memory_order_relaxed)))                 \
  EDGE(RACE, NO_RULE, Name##_cas_fails, std::atomic<Type> x{};                 \
       Type old = Value,                                                       \
       x.compare_exchange_strong(old, Value, memory_order_acq_rel,             \
                                 memory_order_relaxed),                        \
       (void)x.load(memory_order_acquire))

enum class Colour : short { Red, Green };
struct Odd {
  char bytes[3];
};
struct Wide {
  std::uint64_t low, high;
};
struct Large {
  int numbers[10];
};
static int target;
TYPE(bool, bool, true)
TYPE(char, char, 'x')
TYPE(short, short, 1)
TYPE(int, int, 1)
TYPE(long, long, 1)
TYPE(pointer, int *, &target)
TYPE(enum, Colour, Colour::Green)
TYPE(float, float, 1.5f)
TYPE(double, double, 1.5)
TYPE(long_double, long double, 1.5L)
TYPE(int128, __int128, 1)
TYPE(odd, Odd, (Odd{{1, 2, 3}}))
TYPE(wide, Wide, (Wide{1, 2}))
TYPE(large, Large, (Large{{1, 2, 3}}))

// --- arithmetic

EDGE(SILENT, "atomic_release", float_add, std::atomic<float> x(0),
     x.fetch_add(1, memory_order_release), x.load(memory_order_acquire))
EDGE(SILENT, "atomic_release", double_subtract, std::atomic<double> x(0),
     x.fetch_sub(1, memory_order_release), x += 1)
EDGE(RACE, NO_RULE, double_add_relaxed, std::atomic<double> x(0),
     x.fetch_add(1, memory_order_relaxed), x.load(memory_order_acquire))
EDGE(SILENT, "atomic_release", pointer_add, std::atomic<int *> x(&target), ++x,
     (void)x.load(memory_order_acquire))

// --- atomic_ref

#if !defined(_LIBCPP_VERSION) || _LIBCPP_VERSION >= 190000
EDGE(SILENT, "atomic_release", ref, int n = 0,
     std::atomic_ref(n).store(1, memory_order_release),
     (void)std::atomic_ref(n).load(memory_order_acquire))
EDGE(RACE, NO_RULE, ref_relaxed, int n = 0,
     std::atomic_ref(n).store(1, memory_order_relaxed),
     (void)std::atomic_ref(n).load(memory_order_acquire))
EDGE(RACE, NO_RULE, ref_to_another, int n = 0;
     int m = 0, std::atomic_ref(n).store(1, memory_order_release),
     (void)std::atomic_ref(m).load(memory_order_acquire))
EDGE(SILENT, "atomic_release", ref_rmw, long n = 0, std::atomic_ref(n)++,
     std::atomic_ref(n)--)
EDGE(SILENT, "atomic_release", ref_double, double n = 0,
     std::atomic_ref(n).fetch_add(1, memory_order_release),
     (void)std::atomic_ref(n).load(memory_order_acquire))
#else
SILENT(ref, "atomic_release") {}
RACE(ref_relaxed) {
  InTurn([&] { WRITE; }, [&] { WRITE; });
}
RACE(ref_to_another) {
  InTurn([&] { WRITE; }, [&] { WRITE; });
}
SILENT(ref_rmw, "atomic_release") {}
SILENT(ref_double, "atomic_release") {}
#endif

// --- atomic_flag and the free functions

EDGE(SILENT, "atomic_release", flag, std::atomic_flag x,
     x.test_and_set(memory_order_release), x.test(memory_order_acquire))
EDGE(RACE, NO_RULE, flag_relaxed, std::atomic_flag x,
     x.test_and_set(memory_order_release), x.test(memory_order_relaxed))
EDGE(SILENT, "atomic_release", flag_free, std::atomic_flag x,
     std::atomic_flag_clear(&x), std::atomic_flag_test_and_set(&x))
EDGE(SILENT, "atomic_release", free, std::atomic<int> x(0),
     std::atomic_store(&x, 1), std::atomic_load(&x))
EDGE(SILENT, "atomic_release", free_explicit, std::atomic<int> x(0),
     std::atomic_fetch_or_explicit(&x, 1, memory_order_release),
     std::atomic_load_explicit(&x, memory_order_acquire))
EDGE(RACE, NO_RULE, free_relaxed, std::atomic<int> x(0),
     std::atomic_store_explicit(&x, 1, memory_order_relaxed),
     std::atomic_load(&x))

// --- wait and notify

#define WAIT_CASES(Name, Type, Value)                                          \
  SILENT(Name##_waited_for, "atomic_acquire") {                                \
    std::atomic<Type> x{};                                                     \
    Together(                                                                  \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          WRITE;                                                               \
          x.store(Value, memory_order_release);                                \
          x.notify_one();                                                      \
        },                                                                     \
        [&] {                                                                  \
          step.Done();                                                         \
          x.wait(Type(), memory_order_acquire);                                \
          WRITE;                                                               \
        });                                                                    \
  }                                                                            \
  EDGE(SILENT, "atomic_release", Name##_not_waited_for, std::atomic<Type> x{}, \
       x.store(Value, memory_order_release);                                   \
       x.notify_all(), x.wait(Type(), memory_order_acquire))                   \
  EDGE(RACE, NO_RULE, Name##_waited_for_relaxed, std::atomic<Type> x{},        \
       x.store(Value, memory_order_release);                                   \
       x.notify_all(), x.wait(Type(), memory_order_relaxed))                   \
  EDGE(RACE, NO_RULE, Name##_stored_relaxed, std::atomic<Type> x{},            \
       x.store(Value, memory_order_relaxed);                                   \
       x.notify_all(), x.wait(Type(), memory_order_acquire))                   \
  EDGE(RACE, NO_RULE, Name##_notifiers, std::atomic<Type> x{}, x.notify_all(), \
       x.notify_all())                                                         \
  /* Waiting and notifying go by tables that addresses share. */               \
  EDGE(RACE, NO_RULE, Name##_others_waited_for, std::atomic<Type> x[64]{};     \
       for (auto &y : x) y.store(Value, memory_order_relaxed),                 \
       for (auto &y : x) y.wait(Type(), memory_order_relaxed),                 \
       for (auto &y : x) y.notify_all())
WAIT_CASES(int, int, 1)
WAIT_CASES(long, long, 1)
WAIT_CASES(bool, bool, true)
using IntPointer = int *;
WAIT_CASES(wait_pointer, IntPointer, &target)
SILENT(flag_waited_for, "atomic_acquire") {
  std::atomic_flag x;
  Together(
      [&] {
        step.WaitFor(1);
        WRITE;
        x.test_and_set(memory_order_release);
        x.notify_one();
      },
      [&] {
        step.Done();
        x.wait(false, memory_order_acquire);
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 138 cases
