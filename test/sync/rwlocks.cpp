// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %debug-cases -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: readers-writer locks of C and C++: writers order everyone, readers
// order later writers and never each other.

#include "cases.h"
#include <cerrno>
#include <chrono>
#include <ctime>
#include <mutex>
#include <shared_mutex>

using namespace std::chrono_literals;

// libc++'s are functions of its library, which the catalog has.
#define TRY(Kind) TRY_##Kind
#define FAILS(Kind) FAILS_##Kind
#define TRY_pthread "rwlock_try"
#define FAILS_pthread "rwlock_try_fails"
#ifdef _LIBCPP_VERSION
#define TRY_cxx "catalog_lock"
#define FAILS_cxx "catalog_try_fails"
#else
#define TRY_cxx TRY_pthread
#define FAILS_cxx FAILS_pthread
#endif

// The table below, for one kind of lock. WRITE under a shared lock is what a
// reader must not do: two of them are not ordered.
#define RWLOCK_CASES(Name, Rwlock, Kind)                                       \
  SILENT(Name##_writers, "rwlock_write") {                                     \
    Rwlock m;                                                                  \
    auto body = [&] {                                                          \
      m.lock();                                                                \
      WRITE;                                                                   \
      m.unlock();                                                              \
    };                                                                         \
    InTurn(body, body);                                                        \
  }                                                                            \
  SILENT(Name##_reader_after_writer, "rwlock_write") {                         \
    Rwlock m;                                                                  \
    InTurn(                                                                    \
        [&] {                                                                  \
          m.lock();                                                            \
          WRITE;                                                               \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          m.lock_shared();                                                     \
          READ;                                                                \
          m.unlock_shared();                                                   \
        });                                                                    \
  }                                                                            \
  SILENT(Name##_writer_after_readers, "rwlock_read") {                         \
    Rwlock m;                                                                  \
    auto reader = [&] {                                                        \
      m.lock_shared();                                                         \
      READ;                                                                    \
      m.unlock_shared();                                                       \
    };                                                                         \
    InTurn(reader, reader, [&] {                                               \
      m.lock();                                                                \
      WRITE;                                                                   \
      m.unlock();                                                              \
    });                                                                        \
  }                                                                            \
  SILENT(Name##_reader_writer_reader, "rwlock_read", "rwlock_write") {         \
    Rwlock m;                                                                  \
    auto reader = [&] {                                                        \
      m.lock_shared();                                                         \
      WRITE;                                                                   \
      m.unlock_shared();                                                       \
    };                                                                         \
    InTurn(                                                                    \
        reader,                                                                \
        [&] {                                                                  \
          m.lock();                                                            \
          m.unlock();                                                          \
        },                                                                     \
        reader);                                                               \
  }                                                                            \
  RACE(Name##_readers_that_write, "rwlock_readers") {                          \
    Rwlock m;                                                                  \
    auto body = [&] {                                                          \
      m.lock_shared();                                                         \
      WRITE;                                                                   \
      m.unlock_shared();                                                       \
    };                                                                         \
    InTurn(body, body);                                                        \
  }                                                                            \
  RACE(Name##_readers_order_nothing, "rwlock_readers") {                       \
    Rwlock m;                                                                  \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          m.lock_shared();                                                     \
          m.unlock_shared();                                                   \
        },                                                                     \
        [&] {                                                                  \
          m.lock_shared();                                                     \
          m.unlock_shared();                                                   \
          WRITE;                                                               \
        });                                                                    \
  }                                                                            \
  RACE(Name##_readers_at_once) {                                               \
    Rwlock m;                                                                  \
    Together(                                                                  \
        [&] {                                                                  \
          m.lock_shared();                                                     \
          WRITE;                                                               \
          step.Done();                                                         \
          step.WaitFor(2);                                                     \
          m.unlock_shared();                                                   \
        },                                                                     \
        [&] {                                                                  \
          m.lock_shared();                                                     \
          step.WaitFor(1);                                                     \
          READ;                                                                \
          m.unlock_shared();                                                   \
          step.Done();                                                         \
        });                                                                    \
  }                                                                            \
  RACE(Name##_after_unlock) {                                                  \
    Rwlock m;                                                                  \
    InTurn(                                                                    \
        [&] {                                                                  \
          m.lock();                                                            \
          m.unlock();                                                          \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          m.lock_shared();                                                     \
          READ;                                                                \
          m.unlock_shared();                                                   \
        });                                                                    \
  }                                                                            \
  TRY_CASES(Name##_try_lock, Rwlock, Kind, m.try_lock(), unlock)               \
  TRY_CASES(Name##_try_lock_shared, Rwlock, Kind, m.try_lock_shared(),         \
            unlock_shared)

// TryLock orders after an earlier writer if it succeeds, not if it fails.
#define TRY_CASES(Name, Rwlock, Kind, TryLock, Unlock)                         \
  SILENT(Name, TRY(Kind)) {                                                    \
    Rwlock m;                                                                  \
    InTurn(                                                                    \
        [&] {                                                                  \
          m.lock();                                                            \
          WRITE;                                                               \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          if (!TryLock)                                                        \
            __builtin_abort();                                                 \
          WRITE;                                                               \
          m.Unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          m.lock();                                                            \
          WRITE;                                                               \
          m.unlock();                                                          \
        });                                                                    \
  }                                                                            \
  RACE(Name##_fails, FAILS(Kind)) {                                            \
    Rwlock m;                                                                  \
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
          if (TryLock)                                                         \
            __builtin_abort();                                                 \
          WRITE;                                                               \
          step.Done();                                                         \
        });                                                                    \
  }

#define TIMED_CASES(Name, Rwlock, Kind)                                        \
  TRY_CASES(Name##_try_lock_for, Rwlock, Kind, m.try_lock_for(1ms), unlock)    \
  TRY_CASES(Name##_try_lock_until, Rwlock, Kind,                               \
            m.try_lock_until(std::chrono::system_clock::now() + 1ms), unlock)  \
  TRY_CASES(Name##_try_lock_shared_for, Rwlock, Kind,                          \
            m.try_lock_shared_for(1ms), unlock_shared)                         \
  TRY_CASES(Name##_try_lock_shared_until, Rwlock, Kind,                        \
            m.try_lock_shared_until(std::chrono::system_clock::now() + 1ms),   \
            unlock_shared)

/// pthread_rwlock with the names of C++.
struct PthreadRwlock {
  pthread_rwlock_t lock_ = PTHREAD_RWLOCK_INITIALIZER;
  void lock() { pthread_rwlock_wrlock(&lock_); }
  void lock_shared() { pthread_rwlock_rdlock(&lock_); }
  void unlock() { pthread_rwlock_unlock(&lock_); }
  void unlock_shared() { pthread_rwlock_unlock(&lock_); }
  bool try_lock() { return !pthread_rwlock_trywrlock(&lock_); }
  bool try_lock_shared() { return !pthread_rwlock_tryrdlock(&lock_); }
};
static timespec Soon(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  now.tv_nsec += 1000000;
  if (now.tv_nsec >= 1000000000)
    now.tv_sec++, now.tv_nsec -= 1000000000;
  return now;
}
static bool Timed(int result) {
  if (result && result != ETIMEDOUT)
    __builtin_abort();
  return !result;
}

RWLOCK_CASES(rwlock, PthreadRwlock, pthread)
RWLOCK_CASES(shared_mutex, std::shared_mutex, cxx)
RWLOCK_CASES(shared_timed_mutex, std::shared_timed_mutex, cxx)
TIMED_CASES(shared_timed_mutex, std::shared_timed_mutex, cxx)

static timespec until;
TRY_CASES(timedwrlock, PthreadRwlock, pthread,
          (until = Soon(CLOCK_REALTIME),
           Timed(pthread_rwlock_timedwrlock(&m.lock_, &until))),
          unlock)
TRY_CASES(timedrdlock, PthreadRwlock, pthread,
          (until = Soon(CLOCK_REALTIME),
           Timed(pthread_rwlock_timedrdlock(&m.lock_, &until))),
          unlock_shared)
TRY_CASES(clockwrlock, PthreadRwlock, pthread,
          (until = Soon(CLOCK_MONOTONIC),
           Timed(pthread_rwlock_clockwrlock(&m.lock_, CLOCK_MONOTONIC,
                                            &until))),
          unlock)
TRY_CASES(clockrdlock, PthreadRwlock, pthread,
          (until = Soon(CLOCK_MONOTONIC),
           Timed(pthread_rwlock_clockrdlock(&m.lock_, CLOCK_MONOTONIC,
                                            &until))),
          unlock_shared)

RACE(rwlock_another_life, "life_of_init") {
  PthreadRwlock m;
  InTurn(
      [&] {
        WRITE;
        m.lock();
        m.unlock();
      },
      [&] {
        pthread_rwlock_destroy(&m.lock_);
        pthread_rwlock_init(&m.lock_, nullptr);
      },
      [&] {
        m.lock();
        m.unlock();
        WRITE;
      });
}

SILENT(shared_lock_and_unique_lock, "rwlock_read") {
  std::shared_mutex m;
  InTurn(
      [&] {
        std::shared_lock lock(m);
        READ;
      },
      [&] {
        std::unique_lock lock(m);
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 54 cases
