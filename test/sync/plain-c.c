// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %mapsan-clang -g -O1 -I%mapsan_prefix/include -I%mapsan_source/test/support %s -o %t && %not %t 2>&1 | %FileCheck %s
// RUN: %mapsan-clang -g -O1 -I%mapsan_prefix/include -I%mapsan_source/test/support -DFIXED %s -o %t.fixed
// RUN: %t.fixed 2>&1 | %FileCheck %s --check-prefix=FIXED

// Intent: a C program without any C++ library, with a map of its own.

#include "invisible_barrier.h"
#include <mapsan/interface.h>
#include <pthread.h>
#include <stdio.h>

static int table[16];
static invisible_step step;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void store(int key, int value) {
  pthread_mutex_lock(&mutex);
  mapsan_map_write(table, "table");
  table[key] = value;
  pthread_mutex_unlock(&mutex);
}

static int fetch(int key) {
#ifdef FIXED
  pthread_mutex_lock(&mutex);
#endif
  mapsan_map_read(table, "table");
  int value = table[key];
#ifdef FIXED
  pthread_mutex_unlock(&mutex);
#endif
  return value;
}

static void *writer(void *unused) {
  store(1, 2);
  invisible_done(&step);
  return unused;
}

static void *reader(void *unused) {
  invisible_wait_for(&step, 1);
  fetch(1);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], 0, writer, 0);
  pthread_create(&threads[1], 0, reader, 0);
  pthread_join(threads[0], 0);
  pthread_join(threads[1], 0);
  fprintf(stderr, "DONE\n");
  return 0;
}

// CHECK: WARNING: MapSanitizer: concurrent map read and map write
// CHECK: {{#[01]}} fetch
// CHECK: {{#[01]}} store
// CHECK: SUMMARY: MapSanitizer: concurrent map read and map write {{.*}} in fetch
// CHECK: DONE

// FIXED-NOT: MapSanitizer
// FIXED: DONE
