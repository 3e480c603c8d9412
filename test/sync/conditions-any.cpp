// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %cases20 -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases20 -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: condition_variable_any, with any lock and with a stop token, gives
// the lock up and takes it again; its own mutex orders nothing. What
// notify_all_at_thread_exit unlocks, it unlocks behind everything else.

#include "cases.h"
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <stop_token>
#include <thread>

using namespace std::chrono_literals;

// `Wait` is a wait that comes back soon or when notified. The waiter is in it
// while the other thread has the lock: only the wait gave it to him.
#define WAIT_CASES(Name, Told, Mutex, Lock, Wait)                              \
  SILENT(Name##_gives_up_and_takes_again,                                      \
         "mutex+mutex_recursive+rwlock_write") {                               \
    Mutex m;                                                                   \
    std::condition_variable_any cv;                                            \
    [[maybe_unused]] std::stop_source stop;                                    \
    bool ready = false;                                                        \
    [[maybe_unused]] auto is_ready = [&] { return ready; };                    \
    Together(                                                                  \
        [&] {                                                                  \
          Lock lock(m);                                                        \
          WRITE;                                                               \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          Lock lock(m);                                                        \
          WRITE;                                                               \
          ready = true;                                                        \
          cv.notify_one();                                                     \
        });                                                                    \
  }                                                                            \
  RACE(Name##_is_told_nothing, Told) {                                         \
    Mutex m;                                                                   \
    std::condition_variable_any cv;                                            \
    [[maybe_unused]] std::stop_source stop;                                    \
    bool ready = false;                                                        \
    [[maybe_unused]] auto is_ready = [&] { return ready; };                    \
    Together(                                                                  \
        [&] {                                                                  \
          Lock lock(m);                                                        \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          step.WaitFor(2);                                                     \
          (void)cv;                                                            \
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

// Its own mutex would order the waiter behind the notifier; one who waits in
// vain may not meet him there.
#define OWN_MUTEX "catalog_inside"
WAIT_CASES(wait, OWN_MUTEX, std::mutex, std::unique_lock, cv.wait(lock))
WAIT_CASES(wait_for, OWN_MUTEX, std::mutex, std::unique_lock,
           cv.wait_for(lock, 1h))
WAIT_CASES(wait_for_timeout, NO_RULE, std::mutex, std::unique_lock,
           cv.wait_for(lock, 100us))
WAIT_CASES(wait_until, NO_RULE, std::mutex, std::unique_lock,
           cv.wait_until(lock, std::chrono::system_clock::now() + 100us))
WAIT_CASES(predicate, OWN_MUTEX, std::mutex, std::unique_lock,
           cv.wait(lock, is_ready))
WAIT_CASES(recursive, OWN_MUTEX, std::recursive_mutex, std::unique_lock,
           cv.wait(lock))
WAIT_CASES(timed, OWN_MUTEX, std::timed_mutex, std::unique_lock, cv.wait(lock))
WAIT_CASES(shared, OWN_MUTEX, std::shared_mutex, std::unique_lock,
           cv.wait(lock))
WAIT_CASES(stoppable, OWN_MUTEX, std::mutex, std::unique_lock,
           cv.wait(lock, stop.get_token(), is_ready))
WAIT_CASES(stoppable_for, OWN_MUTEX, std::mutex, std::unique_lock,
           cv.wait_for(lock, stop.get_token(), 1h, is_ready))
WAIT_CASES(stoppable_until, NO_RULE, std::mutex, std::unique_lock,
           cv.wait_until(lock, stop.get_token(),
                         std::chrono::steady_clock::now() + 100us, is_ready))

// Who waits with a shared lock.
SILENT(shared_lock, "rwlock_write") {
  std::shared_mutex m;
  std::condition_variable_any cv;
  bool ready = false;
  Together(
      [&] {
        std::shared_lock lock(m);
        step.Done();
        cv.wait(lock, [&] { return ready; });
        READ;
      },
      [&] {
        step.WaitFor(1);
        std::unique_lock lock(m);
        WRITE;
        ready = true;
        cv.notify_all();
      });
}
// Notifiers by the same variable.
RACE(notifiers, "catalog_inside") {
  std::condition_variable_any cv;
  InTurn(
      [&] {
        WRITE;
        cv.notify_one();
      },
      [&] {
        cv.notify_all();
        WRITE;
      });
}
// The stop request happens before the wait's return that it ends.
SILENT(stopped, "atomic_acquire") {
  std::mutex m;
  std::condition_variable_any cv;
  std::stop_source stop;
  Together(
      [&] {
        std::unique_lock lock(m);
        step.Done();
        if (cv.wait(lock, stop.get_token(), [] { return false; }))
          __builtin_abort();
        if (!stop.stop_requested())
          __builtin_abort();
        WRITE;
      },
      [&] {
        step.WaitFor(1);
        WRITE;
        stop.request_stop();
      });
}

// --- at thread exit

static thread_local struct WritesAtExit {
  cases::Map *map = nullptr;
  ~WritesAtExit() {
    if (map)
      map->emplace(__COUNTER__, 0);
  }
} writes_at_exit;

SILENT(at_thread_exit, "mutex+condition_wait") {
  std::mutex m;
  std::condition_variable cv;
  bool ready = false;
  std::thread notifier([&] {
    std::unique_lock lock(m);
    writes_at_exit.map = &map;
    ready = true;
    std::notify_all_at_thread_exit(cv, std::move(lock));
    WRITE;
  });
  {
    std::unique_lock lock(m);
    cv.wait(lock, [&] { return ready; });
    WRITE;
  }
  notifier.join();
}
RACE(not_at_thread_exit) {
  std::mutex m;
  std::condition_variable cv;
  std::thread notifier([&] {
    std::unique_lock lock(m);
    WRITE;
    std::notify_all_at_thread_exit(cv, std::move(lock));
    step.Done();
    step.WaitFor(2);
  });
  step.WaitFor(1);
  if (m.try_lock())
    __builtin_abort();
  WRITE;
  step.Done();
  notifier.join();
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 27 cases
