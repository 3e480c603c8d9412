// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A C program, which links no C++ library.
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t Lock = PTHREAD_MUTEX_INITIALIZER;

int main(void) {
  pthread_mutex_lock(&Lock);
  pthread_mutex_unlock(&Lock);
  puts("DONE");
  return 0;
}
