// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: pthread mutexes of every type and way to lock them, the failures of
// each, and spin locks.

#include "cases.h"
#include <cerrno>
#include <ctime>

static const timespec kLongAgo = {1, 0};
static const timespec kFarAhead = {1ll << 33, 0};

static void Expect(int result, int expected) {
  if (result != expected)
    __builtin_abort();
}

/// A mutex of a type.
struct Mutex {
  pthread_mutex_t m;
  explicit Mutex(int type = PTHREAD_MUTEX_NORMAL,
                 int robust = PTHREAD_MUTEX_STALLED) {
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, type);
    pthread_mutexattr_setrobust(&attr, robust);
    pthread_mutex_init(&m, &attr);
    pthread_mutexattr_destroy(&attr);
  }
  operator pthread_mutex_t *() { return &m; }
};

// `Lock` in both threads orders; where it fails, with Error, it does not.
#define LOCK_CASES(Name, Lock, FailingLock, Error)                             \
  SILENT(Name, "mutex_try") {                                                  \
    Mutex m;                                                                   \
    auto body = [&] {                                                          \
      Expect(Lock, 0);                                                         \
      WRITE;                                                                   \
      pthread_mutex_unlock(m);                                                 \
    };                                                                         \
    InTurn(body, body);                                                        \
  }                                                                            \
  RACE(Name##_fails, "mutex_try_fails") {                                      \
    Mutex m;                                                                   \
    Together(                                                                  \
        [&] {                                                                  \
          pthread_mutex_lock(m);                                               \
          WRITE;                                                               \
          pthread_mutex_unlock(m);                                             \
          pthread_mutex_lock(m);                                               \
          step.Done();                                                         \
          step.WaitFor(2);                                                     \
          pthread_mutex_unlock(m);                                             \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          Expect(FailingLock, Error);                                          \
          WRITE;                                                               \
          step.Done();                                                         \
        });                                                                    \
  }

LOCK_CASES(trylock, pthread_mutex_trylock(m), pthread_mutex_trylock(m), EBUSY)
LOCK_CASES(timedlock, pthread_mutex_timedlock(m, &kFarAhead),
           pthread_mutex_timedlock(m, &kLongAgo), ETIMEDOUT)
LOCK_CASES(clocklock_monotonic,
           pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &kFarAhead),
           pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &kLongAgo), ETIMEDOUT)
LOCK_CASES(clocklock_realtime,
           pthread_mutex_clocklock(m, CLOCK_REALTIME, &kFarAhead),
           pthread_mutex_clocklock(m, CLOCK_REALTIME, &kLongAgo), ETIMEDOUT)

// --- types

SILENT(statically_initialised, "mutex") {
  pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
  auto body = [&] {
    pthread_mutex_lock(&m);
    WRITE;
    pthread_mutex_unlock(&m);
  };
  InTurn(body, body);
}
SILENT(recursive, "mutex_recursive") {
  Mutex m(PTHREAD_MUTEX_RECURSIVE);
  auto body = [&] {
    pthread_mutex_lock(m);
    pthread_mutex_lock(m);
    WRITE;
    pthread_mutex_unlock(m);
    WRITE;
    pthread_mutex_unlock(m);
  };
  InTurn(body, body);
}
SILENT(errorcheck, "mutex") {
  Mutex m(PTHREAD_MUTEX_ERRORCHECK);
  auto body = [&] {
    Expect(pthread_mutex_lock(m), 0);
    Expect(pthread_mutex_lock(m), EDEADLK);
    WRITE;
    Expect(pthread_mutex_unlock(m), 0);
    Expect(pthread_mutex_unlock(m), EPERM);
  };
  InTurn(body, body);
}
// One who does not own it cannot unlock it: that publishes nothing.
#define FOREIGN_UNLOCK(Name, Type)                                             \
  RACE(Name, "mutex_foreign_unlock") {                                         \
    Mutex m(Type);                                                             \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Expect(pthread_mutex_unlock(m), EPERM);                              \
        },                                                                     \
        [&] {                                                                  \
          pthread_mutex_lock(m);                                               \
          WRITE;                                                               \
          pthread_mutex_unlock(m);                                             \
        });                                                                    \
  }
FOREIGN_UNLOCK(errorcheck_foreign_unlock, PTHREAD_MUTEX_ERRORCHECK)
FOREIGN_UNLOCK(recursive_foreign_unlock, PTHREAD_MUTEX_RECURSIVE)

// A normal mutex may be unlocked by another thread in practice.
SILENT(unlocked_by_another, "mutex") {
  Mutex m;
  InTurn([&] { pthread_mutex_lock(m); },
         [&] {
           WRITE;
           pthread_mutex_unlock(m);
         },
         [&] {
           pthread_mutex_lock(m);
           WRITE;
           pthread_mutex_unlock(m);
         });
}

SILENT(process_shared, "mutex") {
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
  pthread_mutex_t m;
  pthread_mutex_init(&m, &attr);
  auto body = [&] {
    pthread_mutex_lock(&m);
    WRITE;
    pthread_mutex_unlock(&m);
  };
  InTurn(body, body);
}
// While somebody waits for it.
SILENT(priority_inheriting, "mutex") {
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
  pthread_mutex_t m;
  pthread_mutex_init(&m, &attr);
  auto body = [&] {
    pthread_mutex_lock(&m);
    WRITE;
    pthread_mutex_unlock(&m);
  };
  Together(body, body);
}
SILENT(adaptive, "mutex") {
  Mutex m(PTHREAD_MUTEX_ADAPTIVE_NP);
  auto body = [&] {
    pthread_mutex_lock(m);
    WRITE;
    pthread_mutex_unlock(m);
  };
  Together(body, body);
}
SILENT(robust, "mutex") {
  Mutex m(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  auto body = [&] {
    Expect(pthread_mutex_lock(m), 0);
    WRITE;
    Expect(pthread_mutex_unlock(m), 0);
  };
  InTurn(body, body);
}
// The owner dies with it: what it did is over, by whatever it died.
template <class Death>
static void OwnerDies(cases::Map &map, cases::Step &step, Death death) {
  Mutex m(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  Together(
      [&] {
        pthread_mutex_lock(m);
        WRITE;
        step.Done();
        death();
      },
      [&] {
        step.WaitFor(1);
        Expect(pthread_mutex_lock(m), EOWNERDEAD);
        WRITE;
        pthread_mutex_consistent(m);
        pthread_mutex_unlock(m);
      });
}
SILENT(robust_owner_returned, "mutex_robust") {
  OwnerDies(map, step, [] {});
}
SILENT(robust_owner_exited, "mutex_robust") {
  OwnerDies(map, step, [] { pthread_exit(nullptr); });
}
// Nobody made it consistent: it is lost, and whoever wants it has not got it.
RACE(robust_not_recoverable, "mutex_try_fails") {
  Mutex m(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  cases::Thread owner([&] { pthread_mutex_lock(m); });
  owner.Join();
  InTurn(
      [&] {
        Expect(pthread_mutex_lock(m), EOWNERDEAD);
        WRITE;
        pthread_mutex_unlock(m);
      },
      [&] {
        Expect(pthread_mutex_lock(m), ENOTRECOVERABLE);
        WRITE;
      });
}
// EOWNERDEAD is a lock taken: the next owner is ordered after.
SILENT(robust_owner_died, "mutex") {
  Mutex m(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  cases::Thread owner([&] { pthread_mutex_lock(m); });
  owner.Join();
  InTurn(
      [&] {
        Expect(pthread_mutex_lock(m), EOWNERDEAD);
        pthread_mutex_consistent(m);
        WRITE;
        pthread_mutex_unlock(m);
      },
      [&] {
        Expect(pthread_mutex_lock(m), 0);
        WRITE;
        pthread_mutex_unlock(m);
      });
}

// --- lives

SILENT(one_life, "mutex") {
  Mutex m;
  InTurn(
      [&] {
        WRITE;
        pthread_mutex_lock(m);
        pthread_mutex_unlock(m);
      },
      [&] {
        pthread_mutex_lock(m);
        pthread_mutex_unlock(m);
        WRITE;
      });
}
RACE(another_life_by_destroy, "life_of_init") {
  Mutex m;
  InTurn(
      [&] {
        WRITE;
        pthread_mutex_lock(m);
        pthread_mutex_unlock(m);
      },
      [&] {
        pthread_mutex_destroy(m);
        m.m = PTHREAD_MUTEX_INITIALIZER;
      },
      [&] {
        pthread_mutex_lock(m);
        pthread_mutex_unlock(m);
        WRITE;
      });
}
RACE(another_life_by_init, "life_of_init") {
  Mutex m;
  InTurn(
      [&] {
        WRITE;
        pthread_mutex_lock(m);
        pthread_mutex_unlock(m);
      },
      [&] { pthread_mutex_init(m, nullptr); },
      [&] {
        pthread_mutex_lock(m);
        pthread_mutex_unlock(m);
        WRITE;
      });
}

// --- spin locks

SILENT(spin, "spin_lock") {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  auto body = [&] {
    pthread_spin_lock(&lock);
    WRITE;
    pthread_spin_unlock(&lock);
  };
  InTurn(body, body);
}
RACE(spin_another) {
  pthread_spinlock_t locks[2];
  pthread_spin_init(&locks[0], PTHREAD_PROCESS_PRIVATE);
  pthread_spin_init(&locks[1], PTHREAD_PROCESS_PRIVATE);
  auto body = [&](int i) {
    pthread_spin_lock(&locks[i]);
    WRITE;
    pthread_spin_unlock(&locks[i]);
  };
  InTurn([&] { body(0); }, [&] { body(1); });
}
SILENT(spin_trylock, "spin_lock") {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  auto body = [&] {
    Expect(pthread_spin_trylock(&lock), 0);
    WRITE;
    pthread_spin_unlock(&lock);
  };
  InTurn(body, body);
}
RACE(spin_trylock_fails, "spin_try_fails") {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  Together(
      [&] {
        pthread_spin_lock(&lock);
        WRITE;
        pthread_spin_unlock(&lock);
        pthread_spin_lock(&lock);
        step.Done();
        step.WaitFor(2);
        pthread_spin_unlock(&lock);
      },
      [&] {
        step.WaitFor(1);
        Expect(pthread_spin_trylock(&lock), EBUSY);
        WRITE;
        step.Done();
      });
}
RACE(spin_another_life, "life_of_init") {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  InTurn(
      [&] {
        WRITE;
        pthread_spin_lock(&lock);
        pthread_spin_unlock(&lock);
      },
      [&] {
        pthread_spin_destroy(&lock);
        pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
      },
      [&] {
        pthread_spin_lock(&lock);
        pthread_spin_unlock(&lock);
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 30 cases
