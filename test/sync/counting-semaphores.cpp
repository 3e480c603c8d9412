// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %cases20 -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases20 -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: a release of a std::counting_semaphore happens before every later
// acquisition; one in vain orders nothing.

#include "cases.h"
#include <chrono>
#include <semaphore>

using namespace std::chrono_literals;

static void Is(bool value, bool expected) {
  if (value != expected)
    __builtin_abort();
}

// One thread writes the map, then does First; the other does Second, then
// writes the map.
#define HANDOVER(Expected, Rule, Name, Semaphore, First, Second)               \
  Expected(Name, Rule) {                                                       \
    Semaphore;                                                                 \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          First;                                                               \
        },                                                                     \
        [&] {                                                                  \
          Second;                                                              \
          WRITE;                                                               \
        });                                                                    \
  }
#define EMPTY std::counting_semaphore s(0)
#define BINARY std::binary_semaphore s(0)
#define NOW std::chrono::steady_clock::now()

HANDOVER(SILENT, "atomic_acquire", acquire, EMPTY, s.release(), s.acquire())
HANDOVER(SILENT, "library_wait", try_acquire, EMPTY, s.release(),
         Is(s.try_acquire(), true))
HANDOVER(SILENT, "library_wait", try_acquire_for, EMPTY, s.release(),
         Is(s.try_acquire_for(1h), true))
HANDOVER(SILENT, "library_wait", try_acquire_until_steady, EMPTY, s.release(),
         Is(s.try_acquire_until(NOW + 1h), true))
HANDOVER(SILENT, "library_wait", try_acquire_until_system, EMPTY, s.release(),
         Is(s.try_acquire_until(std::chrono::system_clock::now() + 1h), true))
HANDOVER(SILENT, "atomic_acquire", binary, BINARY, s.release(), s.acquire())
HANDOVER(SILENT, "library_wait", binary_try, BINARY, s.release(),
         Is(s.try_acquire(), true))
HANDOVER(SILENT, "library_wait", binary_try_for, BINARY, s.release(),
         Is(s.try_acquire_for(1h), true))
HANDOVER(SILENT, "atomic_release", small, std::counting_semaphore<5> s(0),
         s.release(3), s.acquire())
HANDOVER(RACE, NO_RULE, another_semaphore, EMPTY;
         std::counting_semaphore t(1), s.release(), t.acquire())
HANDOVER(RACE, "library_wait_fails", try_acquire_in_vain, EMPTY, s.release();
         s.acquire(), Is(s.try_acquire(), false))
HANDOVER(RACE, "library_wait_fails", try_acquire_for_in_vain, EMPTY,
         s.release();
         s.acquire(), Is(s.try_acquire_for(100us), false))
HANDOVER(RACE, "library_wait_fails", try_acquire_until_in_vain, EMPTY,
         s.release();
         s.acquire(), Is(s.try_acquire_until(NOW + 100us), false))
HANDOVER(RACE, "library_wait_fails", binary_in_vain, BINARY, s.release();
         s.acquire(), Is(s.try_acquire(), false))
// Who acquires tells those who acquire after him nothing.
HANDOVER(RACE, NO_RULE, acquirers, std::counting_semaphore s(2), s.acquire(),
         s.acquire())
HANDOVER(RACE, NO_RULE, releasers, EMPTY, s.release(), s.release())
HANDOVER(RACE, NO_RULE, acquire_then_release, std::counting_semaphore s(1),
         s.acquire(), s.release())

SILENT(as_a_mutex, "atomic_acquire", "atomic_release") {
  std::binary_semaphore s(1);
  auto body = [&] {
    s.acquire();
    WRITE;
    s.release();
  };
  InTurn(body, body, body);
}
SILENT(as_a_contended_mutex, "atomic_acquire") {
  std::binary_semaphore s(1);
  auto body = [&] {
    for (int i = 0; i < 300; i++) {
      s.acquire();
      WRITE;
      s.release();
    }
  };
  Together(body, body, body);
}
SILENT(blocks, "atomic_acquire") {
  EMPTY;
  Together(
      [&] {
        step.WaitFor(1);
        WRITE;
        s.release();
      },
      [&] {
        step.Done();
        s.acquire();
        WRITE;
      });
}
SILENT(blocks_for_a_while, "library_wait") {
  EMPTY;
  Together(
      [&] {
        step.WaitFor(1);
        WRITE;
        s.release();
      },
      [&] {
        step.Done();
        Is(s.try_acquire_for(1h), true);
        WRITE;
      });
}
SILENT(two_releasers, "rmw_release_joins") {
  EMPTY;
  auto releaser = [&] {
    READ;
    s.release();
  };
  InTurn(releaser, releaser, [&] {
    s.acquire();
    s.acquire();
    WRITE;
  });
}
RACE(after_release) {
  EMPTY;
  InTurn(
      [&] {
        s.release();
        WRITE;
      },
      [&] {
        s.acquire();
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 23 cases
