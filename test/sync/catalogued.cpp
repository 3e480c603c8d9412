// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases --mapsan-catalog=%S/Inputs/catalogued.yaml -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases --mapsan-catalog=%S/Inputs/catalogued.yaml -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: synchronisation that a user's catalog describes orders what it says;
// what a catalogued call does inside orders nothing.

#include "cases.h"
#include <new>

namespace own {

/// Made of what MapSan does not see.
class Gate {
public:
  Gate() {}
  __attribute__((noinline)) void open() { opened_.Done(); }
  __attribute__((noinline)) void pass(int openings = 1) {
    opened_.WaitFor(openings);
  }

private:
  cases::Step opened_;
};

/// A readers-writer lock by its promise. Inside it is a mutex that MapSan does
/// see, and which would order readers.
class Lock {
public:
  __attribute__((noinline)) void lock() { Touch(); }
  __attribute__((noinline)) bool try_lock() {
    Touch();
    return free_;
  }
  __attribute__((noinline)) void unlock() { Touch(); }
  __attribute__((noinline)) void lock_shared() { Touch(); }
  __attribute__((noinline)) void unlock_shared() { Touch(); }
  void BeTaken() { free_ = false; }

private:
  void Touch() {
    pthread_mutex_lock(&mutex_);
    pthread_mutex_unlock(&mutex_);
  }
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  bool free_ = true;
};

} // namespace own

SILENT(release_and_acquire, "catalog_release") {
  own::Gate gate;
  Together(
      [&] {
        WRITE;
        gate.open();
      },
      [&] {
        gate.pass();
        WRITE;
      });
}
SILENT(two_releases, "catalog_release") {
  own::Gate gate;
  auto opener = [&] {
    READ;
    gate.open();
  };
  Together(opener, opener, [&] {
    gate.pass(2);
    WRITE;
  });
}
RACE(release_before_the_write) {
  own::Gate gate;
  Together(
      [&] {
        gate.open();
        WRITE;
        step.Done();
      },
      [&] {
        gate.pass();
        step.WaitFor(1);
        WRITE;
      });
}
RACE(another_life, "life_of_object") {
  alignas(own::Gate) char memory[sizeof(own::Gate)];
  auto *gate = new (memory) own::Gate;
  InTurn(
      [&] {
        WRITE;
        gate->open();
      },
      [&] {
        gate = new (memory) own::Gate;
        gate->open();
      },
      [&] {
        gate->pass();
        WRITE;
      });
}
SILENT(lock, "catalog_lock") {
  own::Lock m;
  auto body = [&] {
    m.lock();
    WRITE;
    m.unlock();
  };
  InTurn(body, body);
}
SILENT(try_lock, "catalog_lock") {
  own::Lock m;
  auto body = [&] {
    if (m.try_lock()) {
      WRITE;
      m.unlock();
    }
  };
  InTurn(body, body);
}
SILENT(writer_after_reader, "catalog_lock", "rwlock_read") {
  own::Lock m;
  InTurn(
      [&] {
        m.lock_shared();
        READ;
        m.unlock_shared();
      },
      [&] {
        m.lock();
        WRITE;
        m.unlock();
      });
}
RACE(try_lock_fails, "catalog_try_fails") {
  own::Lock m;
  InTurn(
      [&] {
        WRITE;
        m.lock();
        m.unlock();
        m.BeTaken();
      },
      [&] {
        if (!m.try_lock())
          WRITE;
      });
}
RACE(readers_that_write, "catalog_inside", "rwlock_readers") {
  own::Lock m;
  auto body = [&] {
    m.lock_shared();
    WRITE;
    m.unlock_shared();
  };
  InTurn(body, body);
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 9 cases
