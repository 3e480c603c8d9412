// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %c-cases -Wno-atomic-alignment -O2 %s -o %t -latomic && %run-cases %t | %FileCheck %s
// RUN: %debug-c-cases -Wno-atomic-alignment -O0 %s -o %t.debug -latomic && %run-cases %t.debug | %FileCheck %s

// Intent: C11's atomics, and the builtins of both generations, synchronise in C
// as they do in C++, whatever their size.

#include "c_cases.h"
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

struct sixteen {
  long a, b;
};
struct odd {
  char bytes[11]; // of no size that a machine has: libatomic's business
};

static union {
  atomic_int of_c11;
  atomic_flag flag;
  int plain;
  long wide;
  _Atomic(struct sixteen) sixteen;
  _Atomic(struct odd) odd;
} x;
static void begin_case(void) { memset(&x, 0, sizeof x); }

static void (*first_step)(void), (*second_step)(void);
static void *first(void *unused) {
  WRITE;
  first_step();
  invisible_done(step);
  return unused;
}
static void *second(void *unused) {
  invisible_wait_for(step, 1);
  second_step();
  WRITE;
  return unused;
}
static void in_turn(void (*publish)(void), void (*observe)(void)) {
  pthread_t threads[2];
  first_step = publish;
  second_step = observe;
  pthread_create(&threads[0], 0, first, 0);
  pthread_create(&threads[1], 0, second, 0);
  pthread_join(threads[0], 0);
  pthread_join(threads[1], 0);
}

// One thread writes the map, then does Publish on x; the other does Observe,
// then writes the map.
#define EDGE(Name, Publish, Observe)                                           \
  static void Name##_publish(void) { Publish; }                                \
  static void Name##_observe(void) { Observe; }                                \
  static void Name(void) { in_turn(Name##_publish, Name##_observe); }

#define ATOMIC(Operation, ...) atomic_##Operation##_explicit(__VA_ARGS__)
#define OBSERVE ATOMIC(load, &x.of_c11, memory_order_acquire)
#define PUBLISH ATOMIC(store, &x.of_c11, 1, memory_order_release)

EDGE(store_release, PUBLISH, OBSERVE)
EDGE(store_relaxed, ATOMIC(store, &x.of_c11, 1, memory_order_relaxed), OBSERVE)
EDGE(load_relaxed, PUBLISH, ATOMIC(load, &x.of_c11, memory_order_relaxed))
EDGE(operators, x.of_c11 = 1, (void)x.of_c11)
EDGE(increment, x.of_c11++, x.of_c11--)
EDGE(exchange, ATOMIC(exchange, &x.of_c11, 1, memory_order_release),
     ATOMIC(exchange, &x.of_c11, 2, memory_order_acquire))
EDGE(fetch_or, ATOMIC(fetch_or, &x.of_c11, 1, memory_order_release),
     ATOMIC(fetch_and, &x.of_c11, 1, memory_order_acquire))

static int zero, seven;
#define CAS(Expected, Success, Failure)                                        \
  (zero = 0, seven = 7,                                                        \
   ATOMIC(compare_exchange_strong, &x.of_c11, &Expected, 1,                    \
          memory_order_##Success, memory_order_##Failure))
EDGE(cas, CAS(zero, release, relaxed), OBSERVE)
EDGE(cas_fails, CAS(seven, release, relaxed), OBSERVE)
EDGE(failed_cas_acquires, PUBLISH, CAS(seven, relaxed, acquire))

EDGE(flag, atomic_flag_clear_explicit(&x.flag, memory_order_release),
     atomic_flag_test_and_set_explicit(&x.flag, memory_order_acquire))
EDGE(flag_relaxed, atomic_flag_clear_explicit(&x.flag, memory_order_relaxed),
     atomic_flag_test_and_set_explicit(&x.flag, memory_order_acquire))

EDGE(fences, atomic_thread_fence(memory_order_release);
     ATOMIC(store, &x.of_c11, 1, memory_order_relaxed),
     ATOMIC(load, &x.of_c11, memory_order_relaxed);
     atomic_thread_fence(memory_order_acquire))

EDGE(sixteen_bytes,
     ATOMIC(store, &x.sixteen, ((struct sixteen){1, 2}), memory_order_release),
     ATOMIC(load, &x.sixteen, memory_order_acquire))
EDGE(sixteen_bytes_relaxed,
     ATOMIC(store, &x.sixteen, ((struct sixteen){1, 2}), memory_order_relaxed),
     ATOMIC(load, &x.sixteen, memory_order_acquire))
EDGE(odd_size,
     ATOMIC(exchange, &x.odd, ((struct odd){"abc"}), memory_order_release),
     ATOMIC(load, &x.odd, memory_order_acquire))
EDGE(odd_size_relaxed,
     ATOMIC(exchange, &x.odd, ((struct odd){"abc"}), memory_order_relaxed),
     ATOMIC(load, &x.odd, memory_order_acquire))

// --- the builtins

EDGE(builtin_store_n, __atomic_store_n(&x.plain, 1, __ATOMIC_RELEASE),
     __atomic_load_n(&x.plain, __ATOMIC_ACQUIRE))
EDGE(builtin_store_n_relaxed, __atomic_store_n(&x.plain, 1, __ATOMIC_RELAXED),
     __atomic_load_n(&x.plain, __ATOMIC_ACQUIRE))
static int one = 1, result;
EDGE(builtin_store, __atomic_store(&x.plain, &one, __ATOMIC_RELEASE),
     __atomic_load(&x.plain, &result, __ATOMIC_ACQUIRE))
EDGE(builtin_add_fetch, __atomic_add_fetch(&x.wide, 1, __ATOMIC_RELEASE),
     __atomic_nand_fetch(&x.wide, 1, __ATOMIC_ACQUIRE))
EDGE(builtin_cas, zero = 0;
     __atomic_compare_exchange_n(&x.plain, &zero, 1, 1, __ATOMIC_RELEASE,
                                 __ATOMIC_RELAXED),
     __atomic_load_n(&x.plain, __ATOMIC_ACQUIRE))
EDGE(builtin_flag, __atomic_clear((char *)&x.plain, __ATOMIC_RELEASE),
     __atomic_test_and_set((char *)&x.plain, __ATOMIC_ACQUIRE))
EDGE(builtin_fences, __atomic_thread_fence(__ATOMIC_SEQ_CST);
     __atomic_store_n(&x.plain, 1, __ATOMIC_RELAXED),
     __atomic_load_n(&x.plain, __ATOMIC_RELAXED);
     __atomic_thread_fence(__ATOMIC_SEQ_CST))

EDGE(sync_fetch_and_add, __sync_fetch_and_add(&x.plain, 1),
     __sync_fetch_and_add(&x.plain, 0))
EDGE(sync_sub_and_fetch, __sync_sub_and_fetch(&x.wide, 1),
     __sync_or_and_fetch(&x.wide, 0))
EDGE(sync_bool_cas, __sync_bool_compare_and_swap(&x.plain, 0, 1),
     __sync_val_compare_and_swap(&x.plain, 7, 8))
// An acquire barrier, and a release: a lock's two halves.
EDGE(sync_lock_release, __sync_lock_release(&x.plain),
     __sync_lock_test_and_set(&x.plain, 1))
// GCC promises no more than acquire; clang makes it sequentially consistent, and
// that is what runs.
EDGE(sync_lock_test_and_set, __sync_lock_test_and_set(&x.plain, 1),
     __sync_fetch_and_add(&x.plain, 0))
EDGE(sync_synchronize, __sync_synchronize();
     __atomic_store_n(&x.plain, 1, __ATOMIC_RELAXED),
     __atomic_load_n(&x.plain, __ATOMIC_RELAXED);
     __sync_synchronize())
EDGE(sync_synchronize_alone, __sync_synchronize(), __sync_synchronize())

#define ORDERED(Name) SILENT(Name, "atomic_release", "atomic_acquire")
#define FENCED(Name) SILENT(Name, "fence_release", "fence_acquire")

int main(void) {
  ORDERED(store_release);
  RACE(store_relaxed);
  RACE(load_relaxed);
  ORDERED(operators);
  ORDERED(increment);
  ORDERED(exchange);
  ORDERED(fetch_or);
  ORDERED(cas);
  RACE(cas_fails, "failed_exchange");
  ORDERED(failed_cas_acquires);
  ORDERED(flag);
  RACE(flag_relaxed);
  FENCED(fences);
  ORDERED(sixteen_bytes);
  RACE(sixteen_bytes_relaxed);
  ORDERED(odd_size);
  RACE(odd_size_relaxed);
  ORDERED(builtin_store_n);
  RACE(builtin_store_n_relaxed);
  ORDERED(builtin_store);
  ORDERED(builtin_add_fetch);
  ORDERED(builtin_cas);
  ORDERED(builtin_flag);
  FENCED(builtin_fences);
  ORDERED(sync_fetch_and_add);
  ORDERED(sync_sub_and_fetch);
  ORDERED(sync_bool_cas);
  ORDERED(sync_lock_release);
  ORDERED(sync_lock_test_and_set);
  FENCED(sync_synchronize);
  RACE(sync_synchronize_alone);
  return end_of_cases();
}

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 31 cases
