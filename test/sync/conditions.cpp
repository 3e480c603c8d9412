// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %debug-cases -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: waiting on a condition variable gives the mutex up and takes it
// again, whichever way the wait ends; notifying orders nothing.

#include "cases.h"
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>

using namespace std::chrono_literals;

// `Wait` is a wait that comes back soon or when notified. The waiter is in it
// while the other thread has the mutex: only the wait gave it to him.
#define WAIT_CASES(Name, Wait)                                                 \
  SILENT(Name##_gives_up, "condition_wait", "mutex") {                         \
    std::mutex m;                                                              \
    std::condition_variable cv;                                                \
    bool ready = false;                                                        \
    Together(                                                                  \
        [&] {                                                                  \
          std::unique_lock lock(m);                                            \
          WRITE;                                                               \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          std::unique_lock lock(m);                                            \
          WRITE;                                                               \
          ready = true;                                                        \
          cv.notify_one();                                                     \
        });                                                                    \
  }                                                                            \
  SILENT(Name##_takes_again, "condition_wait", "mutex") {                      \
    std::mutex m;                                                              \
    std::condition_variable cv;                                                \
    bool ready = false;                                                        \
    Together(                                                                  \
        [&] {                                                                  \
          std::unique_lock lock(m);                                            \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          std::unique_lock lock(m);                                            \
          WRITE;                                                               \
          ready = true;                                                        \
          cv.notify_all();                                                     \
        });                                                                    \
  }                                                                            \
  RACE(Name##_orders_nothing_more) {                                           \
    std::mutex m;                                                              \
    std::condition_variable cv;                                                \
    bool ready = false;                                                        \
    Together(                                                                  \
        [&] {                                                                  \
          std::unique_lock lock(m);                                            \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          step.WaitFor(2);                                                     \
          READ;                                                                \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          m.lock();                                                            \
          ready = true;                                                        \
          m.unlock();                                                          \
          WRITE;                                                               \
          cv.notify_all();                                                     \
          step.Done();                                                         \
        });                                                                    \
  }

WAIT_CASES(wait, cv.wait(lock))
WAIT_CASES(wait_for, cv.wait_for(lock, 1h))
WAIT_CASES(wait_for_timeout, cv.wait_for(lock, 100us))
WAIT_CASES(wait_until_steady,
           cv.wait_until(lock, std::chrono::steady_clock::now() + 1h))
WAIT_CASES(wait_until_system,
           cv.wait_until(lock, std::chrono::system_clock::now() + 1h))
WAIT_CASES(wait_until_timeout,
           cv.wait_until(lock, std::chrono::system_clock::now() + 100us))

SILENT(predicate, "mutex") {
  std::mutex m;
  std::condition_variable cv;
  bool ready = false;
  Together(
      [&] {
        std::unique_lock lock(m);
        cv.wait(lock, [&] { return ready; });
        WRITE;
      },
      [&] {
        std::unique_lock lock(m);
        WRITE;
        ready = true;
        cv.notify_one();
      });
}

SILENT(any, "mutex") {
  std::mutex m;
  std::condition_variable_any cv;
  bool ready = false;
  Together(
      [&] {
        std::unique_lock lock(m);
        cv.wait(lock, [&] { return ready; });
        WRITE;
      },
      [&] {
        std::unique_lock lock(m);
        WRITE;
        ready = true;
        cv.notify_one();
      });
}

// A queue between two threads: what it hands over is ordered.
SILENT(ping_pong, "mutex+condition_wait") {
  std::mutex m;
  std::condition_variable cv;
  int turn = 0;
  auto player = [&](int me) {
    for (int i = 0; i < 50; i++) {
      std::unique_lock lock(m);
      cv.wait(lock, [&] { return turn % 2 == me; });
      lock.unlock();
      WRITE;
      lock.lock();
      turn++;
      cv.notify_all();
    }
  };
  Together([&] { player(0); }, [&] { player(1); });
}

/// One whose timed waits go by this clock.
struct Condition {
  pthread_cond_t c;
  explicit Condition(clockid_t clock) {
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, clock);
    pthread_cond_init(&c, &attr);
    pthread_condattr_destroy(&attr);
  }
};

// The C library's own waits, in one thread's turn.
#define PTHREAD_WAIT(Name, Clock, Wait)                                        \
  SILENT(Name, "condition_wait", "mutex") {                                    \
    pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;                             \
    Condition condition(Clock);                                                \
    bool ready = false;                                                        \
    const timespec until = {1, 0};                                             \
    (void)until;                                                               \
    Together(                                                                  \
        [&] {                                                                  \
          pthread_mutex_lock(&m);                                              \
          WRITE;                                                               \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          WRITE;                                                               \
          pthread_mutex_unlock(&m);                                            \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          pthread_mutex_lock(&m);                                              \
          WRITE;                                                               \
          ready = true;                                                        \
          pthread_cond_signal(&condition.c);                                   \
          pthread_mutex_unlock(&m);                                            \
        });                                                                    \
  }
PTHREAD_WAIT(pthread_wait, CLOCK_REALTIME, pthread_cond_wait(&condition.c, &m))
PTHREAD_WAIT(pthread_timedwait, CLOCK_REALTIME,
             pthread_cond_timedwait(&condition.c, &m, &until))
PTHREAD_WAIT(pthread_timedwait_monotonic, CLOCK_MONOTONIC,
             pthread_cond_timedwait(&condition.c, &m, &until))
PTHREAD_WAIT(pthread_clockwait, CLOCK_REALTIME,
             pthread_cond_clockwait(&condition.c, &m, CLOCK_MONOTONIC, &until))

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 25 cases
