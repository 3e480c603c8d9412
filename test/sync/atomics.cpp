// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %debug-cases -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: every order of every atomic operation synchronises exactly when the
// standard says so, on the storing side and on the loading side.

#include "cases.h"
#include <atomic>

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_consume;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

#define ORDERED(Name) SILENT(Name, "atomic_release", "atomic_acquire")
#define FAILS(Name) RACE(Name, "failed_exchange")

// One thread writes the map, then does Publish on x; the other does Observe,
// then writes the map.
#define EDGE(Expected, Name, Publish, Observe)                                 \
  Expected(Name) {                                                             \
    std::atomic<int> x(0);                                                     \
    [[maybe_unused]] int expected = 0;                                         \
    [[maybe_unused]] int other = 7;                                            \
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

// --- publishing: store, exchange, read-modify-write, compare-exchange

#define PUBLISH(Expected, Name, Operation)                                     \
  EDGE(Expected, Name, Operation, x.load(memory_order_acquire))

PUBLISH(RACE, store_relaxed, x.store(1, memory_order_relaxed))
PUBLISH(ORDERED, store_release, x.store(1, memory_order_release))
PUBLISH(ORDERED, store_seq_cst, x.store(1, memory_order_seq_cst))
PUBLISH(ORDERED, store_by_assignment, x = 1)

PUBLISH(RACE, exchange_relaxed, x.exchange(1, memory_order_relaxed))
PUBLISH(RACE, exchange_consume, x.exchange(1, memory_order_consume))
PUBLISH(RACE, exchange_acquire, x.exchange(1, memory_order_acquire))
PUBLISH(ORDERED, exchange_release, x.exchange(1, memory_order_release))
PUBLISH(ORDERED, exchange_acq_rel, x.exchange(1, memory_order_acq_rel))
PUBLISH(ORDERED, exchange_seq_cst, x.exchange(1, memory_order_seq_cst))

PUBLISH(RACE, fetch_add_relaxed, x.fetch_add(1, memory_order_relaxed))
PUBLISH(RACE, fetch_add_acquire, x.fetch_add(1, memory_order_acquire))
PUBLISH(ORDERED, fetch_add_release, x.fetch_add(1, memory_order_release))
PUBLISH(ORDERED, fetch_sub_release, x.fetch_sub(1, memory_order_release))
PUBLISH(ORDERED, fetch_and_release, x.fetch_and(1, memory_order_release))
PUBLISH(ORDERED, fetch_or_acq_rel, x.fetch_or(1, memory_order_acq_rel))
PUBLISH(ORDERED, fetch_xor_seq_cst, x.fetch_xor(1, memory_order_seq_cst))
PUBLISH(ORDERED, increment, x++)

// The order of success counts if it stores, nothing if it does not.
#define CAS(Value, Success, Failure)                                           \
  x.compare_exchange_strong(Value, 1, memory_order_##Success,                  \
                            memory_order_##Failure)
PUBLISH(RACE, cas_relaxed, CAS(expected, relaxed, relaxed))
PUBLISH(RACE, cas_acquire, CAS(expected, acquire, relaxed))
PUBLISH(ORDERED, cas_release, CAS(expected, release, relaxed))
PUBLISH(ORDERED, cas_acq_rel, CAS(expected, acq_rel, acquire))
PUBLISH(ORDERED, cas_seq_cst, CAS(expected, seq_cst, seq_cst))
PUBLISH(FAILS, cas_release_fails, CAS(other, release, relaxed))
PUBLISH(FAILS, cas_seq_cst_fails, CAS(other, seq_cst, seq_cst))
PUBLISH(ORDERED, cas_weak_release,
        while (!x.compare_exchange_weak(expected, 1, memory_order_release,
                                        memory_order_relaxed)))

// --- observing

#define OBSERVE(Expected, Name, Operation)                                     \
  EDGE(Expected, Name, x.store(1, memory_order_release), Operation)

OBSERVE(RACE, load_relaxed, x.load(memory_order_relaxed))
OBSERVE(ORDERED, load_consume, x.load(memory_order_consume))
OBSERVE(ORDERED, load_acquire, x.load(memory_order_acquire))
OBSERVE(ORDERED, load_seq_cst, x.load(memory_order_seq_cst))
OBSERVE(ORDERED, load_by_conversion, (void)static_cast<int>(x))

OBSERVE(RACE, overwriting_release, x.store(2, memory_order_release))
OBSERVE(RACE, overwriting_seq_cst, x.store(2, memory_order_seq_cst))

OBSERVE(RACE, exchanged_relaxed, x.exchange(2, memory_order_relaxed))
OBSERVE(RACE, exchanged_release, x.exchange(2, memory_order_release))
OBSERVE(ORDERED, exchanged_acquire, x.exchange(2, memory_order_acquire))
OBSERVE(ORDERED, exchanged_acq_rel, x.exchange(2, memory_order_acq_rel))
OBSERVE(ORDERED, exchanged_seq_cst, x.exchange(2, memory_order_seq_cst))

OBSERVE(RACE, added_relaxed, x.fetch_add(1, memory_order_relaxed))
OBSERVE(RACE, added_release, x.fetch_add(1, memory_order_release))
OBSERVE(ORDERED, added_acquire, x.fetch_add(1, memory_order_acquire))
OBSERVE(ORDERED, subtracted_acq_rel, x.fetch_sub(1, memory_order_acq_rel))
OBSERVE(ORDERED, anded_seq_cst, x.fetch_and(1, memory_order_seq_cst))

OBSERVE(RACE, cas_1_relaxed, expected = 1; CAS(expected, relaxed, relaxed))
OBSERVE(RACE, cas_1_release, expected = 1; CAS(expected, release, relaxed))
OBSERVE(ORDERED, cas_1_acquire, expected = 1; CAS(expected, acquire, relaxed))
OBSERVE(ORDERED, cas_1_acq_rel, expected = 1; CAS(expected, acq_rel, relaxed))
OBSERVE(ORDERED, cas_1_seq_cst, expected = 1; CAS(expected, seq_cst, relaxed))
// Failure is a load of its own order.
OBSERVE(FAILS, cas_failed_relaxed, CAS(other, acq_rel, relaxed))
OBSERVE(ORDERED, cas_failed_acquire, CAS(other, relaxed, acquire))
OBSERVE(ORDERED, cas_failed_seq_cst, CAS(other, relaxed, seq_cst))

// --- other types and sizes

template <class T> struct Published {
  std::atomic<T> x{};
  void Publish(T value) { x.store(value, memory_order_release); }
  T Observe() { return x.load(memory_order_acquire); }
};
#define TYPE(Name, Type, Value)                                                \
  ORDERED(type_##Name) {                                                       \
    Published<Type> published;                                                 \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          published.Publish(Value);                                            \
        },                                                                     \
        [&] {                                                                  \
          published.Observe();                                                 \
          WRITE;                                                               \
        });                                                                    \
  }
enum class Colour { Red, Green };
struct Pair {
  short a, b;
};
TYPE(bool, bool, true)
TYPE(char, char, 'x')
TYPE(short, short, 1)
TYPE(long, long, 1)
TYPE(pointer, void *, &published)
TYPE(enum, Colour, Colour::Green)
TYPE(struct, Pair, (Pair{1, 2}))
TYPE(double, double, 1.5)

RACE(another_atomic) {
  std::atomic<int> x[2] = {};
  InTurn(
      [&] {
        WRITE;
        x[0].store(1);
      },
      [&] {
        x[1].load();
        WRITE;
      });
}

ORDERED(flag_as_spinlock) {
  std::atomic_flag flag = ATOMIC_FLAG_INIT;
  auto body = [&] {
    while (flag.test_and_set(memory_order_acquire))
      ;
    WRITE;
    flag.clear(memory_order_release);
  };
  InTurn(body, body);
}
RACE(flag_cleared_relaxed) {
  std::atomic_flag flag = ATOMIC_FLAG_INIT;
  auto body = [&] {
    while (flag.test_and_set(memory_order_acquire))
      ;
    WRITE;
    flag.clear(memory_order_relaxed);
  };
  InTurn(body, body);
}

// The builtins, without std::atomic.
ORDERED(builtin) {
  int x = 0;
  InTurn(
      [&] {
        WRITE;
        __atomic_store_n(&x, 1, __ATOMIC_RELEASE);
      },
      [&] {
        (void)__atomic_load_n(&x, __ATOMIC_ACQUIRE);
        WRITE;
      });
}
ORDERED(legacy_builtin) {
  int x = 0;
  InTurn(
      [&] {
        WRITE;
        __sync_fetch_and_add(&x, 1);
      },
      [&] {
        __sync_fetch_and_add(&x, 1);
        WRITE;
      });
}
RACE(volatile_is_not_atomic) {
  volatile int x = 0;
  InTurn(
      [&] {
        WRITE;
        x = 1;
      },
      [&] {
        (void)x;
        WRITE;
      });
}
RACE(signal_fence) {
  std::atomic<int> x(0);
  InTurn(
      [&] {
        WRITE;
        std::atomic_signal_fence(memory_order_seq_cst);
        x.store(1, memory_order_relaxed);
      },
      [&] {
        (void)x.load(memory_order_relaxed);
        std::atomic_signal_fence(memory_order_seq_cst);
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 66 cases
