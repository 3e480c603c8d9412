// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 -labsl_synchronization -labsl_base -labsl_time -labsl_spinlock_wait -labsl_raw_logging_internal && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 -labsl_synchronization -labsl_base -labsl_time -labsl_spinlock_wait -labsl_raw_logging_internal && %run-cases %t.O2 | %FileCheck %s %}

// Intent: what Abseil synchronises orders what it guards, and nothing else.

#include "cases.h"
#include <absl/base/call_once.h>
#include <absl/synchronization/barrier.h>
#include <absl/synchronization/blocking_counter.h>
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>
#include <atomic>
#include <new>

static const absl::Duration kLong = absl::Seconds(1000);
static absl::Time Later() { return absl::Now() + kLong; }

// --- locks. In all of them a READ, which a shared lock allows.

#define LOCK_CASES(Name, Take, Give)                                           \
  SILENT(Name, "catalog_lock") {                                               \
    absl::Mutex m;                                                             \
    InTurn(                                                                    \
        [&] {                                                                  \
          m.Lock();                                                            \
          WRITE;                                                               \
          m.Unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          Take;                                                                \
          READ;                                                                \
          Give;                                                                \
        },                                                                     \
        [&] {                                                                  \
          m.Lock();                                                            \
          WRITE;                                                               \
          m.Unlock();                                                          \
        });                                                                    \
  }                                                                            \
  RACE(Name##_after_unlock) {                                                  \
    absl::Mutex m;                                                             \
    InTurn(                                                                    \
        [&] {                                                                  \
          Take;                                                                \
          Give;                                                                \
          READ;                                                                \
        },                                                                     \
        [&] {                                                                  \
          m.Lock();                                                            \
          WRITE;                                                               \
          m.Unlock();                                                          \
        });                                                                    \
  }                                                                            \
  RACE(Name##_another) {                                                       \
    absl::Mutex m, n;                                                          \
    InTurn(                                                                    \
        [&] {                                                                  \
          n.Lock();                                                            \
          WRITE;                                                               \
          n.Unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          Take;                                                                \
          READ;                                                                \
          Give;                                                                \
        });                                                                    \
  }
#define TRY_CASES(Name, Try, Give)                                             \
  LOCK_CASES(Name, if (!Try) __builtin_abort(), Give)                          \
  RACE(Name##_fails, "catalog_try_fails") {                                    \
    absl::Mutex m;                                                             \
    Together(                                                                  \
        [&] {                                                                  \
          m.Lock();                                                            \
          WRITE;                                                               \
          m.Unlock();                                                          \
          m.Lock();                                                            \
          step.Done();                                                         \
          step.WaitFor(2);                                                     \
          m.Unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          if (Try)                                                             \
            __builtin_abort();                                                 \
          READ;                                                                \
          step.Done();                                                         \
        });                                                                    \
  }
static bool always = true;
#define ALWAYS absl::Condition(&always)

LOCK_CASES(lock, m.Lock(), m.Unlock())
LOCK_CASES(writer_lock, m.WriterLock(), m.WriterUnlock())
LOCK_CASES(reader_lock, m.ReaderLock(), m.ReaderUnlock())
TRY_CASES(try_lock, m.TryLock(), m.Unlock())
TRY_CASES(writer_try_lock, m.WriterTryLock(), m.WriterUnlock())
TRY_CASES(reader_try_lock, m.ReaderTryLock(), m.ReaderUnlock())
LOCK_CASES(lock_when, m.LockWhen(ALWAYS), m.Unlock())
LOCK_CASES(lock_when_with_timeout, m.LockWhenWithTimeout(ALWAYS, kLong),
           m.Unlock())
LOCK_CASES(lock_when_with_deadline, m.LockWhenWithDeadline(ALWAYS, Later()),
           m.Unlock())
LOCK_CASES(writer_lock_when, m.WriterLockWhen(ALWAYS), m.Unlock())
LOCK_CASES(writer_lock_when_with_timeout,
           m.WriterLockWhenWithTimeout(ALWAYS, kLong), m.Unlock())
LOCK_CASES(writer_lock_when_with_deadline,
           m.WriterLockWhenWithDeadline(ALWAYS, Later()), m.Unlock())
LOCK_CASES(reader_lock_when, m.ReaderLockWhen(ALWAYS), m.ReaderUnlock())
LOCK_CASES(reader_lock_when_with_timeout,
           m.ReaderLockWhenWithTimeout(ALWAYS, kLong), m.ReaderUnlock())
LOCK_CASES(reader_lock_when_with_deadline,
           m.ReaderLockWhenWithDeadline(ALWAYS, Later()), m.ReaderUnlock())

RACE(readers) {
  absl::Mutex m;
  auto body = [&] {
    absl::ReaderMutexLock lock(&m);
    WRITE;
  };
  InTurn(body, body);
}
SILENT(mutex_lock, "catalog_lock") {
  absl::Mutex m;
  InTurn(
      [&] {
        absl::MutexLock lock(&m);
        WRITE;
      },
      [&] {
        absl::WriterMutexLock lock(&m);
        WRITE;
      },
      [&] {
        absl::ReaderMutexLock lock(&m);
        READ;
      });
}
SILENT(releasable_lock, "catalog_lock") {
  absl::Mutex m;
  auto body = [&] {
    absl::ReleasableMutexLock lock(&m);
    WRITE;
    lock.Release();
  };
  InTurn(body, body);
}
RACE(releasable_lock_released) {
  absl::Mutex m;
  auto body = [&] {
    absl::ReleasableMutexLock lock(&m);
    lock.Release();
    WRITE;
  };
  InTurn(body, body);
}
RACE(reborn, "life_of_object") {
  alignas(absl::Mutex) static char memory[sizeof(absl::Mutex)];
  auto body = [&] {
    auto *m = new (memory) absl::Mutex;
    m->Lock();
    WRITE;
    m->Unlock();
  };
  InTurn(body, body);
}
RACE(destroyed, "life_of_init") {
  // (What comes next is at the same place and has no constructor call.)
  alignas(absl::Mutex) static char memory[sizeof(absl::Mutex)];
  auto *m = new (memory) absl::Mutex;
  InTurn(
      [&] {
        m->Lock();
        WRITE;
        m->Unlock();
      },
      [&] {
        m->~Mutex();
        std::memset(memory, 0, sizeof(memory));
        m->Lock();
        WRITE;
        m->Unlock();
      });
}

// --- waiting

#define WAIT_CASES(Name, Take, Wait, Give)                                     \
  SILENT(Name, "catalog_wait") {                                               \
    absl::Mutex m;                                                             \
    absl::CondVar c;                                                           \
    bool ready = false;                                                        \
    Together(                                                                  \
        [&] {                                                                  \
          Take;                                                                \
          READ;                                                                \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          READ;                                                                \
          Give;                                                                \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          m.Lock(); /* not before the wait */                                  \
          WRITE;                                                               \
          ready = true;                                                        \
          c.Signal();                                                          \
          m.Unlock();                                                          \
        });                                                                    \
  }                                                                            \
  RACE(Name##_after_unlock) {                                                  \
    absl::Mutex m;                                                             \
    absl::CondVar c;                                                           \
    bool ready = false;                                                        \
    Together(                                                                  \
        [&] {                                                                  \
          Take;                                                                \
          step.Done();                                                         \
          while (!ready)                                                       \
            Wait;                                                              \
          step.WaitFor(2);                                                     \
          READ;                                                                \
          Give;                                                                \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          m.Lock();                                                            \
          ready = true;                                                        \
          c.SignalAll();                                                       \
          m.Unlock();                                                          \
          WRITE;                                                               \
          step.Done();                                                         \
        });                                                                    \
  }
#define READY absl::Condition(&ready)
WAIT_CASES(wait, m.Lock(), c.Wait(&m), m.Unlock())
WAIT_CASES(wait_with_timeout, m.Lock(), c.WaitWithTimeout(&m, kLong),
           m.Unlock())
WAIT_CASES(wait_with_deadline, m.Lock(), c.WaitWithDeadline(&m, Later()),
           m.Unlock())
WAIT_CASES(reader_wait, m.ReaderLock(), c.Wait(&m), m.ReaderUnlock())
WAIT_CASES(await, m.Lock(), m.Await(READY), m.Unlock())
WAIT_CASES(await_with_timeout, m.Lock(), m.AwaitWithTimeout(READY, kLong),
           m.Unlock())
WAIT_CASES(await_with_deadline, m.Lock(), m.AwaitWithDeadline(READY, Later()),
           m.Unlock())
WAIT_CASES(reader_await, m.ReaderLock(), m.Await(READY), m.ReaderUnlock())

// A reader that waits stays a reader.
RACE(reader_waits_and_writes) {
  absl::Mutex m;
  auto body = [&] {
    m.ReaderLock();
    m.Await(ALWAYS);
    WRITE;
    m.ReaderUnlock();
  };
  InTurn(body, body);
}

// Conditions look at the map, on whichever thread evaluates them: the waiter's
// before it sleeps, then that of everybody who unlocks.
SILENT(condition_reads_the_map, "catalog_calls_back") {
  absl::Mutex m;
  auto full = [&] { return map.size() >= 3; };
  Together(
      [&] {
        m.Lock();
        step.Done();
        m.Await(absl::Condition(&full));
        WRITE;
        m.Unlock();
        step.Done();
      },
      [&] {
        step.WaitFor(1);
        m.Lock();
        WRITE;
        m.Unlock(); // evaluates the condition: false
        step.Done();
      },
      [&] {
        step.WaitFor(2);
        m.Lock();
        WRITE;
        m.Unlock();
        m.LockWhen(absl::Condition(&always));
        WRITE;
        m.Unlock(); // evaluates it: true
      },
      [&] {
        step.WaitFor(3);
        m.Lock();
        WRITE;
        m.Unlock();
      });
}
SILENT(condition_of_lock_when, "catalog_calls_back") {
  absl::Mutex m;
  auto some = [&] { return !map.empty(); };
  InTurn(
      [&] {
        m.Lock();
        WRITE;
        m.Unlock();
      },
      [&] {
        m.LockWhen(absl::Condition(&some));
        m.Unlock();
      },
      [&] {
        m.Lock();
        WRITE;
        m.Unlock();
      });
}
RACE(condition_reads_an_unguarded_map) {
  absl::Mutex m;
  auto some = [&] { return !map.empty(); };
  InTurn([&] { WRITE; },
         [&] {
           m.LockWhen(absl::Condition(&some));
           m.Unlock();
         });
}
// What a condition itself acquires counts.
SILENT(condition_acquires, "catalog_calls_back") {
  absl::Mutex m;
  std::atomic<bool> ready{false};
  auto is_ready = [&] { return ready.load(std::memory_order_acquire); };
  InTurn(
      [&] {
        WRITE;
        ready.store(true, std::memory_order_release);
      },
      [&] {
        m.LockWhen(absl::Condition(&is_ready));
        m.Unlock();
        WRITE;
      });
}

// --- the rest

SILENT(notification, "catalog_release") {
  absl::Notification n;
  InTurn(
      [&] {
        WRITE;
        n.Notify();
      },
      [&] {
        n.WaitForNotification();
        WRITE;
      });
}
SILENT(has_been_notified, "catalog_release") {
  absl::Notification n;
  InTurn(
      [&] {
        WRITE;
        n.Notify();
      },
      [&] {
        if (n.HasBeenNotified())
          WRITE;
      });
}
SILENT(notification_timed, "catalog_release") {
  absl::Notification n;
  InTurn(
      [&] {
        WRITE;
        n.Notify();
      },
      [&] {
        n.WaitForNotificationWithTimeout(kLong);
        READ;
      },
      [&] {
        n.WaitForNotificationWithDeadline(Later());
        READ;
      });
}
RACE(notified_too_early) {
  absl::Notification n;
  InTurn(
      [&] {
        n.Notify();
        WRITE;
      },
      [&] {
        n.WaitForNotification();
        WRITE;
      });
}
// Nobody has notified when it times out. (What stands for an earlier release
// is a notification at the same place.)
#define TIMEOUT_CASE(Name, Wait)                                               \
  RACE(Name, "catalog_try_fails") {                                            \
    absl::Notification n;                                                      \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          mapsan_release(reinterpret_cast<char *>(&n) + 8);                    \
        },                                                                     \
        [&] {                                                                  \
          if (Wait)                                                            \
            __builtin_abort();                                                 \
          WRITE;                                                               \
        });                                                                    \
  }
TIMEOUT_CASE(notification_times_out,
             n.WaitForNotificationWithTimeout(absl::ZeroDuration()))
TIMEOUT_CASE(notification_is_late,
             n.WaitForNotificationWithDeadline(absl::Now()))

SILENT(blocking_counter, "catalog_release") {
  absl::BlockingCounter c(2);
  InTurn(
      [&] {
        READ;
        c.DecrementCount();
      },
      [&] {
        READ;
        c.DecrementCount();
      },
      [&] {
        c.Wait();
        WRITE;
      });
}
SILENT(blocking_counter_last, "catalog_release") {
  absl::BlockingCounter c(2);
  InTurn(
      [&] {
        WRITE;
        c.DecrementCount();
      },
      [&] {
        if (c.DecrementCount())
          WRITE;
      });
}
RACE(blocking_counter_not_last) {
  absl::BlockingCounter c(3);
  InTurn(
      [&] {
        WRITE;
        c.DecrementCount();
      },
      [&] {
        c.DecrementCount();
        WRITE;
      });
}
RACE(blocking_counter_too_early) {
  absl::BlockingCounter c(1);
  InTurn(
      [&] {
        c.DecrementCount();
        WRITE;
      },
      [&] {
        c.Wait();
        WRITE;
      });
}
RACE(blocking_counter_reborn, "life_of_object") {
  alignas(
      absl::BlockingCounter) static char memory[sizeof(absl::BlockingCounter)];
  auto body = [&] {
    WRITE;
    auto *c = new (memory) absl::BlockingCounter(1);
    c->DecrementCount();
    c->Wait();
  };
  InTurn(body, [&] {
    auto *c = new (memory) absl::BlockingCounter(1);
    c->DecrementCount();
    c->Wait();
    WRITE;
  });
}

SILENT(barrier_before_and_after, "catalog_release") {
  auto *b = new absl::Barrier(2);
  Together(
      [&] {
        WRITE;
        b->Block();
      },
      [&] {
        b->Block();
        WRITE;
      });
}
RACE(barrier_after) {
  auto *b = new absl::Barrier(2);
  Together(
      [&] {
        b->Block();
        WRITE;
        step.Done();
      },
      [&] {
        b->Block();
        step.WaitFor(1);
        WRITE;
      });
}
RACE(barrier_reborn, "life_of_object") {
  alignas(absl::Barrier) static char memory[sizeof(absl::Barrier)];
  auto body = [&] {
    auto *b = new (memory) absl::Barrier(1);
    WRITE;
    b->Block();
  };
  InTurn(body, [&] {
    auto *b = new (memory) absl::Barrier(1);
    b->Block();
    WRITE;
  });
}

SILENT(once, "atomic_release") {
  auto &flag = *new absl::once_flag;
  auto body = [&] {
    absl::call_once(flag, [&] { WRITE; });
    READ;
  };
  InTurn(body, body);
}
// The second comes while the first is at it.
SILENT(once_waited_for, "atomic_release") {
  auto &flag = *new absl::once_flag;
  Together(
      [&] {
        absl::call_once(flag, [&] {
          step.Done();
          WRITE;
          // (Not before the other one sleeps, mostly; either way it is silent.)
        });
      },
      [&] {
        step.WaitFor(1);
        absl::call_once(flag, [] {});
        WRITE;
      });
}
// SpinLockWait itself: whoever waits there acquires.
SILENT(spin_lock_wait, "atomic_release") {
  auto &word = *new std::atomic<uint32_t>(0);
  static const absl::base_internal::SpinLockWaitTransition done[] = {
      {1, 1, true}};
  InTurn(
      [&] {
        WRITE;
        word.store(1, std::memory_order_release);
      },
      [&] {
        absl::base_internal::SpinLockWait(
            &word, 1, done, absl::base_internal::SCHEDULE_KERNEL_ONLY);
        WRITE;
      });
}
RACE(once_after) {
  auto &flag = *new absl::once_flag;
  auto body = [&] {
    absl::call_once(flag, [] {});
    WRITE;
  };
  InTurn(body, body);
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: {{[0-9]+}} cases
