// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %debug-cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: a lock-free queue that comes as a header (moodycamel's) is the
// program's code: its atomics and fences order what goes through it.

#include "cases.h"
#include <concurrentqueue/blockingconcurrentqueue.h>
#include <concurrentqueue/concurrentqueue.h>

static int one = 1;

#define QUEUE_CASES(Name, Queue, Push, Pop)                                    \
  SILENT(Name, "atomic_release+fence_release") {                               \
    Queue<int> q;                                                              \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Push;                                                                \
        },                                                                     \
        [&] {                                                                  \
          int item = 0;                                                        \
          Pop;                                                                 \
          if (item != 1)                                                       \
            __builtin_abort();                                                 \
          WRITE;                                                               \
        });                                                                    \
  }                                                                            \
  RACE(Name##_after_push) {                                                    \
    Queue<int> q;                                                              \
    InTurn(                                                                    \
        [&] {                                                                  \
          Push;                                                                \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          int item = 0;                                                        \
          Pop;                                                                 \
          WRITE;                                                               \
        });                                                                    \
  }
QUEUE_CASES(enqueue, moodycamel::ConcurrentQueue, q.enqueue(1),
            q.try_dequeue(item))
QUEUE_CASES(try_enqueue, moodycamel::ConcurrentQueue, q.try_enqueue(1),
            q.try_dequeue(item))
QUEUE_CASES(producer_token, moodycamel::ConcurrentQueue,
            moodycamel::ProducerToken token(q);
            q.enqueue(token, 1), moodycamel::ConsumerToken token(q);
            q.try_dequeue(token, item))
QUEUE_CASES(bulk, moodycamel::ConcurrentQueue, q.enqueue_bulk(&one, 1),
            q.try_dequeue_bulk(&item, 1))
QUEUE_CASES(blocking, moodycamel::BlockingConcurrentQueue, q.enqueue(1),
            q.wait_dequeue(item))
QUEUE_CASES(blocking_timed, moodycamel::BlockingConcurrentQueue, q.enqueue(1),
            q.wait_dequeue_timed(item, 1000000))

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: {{[0-9]+}} cases
