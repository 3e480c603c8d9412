// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two threads, whose order in time orders nothing.

#ifndef MAPSAN_TEST_RUNTIME_THREADS_H
#define MAPSAN_TEST_RUNTIME_THREADS_H

#include "../../support/body.h"
#include "../../support/invisible_barrier.h"
#include <thread>

// `first` in a thread of its own, then `second` in another. Both threads exist
// before the one begins, and live until the other has ended.
inline void RunInOrder(Body first, Body second) {
  invisible::Step step;
  std::thread a([&] {
    step.WaitFor(1);
    first();
    step.Done();
    step.WaitFor(3);
  });
  std::thread b([&] {
    step.WaitFor(2);
    second();
    step.Done();
  });
  step.Done();
  a.join();
  b.join();
}
template <class First, class Second> void InOrder(First first, Second second) {
  RunInOrder(first, second);
}

#endif // MAPSAN_TEST_RUNTIME_THREADS_H
