// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %debug-cases -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: the initialisation of a function-local static (__cxa_guard_acquire,
// __cxa_guard_release, __cxa_guard_abort) happens before every use of it, and
// nothing else does.

#include "cases.h"
#include <functional>

using cases::Map;

// A static of its own for each tag; `initialise` runs under its guard.
template <class Tag> static int Static(const std::function<int()> &initialise) {
  static int value = initialise();
  return value;
}
// A tag for each case.
#define TAG                                                                    \
  struct Tag {}

SILENT(initialiser, "static_guard", "atomic_acquire") {
  TAG;
  auto body = [&] {
    Static<Tag>([&] {
      WRITE;
      return 1;
    });
    READ;
  };
  InTurn(body, body);
}
SILENT(before_initialisation, "static_guard") {
  TAG;
  InTurn(
      [&] {
        WRITE;
        Static<Tag>([] { return 1; });
      },
      [&] {
        Static<Tag>([] { return 1; });
        WRITE;
      });
}
RACE(after_initialisation) {
  TAG;
  InTurn(
      [&] {
        Static<Tag>([] { return 1; });
        WRITE;
      },
      [&] {
        Static<Tag>([] { return 1; });
        WRITE;
      });
}
// One who finds it initialised publishes nothing.
RACE(users_among_themselves) {
  TAG;
  auto body = [&] {
    Static<Tag>([] { return 1; });
    WRITE;
    Static<Tag>([] { return 1; });
  };
  Static<Tag>([] { return 1; });
  InTurn(body, body);
}
RACE(another_static) {
  TAG;
  struct Other {};
  InTurn(
      [&] {
        WRITE;
        Static<Tag>([] { return 1; });
      },
      [&] {
        Static<Other>([] { return 1; });
        WRITE;
      });
}
// The second thread finds the guard taken, as a rule.
SILENT(waits_for_initialisation, "static_guard") {
  TAG;
  auto initialise = [&] {
    step.Done();
    for (int i = 0; i < 100000; i++)
      asm volatile("" ::: "memory");
    WRITE;
    return 1;
  };
  Together([&] { Static<Tag>(initialise); },
           [&] {
             step.WaitFor(1);
             Static<Tag>(initialise);
             WRITE;
           });
}
// An initialiser that throws is followed by another try.
SILENT(initialiser_throws, "static_guard_abort") {
  TAG;
  InTurn(
      [&] {
        try {
          Static<Tag>([&]() -> int {
            WRITE;
            throw 1;
          });
        } catch (int) {
        }
      },
      [&] {
        Static<Tag>([&] {
          WRITE;
          return 1;
        });
      });
}
// The guards' implementation may share a lock: it must not order these.
RACE(slow_paths_of_two_statics) {
  TAG;
  struct Other {};
  InTurn(
      [&] {
        WRITE;
        Static<Tag>([] { return 1; });
        Static<Other>([] { return 1; });
      },
      [&] {
        struct Third {};
        Static<Third>([] { return 1; });
        WRITE;
      });
}
// A static with a destructor, and one within another's initialiser.
SILENT(nested, "static_guard") {
  struct Inner {};
  struct Outer {};
  auto body = [&] {
    Static<Outer>([&] {
      return Static<Inner>([&] {
        WRITE;
        return 1;
      });
    });
    READ;
  };
  InTurn(body, body);
}
struct WithDestructor {
  explicit WithDestructor(Map &map) { WRITE; }
  ~WithDestructor() {}
};
SILENT(object, "static_guard") {
  auto body = [&] {
    static WithDestructor object(map);
    READ;
  };
  InTurn(body, body);
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 10 cases
