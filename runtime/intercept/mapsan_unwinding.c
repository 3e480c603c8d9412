// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A call that may be left by an exception: see mapsan_unwinding.h.

#include "mapsan_unwinding.h"

struct Cleanup {
  void (*function)(void *);
  void *argument;
};

static void Run(struct Cleanup *cleanup) {
  cleanup->function(cleanup->argument);
}

void mapsan_call_with_unwinding(void (*function)(void), void (*cleanup)(void *),
                                void *argument) {
  __attribute__((cleanup(Run))) struct Cleanup guard = {cleanup, argument};
  function();
}
