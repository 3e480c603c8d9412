// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %c-cases -O1 %s -o %t && %run-cases %t | %FileCheck %s
// RUN: %debug-c-cases -O1 %s -o %t.debug && %run-cases %t.debug | %FileCheck %s

// Intent: C11's threads, mutexes, condition variables and call_once order what
// the standard says they order.

#include "c_cases.h"
#include <string.h>
#include <threads.h>

static mtx_t mutex;
static cnd_t condition;
static once_flag flag;
static int ready;
static const struct timespec kLongAgo = {1, 0}, kFarAhead = {1ll << 33, 0};

static int write_it(void *unused) {
  (void)unused;
  WRITE;
  return 7;
}
static int write_and_say_so(void *unused) {
  (void)unused;
  WRITE;
  invisible_done(step);
  return 0;
}
static int wait_and_write(void *unused) {
  (void)unused;
  invisible_wait_for(step, 1);
  WRITE;
  return 0;
}

// --- threads

static void create_and_join(void) {
  thrd_t thread;
  int result = 0;
  WRITE;
  thrd_create(&thread, write_it, 0);
  thrd_join(thread, &result);
  WRITE;
  if (result != 7)
    puts("UNEXPECTED result");
}
static void not_yet_joined(void) {
  thrd_t thread;
  thrd_create(&thread, write_and_say_so, 0);
  invisible_wait_for(step, 1);
  WRITE;
  thrd_join(thread, 0);
}
static void detached(void) {
  thrd_t thread;
  thrd_create(&thread, write_and_say_so, 0);
  thrd_detach(thread);
  invisible_wait_for(step, 1);
  WRITE;
}
static void after_create(void) {
  thrd_t thread;
  thrd_create(&thread, wait_and_write, 0);
  WRITE;
  invisible_done(step);
  thrd_join(thread, 0);
}

static int exits_at_once(void *unused) {
  (void)unused;
  WRITE;
  thrd_exit(7);
}
static void thread_exit(void) {
  thrd_t thread;
  int result = 0;
  thrd_create(&thread, exits_at_once, 0);
  thrd_join(thread, &result);
  WRITE;
  if (result != 7)
    puts("UNEXPECTED result");
}
// The destructors of its thread-specific storage are its last acts.
static tss_t key;
static void write_at_end(void *unused) {
  (void)unused;
  WRITE;
}
static int sets_key(void *unused) {
  (void)unused;
  tss_set(key, &key);
  return 0;
}
static void storage(void) {
  thrd_t thread;
  tss_create(&key, write_at_end);
  thrd_create(&thread, sets_key, 0);
  thrd_join(thread, 0);
  WRITE;
  tss_delete(key);
}

// --- mutexes

static void in_turn(int (*first)(void *), int (*second)(void *)) {
  thrd_t threads[2];
  thrd_create(&threads[0], first, 0);
  thrd_create(&threads[1], second, 0);
  thrd_join(threads[0], 0);
  thrd_join(threads[1], 0);
}
static int locks_first(void *unused) {
  (void)unused;
  mtx_lock(&mutex);
  WRITE;
  mtx_unlock(&mutex);
  invisible_done(step);
  return 0;
}
static int locks_second(void *unused) {
  (void)unused;
  invisible_wait_for(step, 1);
  mtx_lock(&mutex);
  WRITE;
  mtx_unlock(&mutex);
  return 0;
}
static int locks_twice(void *unused) {
  (void)unused;
  invisible_wait_for(step, 1);
  mtx_lock(&mutex);
  mtx_lock(&mutex);
  WRITE;
  mtx_unlock(&mutex);
  WRITE;
  mtx_unlock(&mutex);
  return 0;
}
static int tries(void *unused) {
  (void)unused;
  invisible_wait_for(step, 1);
  if (mtx_trylock(&mutex) != thrd_success)
    puts("UNEXPECTED trylock");
  WRITE;
  mtx_unlock(&mutex);
  return 0;
}
static int waits_long(void *unused) {
  (void)unused;
  invisible_wait_for(step, 1);
  if (mtx_timedlock(&mutex, &kFarAhead) != thrd_success)
    puts("UNEXPECTED timedlock");
  WRITE;
  mtx_unlock(&mutex);
  return 0;
}
static int locks_again(void *unused) {
  (void)unused;
  mtx_lock(&mutex);
  WRITE;
  mtx_unlock(&mutex);
  mtx_lock(&mutex);
  invisible_done(step);
  invisible_wait_for(step, 2);
  mtx_unlock(&mutex);
  return 0;
}
static int tries_in_vain(void *unused) {
  (void)unused;
  invisible_wait_for(step, 1);
  if (mtx_trylock(&mutex) != thrd_busy)
    puts("UNEXPECTED trylock");
  WRITE;
  invisible_done(step);
  return 0;
}
static int waits_in_vain(void *unused) {
  (void)unused;
  invisible_wait_for(step, 1);
  if (mtx_timedlock(&mutex, &kLongAgo) != thrd_timedout)
    puts("UNEXPECTED timedlock");
  WRITE;
  invisible_done(step);
  return 0;
}
static void both_lock(void) { in_turn(locks_first, locks_second); }
static void recursive(void) {
  mtx_destroy(&mutex);
  mtx_init(&mutex, mtx_recursive);
  in_turn(locks_first, locks_twice);
}
static void one_locks(void) { in_turn(locks_first, wait_and_write); }
static void trylock(void) { in_turn(locks_first, tries); }
static void timedlock(void) { in_turn(locks_first, waits_long); }
static void trylock_fails(void) { in_turn(locks_again, tries_in_vain); }
static void timedlock_fails(void) { in_turn(locks_again, waits_in_vain); }
static void another_life(void) {
  thrd_t threads[2];
  thrd_create(&threads[0], locks_first, 0);
  invisible_wait_for(step, 1);
  mtx_destroy(&mutex);
  mtx_init(&mutex, mtx_plain);
  thrd_create(&threads[1], locks_second, 0);
  thrd_join(threads[1], 0);
  thrd_join(threads[0], 0);
}

// --- condition variables

static int makes_ready(void *unused) {
  (void)unused;
  invisible_wait_for(step, 1);
  mtx_lock(&mutex);
  WRITE;
  ready = 1;
  cnd_signal(&condition);
  mtx_unlock(&mutex);
  return 0;
}
static int waits(void *unused) {
  (void)unused;
  mtx_lock(&mutex);
  WRITE;
  invisible_done(step);
  while (!ready)
    cnd_wait(&condition, &mutex);
  WRITE;
  mtx_unlock(&mutex);
  return 0;
}
static int waits_with_timeouts(void *unused) {
  (void)unused;
  mtx_lock(&mutex);
  WRITE;
  invisible_done(step);
  while (!ready)
    cnd_timedwait(&condition, &mutex, &kLongAgo);
  WRITE;
  mtx_unlock(&mutex);
  return 0;
}
static void cond_wait(void) { in_turn(waits, makes_ready); }
static void timedwait(void) { in_turn(waits_with_timeouts, makes_ready); }

// --- call_once

static void initialise(void) { WRITE; }
static int calls_first(void *unused) {
  (void)unused;
  call_once(&flag, initialise);
  invisible_done(step);
  return 0;
}
static int calls_second(void *unused) {
  (void)unused;
  invisible_wait_for(step, 1);
  call_once(&flag, initialise);
  READ;
  return 0;
}
static int does_not_call(void *unused) {
  (void)unused;
  invisible_wait_for(step, 1);
  READ;
  return 0;
}
static void once(void) { in_turn(calls_first, calls_second); }
static void once_not_called(void) { in_turn(calls_first, does_not_call); }

static void begin_case(void) {
  static const once_flag fresh = ONCE_FLAG_INIT;
  mtx_init(&mutex, mtx_timed);
  cnd_init(&condition);
  memcpy(&flag, &fresh, sizeof flag);
  ready = 0;
}

int main(void) {
  SILENT(create_and_join, "thread_create", "thread_join");
  SILENT(thread_exit, "thread_join");
  SILENT(storage, "thread_join");
  RACE(not_yet_joined);
  RACE(detached);
  RACE(after_create);
  SILENT(both_lock, "mutex");
  SILENT(recursive, "mutex_recursive");
  RACE(one_locks);
  SILENT(trylock, "mutex_try");
  SILENT(timedlock, "mutex_try");
  RACE(trylock_fails, "mutex_try_fails");
  RACE(timedlock_fails, "mutex_try_fails");
  RACE(another_life, "life_of_init");
  SILENT(cond_wait, "condition_wait", "mutex");
  SILENT(timedwait, "condition_wait", "mutex");
  SILENT(once, "once");
  RACE(once_not_called);
  return end_of_cases();
}

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 18 cases
