// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 -lboost_thread -lboost_chrono && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 -lboost_thread -lboost_chrono && %run-cases %t.O2 | %FileCheck %s %}

// Intent: what Boost.Thread synchronises orders what it guards, and nothing else.

#define BOOST_THREAD_VERSION 4
#define BOOST_THREAD_USES_DATETIME
#include "cases.h"
#include <boost/thread.hpp>
#include <boost/thread/barrier.hpp>
#include <boost/thread/future.hpp>
#include <boost/thread/latch.hpp>
#include <boost/thread/once.hpp>
#include <boost/thread/recursive_mutex.hpp>
#include <boost/thread/shared_mutex.hpp>
#include <new>

static const boost::chrono::seconds kLong(1000);
static auto Later() { return boost::chrono::steady_clock::now() + kLong; }

static void Must(bool taken) {
  if (!taken)
    __builtin_abort();
}

// --- mutexes of pthread

#define MUTEX_CASES(Name, Mutex, Rule)                                         \
  SILENT(Name, Rule) {                                                         \
    Mutex m;                                                                   \
    auto body = [&] {                                                          \
      boost::unique_lock<Mutex> lock(m);                                       \
      WRITE;                                                                   \
    };                                                                         \
    InTurn(body, body);                                                        \
  }                                                                            \
  RACE(Name##_too_late) {                                                      \
    Mutex m;                                                                   \
    auto body = [&] {                                                          \
      m.lock();                                                                \
      m.unlock();                                                              \
      WRITE;                                                                   \
    };                                                                         \
    InTurn(body, body);                                                        \
  }
MUTEX_CASES(mutex, boost::mutex, "mutex")
MUTEX_CASES(timed_mutex, boost::timed_mutex, "mutex")
MUTEX_CASES(recursive_mutex, boost::recursive_mutex, "mutex_recursive")
MUTEX_CASES(recursive_timed_mutex, boost::recursive_timed_mutex, "mutex")

// --- shared_mutex: one holds it in some mode and another then exclusively

#define MODE_CASES(Name, Take, Give)                                           \
  SILENT(Name, "catalog_lock") {                                               \
    boost::shared_mutex m;                                                     \
    auto exclusively = [&] {                                                   \
      m.lock();                                                                \
      WRITE;                                                                   \
      m.unlock();                                                              \
    };                                                                         \
    InTurn(                                                                    \
        exclusively,                                                           \
        [&] {                                                                  \
          Take;                                                                \
          READ;                                                                \
          Give;                                                                \
        },                                                                     \
        exclusively);                                                          \
  }                                                                            \
  RACE(Name##_too_late) {                                                      \
    boost::shared_mutex m;                                                     \
    InTurn(                                                                    \
        [&] {                                                                  \
          Take;                                                                \
          Give;                                                                \
          READ;                                                                \
        },                                                                     \
        [&] {                                                                  \
          m.lock();                                                            \
          WRITE;                                                               \
          m.unlock();                                                          \
        });                                                                    \
  }
#define TRY_CASES(Name, Try, Give)                                             \
  MODE_CASES(Name, Must(Try), Give)                                            \
  RACE(Name##_fails, "catalog_try_fails") {                                    \
    boost::shared_mutex m;                                                     \
    boost::chrono::milliseconds kLong(1);                                      \
    auto Later = [] { return boost::chrono::steady_clock::now(); };            \
    (void)kLong, (void)Later;                                                  \
    Together(                                                                  \
        [&] {                                                                  \
          m.lock();                                                            \
          WRITE;                                                               \
          m.unlock();                                                          \
          m.lock();                                                            \
          step.Done();                                                         \
          step.WaitFor(2);                                                     \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          Must(!Try);                                                          \
          READ;                                                                \
          step.Done();                                                         \
        });                                                                    \
  }
static boost::posix_time::time_duration Milliseconds(int n) {
  return boost::posix_time::milliseconds(n);
}
MODE_CASES(lock, m.lock(), m.unlock())
TRY_CASES(try_lock, m.try_lock(), m.unlock())
TRY_CASES(timed_lock, m.timed_lock(Milliseconds(1)), m.unlock())
TRY_CASES(try_lock_for, m.try_lock_for(kLong), m.unlock())
TRY_CASES(try_lock_until, m.try_lock_until(Later()), m.unlock())
MODE_CASES(lock_shared, m.lock_shared(), m.unlock_shared())
TRY_CASES(try_lock_shared, m.try_lock_shared(), m.unlock_shared())
TRY_CASES(timed_lock_shared, m.timed_lock_shared(Milliseconds(1)),
          m.unlock_shared())
TRY_CASES(try_lock_shared_for, m.try_lock_shared_for(kLong), m.unlock_shared())
TRY_CASES(try_lock_shared_until, m.try_lock_shared_until(Later()),
          m.unlock_shared())
MODE_CASES(lock_upgrade, m.lock_upgrade(), m.unlock_upgrade())
TRY_CASES(try_lock_upgrade, m.try_lock_upgrade(), m.unlock_upgrade())
TRY_CASES(timed_lock_upgrade, m.timed_lock_upgrade(Milliseconds(1)),
          m.unlock_upgrade())
TRY_CASES(try_lock_upgrade_for, m.try_lock_upgrade_for(kLong),
          m.unlock_upgrade())
TRY_CASES(try_lock_upgrade_until, m.try_lock_upgrade_until(Later()),
          m.unlock_upgrade())
// Conversions, up and down.
MODE_CASES(upgrade_to_exclusive, m.lock_upgrade();
           m.unlock_upgrade_and_lock(), m.unlock())
MODE_CASES(upgrade_tries_exclusive, m.lock_upgrade();
           Must(m.try_unlock_upgrade_and_lock()), m.unlock())
MODE_CASES(upgrade_tries_exclusive_for, m.lock_upgrade();
           Must(m.try_unlock_upgrade_and_lock_for(kLong)), m.unlock())
MODE_CASES(upgrade_tries_exclusive_until, m.lock_upgrade();
           Must(m.try_unlock_upgrade_and_lock_until(Later())), m.unlock())
MODE_CASES(exclusive_to_upgrade, m.lock();
           m.unlock_and_lock_upgrade(), m.unlock_upgrade())
MODE_CASES(exclusive_to_shared, m.lock();
           m.unlock_and_lock_shared(), m.unlock_shared())
MODE_CASES(upgrade_to_shared, m.lock_upgrade();
           m.unlock_upgrade_and_lock_shared(), m.unlock_shared())
MODE_CASES(shared_tries_exclusive, m.lock_shared();
           Must(m.try_unlock_shared_and_lock()), m.unlock())
MODE_CASES(shared_tries_exclusive_for, m.lock_shared();
           Must(m.try_unlock_shared_and_lock_for(kLong)), m.unlock())
MODE_CASES(shared_tries_exclusive_until, m.lock_shared();
           Must(m.try_unlock_shared_and_lock_until(Later())), m.unlock())
MODE_CASES(shared_tries_upgrade, m.lock_shared();
           Must(m.try_unlock_shared_and_lock_upgrade()), m.unlock_upgrade())
MODE_CASES(shared_tries_upgrade_for, m.lock_shared();
           Must(m.try_unlock_shared_and_lock_upgrade_for(kLong)),
           m.unlock_upgrade())
MODE_CASES(shared_tries_upgrade_until, m.lock_shared();
           Must(m.try_unlock_shared_and_lock_upgrade_until(Later())),
           m.unlock_upgrade())

RACE(readers) {
  boost::shared_mutex m;
  auto body = [&] {
    boost::shared_lock<boost::shared_mutex> lock(m);
    WRITE;
  };
  InTurn(body, body);
}
// Upgraders exclude each other, but not readers.
SILENT(upgraders, "catalog_lock") {
  boost::upgrade_mutex m;
  auto body = [&] {
    boost::upgrade_lock<boost::upgrade_mutex> lock(m);
    WRITE;
  };
  InTurn(body, body);
}
RACE(upgrader_and_reader) {
  boost::upgrade_mutex m;
  InTurn(
      [&] {
        boost::upgrade_lock<boost::upgrade_mutex> lock(m);
        WRITE;
      },
      [&] {
        boost::shared_lock<boost::upgrade_mutex> lock(m);
        READ;
      });
}
SILENT(upgraded, "catalog_lock") {
  boost::upgrade_mutex m;
  auto body = [&] {
    boost::upgrade_lock<boost::upgrade_mutex> lock(m);
    READ;
    boost::upgrade_to_unique_lock<boost::upgrade_mutex> unique(lock);
    WRITE;
  };
  InTurn(body, body);
}
RACE(upgrade_that_failed) {
  boost::shared_mutex m;
  Together(
      [&] {
        m.lock_shared();
        step.Done();
        step.WaitFor(2);
        READ;
        m.unlock_shared();
      },
      [&] {
        step.WaitFor(1);
        m.lock_upgrade();
        Must(!m.try_unlock_upgrade_and_lock());
        WRITE;
        m.unlock_upgrade();
        step.Done();
      });
}
RACE(reborn, "life_of_object") {
  alignas(boost::shared_mutex) static char memory[sizeof(boost::shared_mutex)];
  auto body = [&] {
    auto *m = new (memory) boost::shared_mutex;
    m->lock();
    WRITE;
    m->unlock();
  };
  InTurn(body, body);
}
RACE(destroyed, "life_of_init") {
  boost::shared_mutex n;
  InTurn(
      [&] {
        n.lock();
        WRITE;
        n.unlock();
      },
      [&] {
        n.~shared_mutex();
        mapsan_lock(&n); // would find what it held
        WRITE;
        mapsan_unlock(&n);
        new (&n) boost::shared_mutex;
      });
}

// --- conditions

#define WAIT_CASES(Name, Wait)                                                 \
  SILENT(Name, "catalog_wait") {                                               \
    boost::mutex m;                                                            \
    boost::condition_variable c;                                               \
    bool ready = false;                                                        \
    auto is_ready = [&] { return ready; };                                     \
    (void)is_ready;                                                            \
    Together(                                                                  \
        [&] {                                                                  \
          boost::unique_lock<boost::mutex> lock(m);                            \
          WRITE;                                                               \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          boost::unique_lock<boost::mutex> lock(m);                            \
          WRITE;                                                               \
          ready = true;                                                        \
          c.notify_one();                                                      \
        });                                                                    \
  }                                                                            \
  RACE(Name##_notified_after, "catalog_inside") {                              \
    boost::mutex m;                                                            \
    boost::condition_variable c;                                               \
    bool ready = false;                                                        \
    auto is_ready = [&] { return ready; };                                     \
    (void)is_ready;                                                            \
    Together(                                                                  \
        [&] {                                                                  \
          boost::unique_lock<boost::mutex> lock(m);                            \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          step.WaitFor(2);                                                     \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          {                                                                    \
            boost::unique_lock<boost::mutex> lock(m);                          \
            ready = true;                                                      \
          }                                                                    \
          WRITE;                                                               \
          c.notify_all();                                                      \
          step.Done();                                                         \
        });                                                                    \
  }
WAIT_CASES(wait, c.wait(lock))
WAIT_CASES(wait_predicate, c.wait(lock, is_ready))
// (These three call do_wait_until.)
WAIT_CASES(wait_for, c.wait_for(lock, kLong))
WAIT_CASES(wait_for_predicate, c.wait_for(lock, kLong, is_ready))
WAIT_CASES(wait_until, c.wait_until(lock, Later()))

// Who is interrupted before it waits learns of it by a lock that both take: so it
// has to wait already, which shows, without a word to MapSan, by its mutex.
static void awaitFree(boost::mutex &m) {
  while (*(volatile int *)&m.native_handle()->__data.__lock)
    sched_yield();
}
#define INTERRUPT_CASES(Name, Rule, Await, Wait)                               \
  SILENT(interrupt_##Name, Rule) {                                             \
    boost::mutex m;                                                            \
    boost::thread thread([&] {                                                 \
      boost::condition_variable c;                                             \
      boost::unique_lock<boost::mutex> lock(m);                                \
      step.Done();                                                             \
      try {                                                                    \
        Wait;                                                                  \
      } catch (boost::thread_interrupted &) {                                  \
        WRITE;                                                                 \
      }                                                                        \
    });                                                                        \
    step.WaitFor(1);                                                           \
    Await;                                                                     \
    WRITE;                                                                     \
    thread.interrupt();                                                        \
    thread.join();                                                             \
  }                                                                            \
  RACE(interrupted_##Name##_before) {                                          \
    boost::thread thread([&] {                                                 \
      boost::mutex m;                                                          \
      boost::condition_variable c;                                             \
      boost::unique_lock<boost::mutex> lock(m);                                \
      try {                                                                    \
        Wait;                                                                  \
      } catch (boost::thread_interrupted &) {                                  \
        step.WaitFor(1);                                                       \
        WRITE;                                                                 \
      }                                                                        \
    });                                                                        \
    thread.interrupt();                                                        \
    WRITE;                                                                     \
    step.Done();                                                               \
    thread.join();                                                             \
  }
INTERRUPT_CASES(wait, "catalog_release", awaitFree(m), for (;;) c.wait(lock))
INTERRUPT_CASES(wait_for, "catalog_release", awaitFree(m),
                for (;;) c.wait_for(lock, kLong))
INTERRUPT_CASES(sleep, NO_RULE, (void)0, boost::this_thread::sleep_for(kLong))

SILENT(condition_variable_any, "catalog_lock") {
  boost::shared_mutex m;
  boost::condition_variable_any c;
  bool ready = false;
  Together(
      [&] {
        boost::shared_lock<boost::shared_mutex> lock(m);
        READ;
        step.Done();
        while (!ready)
          c.wait(lock);
        READ;
      },
      [&] {
        step.WaitFor(1);
        boost::unique_lock<boost::shared_mutex> lock(m);
        WRITE;
        ready = true;
        c.notify_one();
      });
}

// --- once: enter_once_region, commit_once_region, rollback_once_region

SILENT(once, "catalog_release") {
  auto &flag = *new boost::once_flag;
  auto body = [&] {
    boost::call_once(flag, [&] { WRITE; });
    READ;
  };
  InTurn(body, body);
}
RACE(once_after) {
  auto &flag = *new boost::once_flag;
  auto body = [&] {
    boost::call_once(flag, [] {});
    WRITE;
  };
  InTurn(body, body);
}
SILENT(once_that_throws, "catalog_release") {
  auto &flag = *new boost::once_flag;
  InTurn(
      [&] {
        try {
          boost::call_once(flag, [&] {
            WRITE;
            throw 1;
          });
        } catch (int) {
        }
      },
      [&] { boost::call_once(flag, [&] { WRITE; }); });
}

// --- threads, futures, barriers: made of the above

// (Its count of owners is in the program, and its mutex is taken by both: these
// may order the two, as it happens.)
SILENT(thread, "thread_create+atomic_acquire+mutex", "thread_join+mutex") {
  WRITE;
  boost::thread t([&] { WRITE; });
  t.join();
  WRITE;
}
SILENT(thread_timed_join, "thread_join+mutex") {
  boost::thread t([&] { WRITE; });
  Must(t.try_join_for(kLong));
  WRITE;
}
RACE(thread_not_joined) {
  boost::thread t([&] {
    WRITE;
    step.Done();
  });
  step.WaitFor(1);
  WRITE;
  t.join();
}
SILENT(future, "mutex") {
  boost::promise<int> p;
  InTurn(
      [&] {
        WRITE;
        p.set_value(1);
      },
      [&] {
        p.get_future().get();
        WRITE;
      });
}
RACE(future_set_too_early) {
  boost::promise<int> p;
  InTurn(
      [&] {
        p.set_value(1);
        WRITE;
      },
      [&] {
        p.get_future().get();
        WRITE;
      });
}
SILENT(async, "mutex+catalog_wait+thread_join+atomic_release") {
  auto f = boost::async(boost::launch::async, [&] {
    WRITE;
    return 1;
  });
  f.get();
  WRITE;
}
SILENT(barrier, "mutex+catalog_wait") {
  boost::barrier b(2);
  Together(
      [&] {
        WRITE;
        b.wait();
      },
      [&] {
        b.wait();
        WRITE;
      });
}
RACE(barrier_after) {
  boost::barrier b(2);
  auto body = [&] {
    b.wait();
    WRITE;
  };
  Together(body, body);
}
SILENT(latch, "mutex") {
  boost::latch l(1);
  InTurn(
      [&] {
        WRITE;
        l.count_down();
      },
      [&] {
        l.wait();
        WRITE;
      });
}
RACE(latch_too_early) {
  boost::latch l(1);
  InTurn(
      [&] {
        l.count_down();
        WRITE;
      },
      [&] {
        l.wait();
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: {{[0-9]+}} cases
