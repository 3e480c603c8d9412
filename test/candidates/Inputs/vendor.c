/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 * A library that was not built with MapSan: it calls back, also in threads of its
 * own, and hands over between its callbacks by means of its own. Compiled
 * without frame pointers, as distributions do. */

#include "vendor.h"
#include "invisible_barrier.h"
#include <pthread.h>
#include <stdlib.h>

/* Every callback in turn, as `turn` says. The order is the library's secret. */
static invisible_step turns;

void vendor_in_turn(int turn, void (*callback)(void *), void *arg) {
  /* Some of its own business on the stack, and rbp as a register like others. */
  volatile long scratch[7 + turn];
  scratch[turn] = turn;
  invisible_wait_for(&turns, turn);
  callback(arg);
  scratch[0] = scratch[turn];
  invisible_done(&turns);
}

struct start {
  void (*callback)(void *);
  void *arg;
};

static void *run(void *p) {
  struct start s = *(struct start *)p;
  free(p);
  s.callback(s.arg);
  return 0;
}

/* Its thread begins in the program's own code: no frame of the library is left
 * below it. */
pthread_t vendor_thread(void *(*start)(void *), void *arg) {
  pthread_t thread;
  pthread_create(&thread, 0, start, arg);
  return thread;
}

pthread_t vendor_thread_calling_back(void (*callback)(void *), void *arg) {
  pthread_t thread;
  struct start *s = malloc(sizeof(*s));
  s->callback = callback;
  s->arg = arg;
  pthread_create(&thread, 0, run, s);
  return thread;
}

static int compare(const void *a, const void *b) {
  (void)a, (void)b;
  return 0;
}

/* By way of the C library: the innermost foreign frame is a harmless one. */
void vendor_sorts(int (*callback)(const void *, const void *)) {
  int two[] = {1, 2};
  qsort(two, 2, sizeof(int), callback ? callback : compare);
}
