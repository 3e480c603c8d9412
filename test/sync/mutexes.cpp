// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %debug-cases -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: every mutex of the C++ library orders what it guards; a lock that was
// not taken, or is another one, orders nothing.

#include "cases.h"
#include <chrono>
#include <mutex>

using namespace std::chrono_literals;

// Of what libc++'s timed mutexes are made is in its library: the catalog has
// them. `LOCK`, `TRY` and `FAILS` are the rules that a kind of mutex goes by.
#define LOCK(Kind) LOCK_##Kind
#define TRY(Kind) TRY_##Kind
#define FAILS(Kind) FAILS_##Kind
#define LOCK_plain "mutex"
#define TRY_plain "mutex_try"
#define FAILS_plain "mutex_try_fails"
#define LOCK_recursive "mutex_recursive"
#define TRY_recursive "mutex_recursive"
#define FAILS_recursive "mutex_try_fails"
#ifdef _LIBCPP_VERSION
#define LOCK_timed "catalog_lock"
#define TRY_timed "catalog_lock"
#define FAILS_timed "catalog_try_fails"
#define LOCK_recursive_timed LOCK_timed
#define TRY_recursive_timed TRY_timed
#define FAILS_recursive_timed FAILS_timed
#else
#define LOCK_timed LOCK_plain
#define TRY_timed TRY_plain
#define FAILS_timed FAILS_plain
#define LOCK_recursive_timed LOCK_recursive
#define TRY_recursive_timed TRY_recursive
#define FAILS_recursive_timed FAILS_recursive
#endif

// What is common to all of them. A map operation under the lock, before it,
// after it; a lock held elsewhere that a try fails to get.
#define MUTEX_CASES(Name, Mutex, Kind)                                         \
  SILENT(Name##_guards, LOCK(Kind)) {                                          \
    Mutex m;                                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          m.lock();                                                            \
          WRITE;                                                               \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          m.lock();                                                            \
          WRITE;                                                               \
          m.unlock();                                                          \
        });                                                                    \
  }                                                                            \
  SILENT(Name##_publishes, LOCK(Kind)) {                                       \
    Mutex m;                                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          m.lock();                                                            \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          m.lock();                                                            \
          m.unlock();                                                          \
          WRITE;                                                               \
        });                                                                    \
  }                                                                            \
  RACE(Name##_after_unlock) {                                                  \
    Mutex m;                                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          m.lock();                                                            \
          m.unlock();                                                          \
          WRITE;                                                               \
        },                                                                     \
        [&] {                                                                  \
          m.lock();                                                            \
          WRITE;                                                               \
          m.unlock();                                                          \
        });                                                                    \
  }                                                                            \
  RACE(Name##_before_lock) {                                                   \
    Mutex m;                                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          m.lock();                                                            \
          WRITE;                                                               \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          WRITE;                                                               \
          m.lock();                                                            \
          m.unlock();                                                          \
        });                                                                    \
  }                                                                            \
  RACE(Name##_another) {                                                       \
    Mutex m, n;                                                                \
    InTurn(                                                                    \
        [&] {                                                                  \
          m.lock();                                                            \
          WRITE;                                                               \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          n.lock();                                                            \
          WRITE;                                                               \
          n.unlock();                                                          \
        });                                                                    \
  }                                                                            \
  TRY_CASES(Name##_try_lock, Mutex, Kind, m.try_lock())

#define TRY_CASES(Name, Mutex, Kind, TryLock)                                  \
  SILENT(Name, TRY(Kind)) {                                                    \
    Mutex m;                                                                   \
    InTurn(                                                                    \
        [&] {                                                                  \
          if (!TryLock)                                                        \
            __builtin_abort();                                                 \
          WRITE;                                                               \
          m.unlock();                                                          \
        },                                                                     \
        [&] {                                                                  \
          if (!TryLock)                                                        \
            __builtin_abort();                                                 \
          WRITE;                                                               \
          m.unlock();                                                          \
        });                                                                    \
  }                                                                            \
  RACE(Name##_fails, FAILS(Kind)) {                                            \
    Mutex m;                                                                   \
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

#define TIMED_CASES(Name, Mutex, Kind)                                         \
  MUTEX_CASES(Name, Mutex, Kind)                                               \
  TRY_CASES(Name##_try_lock_for, Mutex, Kind, m.try_lock_for(1ms))             \
  TRY_CASES(Name##_try_lock_until_steady, Mutex, Kind,                         \
            m.try_lock_until(std::chrono::steady_clock::now() + 1ms))          \
  TRY_CASES(Name##_try_lock_until_system, Mutex, Kind,                         \
            m.try_lock_until(std::chrono::system_clock::now() + 1ms))

MUTEX_CASES(mutex, std::mutex, plain)
MUTEX_CASES(recursive_mutex, std::recursive_mutex, recursive)
TIMED_CASES(timed_mutex, std::timed_mutex, timed)
TIMED_CASES(recursive_timed_mutex, std::recursive_timed_mutex, recursive_timed)

SILENT(recursion, "mutex_recursive") {
  std::recursive_mutex m;
  auto body = [&] {
    std::lock_guard outer(m);
    {
      std::lock_guard inner(m);
      WRITE;
    }
    WRITE;
  };
  InTurn(body, body);
}
SILENT(recursion_by_try_lock, "mutex_recursive") {
  std::recursive_mutex m;
  auto body = [&] {
    std::lock_guard outer(m);
    if (!m.try_lock())
      __builtin_abort();
    m.unlock();
    WRITE;
  };
  InTurn(body, body);
}

// The wrappers are made of the same calls.
SILENT(lock_guard, "mutex") {
  std::mutex m;
  auto body = [&] {
    std::lock_guard lock(m);
    WRITE;
  };
  InTurn(body, body);
}
SILENT(unique_lock_handed_over, "mutex") {
  std::mutex m;
  auto body = [&] {
    std::unique_lock lock(m, std::defer_lock);
    lock.lock();
    std::unique_lock other = std::move(lock);
    WRITE;
  };
  InTurn(body, body);
}
SILENT(scoped_lock_of_two, "mutex") {
  std::mutex m, n;
  InTurn(
      [&] {
        std::scoped_lock lock(m, n);
        WRITE;
      },
      [&] {
        std::lock_guard lock(n);
        WRITE;
      });
}
RACE(unique_lock_released_early) {
  std::mutex m;
  auto body = [&] {
    std::unique_lock lock(m);
    lock.unlock();
    WRITE;
  };
  InTurn(body, body);
}
SILENT(exception_unlocks, "mutex") {
  std::mutex m;
  auto body = [&] {
    try {
      std::lock_guard lock(m);
      WRITE;
      throw 1;
    } catch (int) {
    }
  };
  InTurn(body, body);
}
SILENT(chain_of_two, "mutex") {
  std::mutex m, n;
  InTurn(
      [&] {
        std::lock_guard lock(m);
        WRITE;
      },
      [&] {
        {
          std::lock_guard lock(m);
        }
        {
          std::lock_guard lock(n);
        }
      },
      [&] {
        std::lock_guard lock(n);
        WRITE;
      });
}

// std::lock and std::try_lock take several, and give back what was in vain.
SILENT(lock_of_three, "mutex_recursive") {
  std::mutex m, n;
  std::recursive_mutex o;
  InTurn(
      [&] {
        std::lock(m, n, o);
        WRITE;
        m.unlock();
        n.unlock();
        o.unlock();
      },
      [&] {
        std::lock_guard lock(o);
        WRITE;
      });
}
SILENT(locks_crosswise, "mutex") {
  std::mutex m, n;
  auto party = [&map](std::mutex &first, std::mutex &second) {
    for (int i = 0; i < 300; i++) {
      std::scoped_lock lock(first, second);
      WRITE;
    }
  };
  Together([&] { party(m, n); }, [&] { party(n, m); });
}
SILENT(try_lock_of_two, "mutex_try") {
  std::mutex m, n;
  auto body = [&] {
    if (std::try_lock(m, n) != -1)
      __builtin_abort();
    WRITE;
    m.unlock();
    n.unlock();
  };
  InTurn(body, body);
}
// The first is free and taken for a moment; the second tells nothing.
RACE(try_lock_of_two_fails, "mutex_try_fails") {
  std::mutex m, n;
  Together(
      [&] {
        n.lock();
        WRITE;
        n.unlock();
        n.lock();
        step.Done();
        step.WaitFor(2);
        n.unlock();
      },
      [&] {
        step.WaitFor(1);
        if (std::try_lock(m, n) != 1)
          __builtin_abort();
        WRITE;
        step.Done();
      });
}
SILENT(adopted, "mutex") {
  std::mutex m, n;
  auto body = [&] {
    std::lock(m, n);
    std::lock_guard first(m, std::adopt_lock);
    std::scoped_lock second(std::adopt_lock, n);
    WRITE;
  };
  InTurn(body, body);
}
RACE(deferred_and_not_locked) {
  std::mutex m;
  auto body = [&] {
    std::unique_lock lock(m, std::defer_lock);
    WRITE;
  };
  InTurn(body, body);
}
SILENT(released_by_hand, "mutex") {
  std::mutex m;
  auto body = [&] {
    std::mutex *released = std::unique_lock(m).release();
    WRITE;
    released->unlock();
  };
  InTurn(body, body);
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 55 cases
