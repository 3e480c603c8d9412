// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %cases20 -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases20 -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: every execution of a call_once happens before the next one starts,
// also one that throws, and the one that returned before every return; those
// who find it done tell nobody anything.

#include "cases.h"
#include <mutex>

static int Throw() { throw 1; }
template <class Function> static void Catch(Function function) {
  try {
    function();
    __builtin_abort();
  } catch (int) {
  }
}

SILENT(what_it_did, "once") {
  std::once_flag flag;
  auto body = [&] {
    std::call_once(flag, [&] { WRITE; });
    READ;
  };
  InTurn(body, body);
}
SILENT(what_preceded_it, "once") {
  std::once_flag flag;
  InTurn(
      [&] {
        WRITE;
        std::call_once(flag, [] {});
      },
      [&] {
        std::call_once(flag, [] { __builtin_abort(); });
        WRITE;
      });
}
SILENT(with_arguments, "once") {
  std::once_flag flag;
  auto body = [&] {
    std::call_once(
        flag, [](cases::Map &map, int i) { map.emplace(i, i); }, map, 7);
    READ;
  };
  InTurn(body, body);
}
RACE(what_followed_it) {
  std::once_flag flag;
  InTurn(
      [&] {
        std::call_once(flag, [] {});
        WRITE;
      },
      [&] {
        std::call_once(flag, [] { __builtin_abort(); });
        WRITE;
      });
}
RACE(those_who_find_it_done) {
  std::once_flag flag;
  std::call_once(flag, [] {});
  InTurn(
      [&] {
        WRITE;
        std::call_once(flag, [] { __builtin_abort(); });
      },
      [&] {
        std::call_once(flag, [] { __builtin_abort(); });
        WRITE;
      });
}
// One lock may serve all flags.
RACE(another_flag) {
  std::once_flag flag, other;
  InTurn(
      [&] {
        WRITE;
        std::call_once(flag, [] {});
      },
      [&] {
        std::call_once(other, [] {});
        WRITE;
      });
}
SILENT(one_within_another, "once") {
  std::once_flag flag, other;
  auto body = [&] {
    std::call_once(flag, [&] { std::call_once(other, [&] { WRITE; }); });
    READ;
  };
  InTurn(body, body);
}
SILENT(waits_for_the_other, "once") {
  std::once_flag flag;
  auto once = [&] {
    step.Done();
    for (int i = 0; i < 100000; i++)
      asm volatile("" ::: "memory");
    WRITE;
  };
  Together([&] { std::call_once(flag, once); },
           [&] {
             step.WaitFor(1);
             std::call_once(flag, once);
             WRITE;
           });
}
SILENT(throws_and_is_done_again, "once", "once_throws") {
  std::once_flag flag;
  InTurn(
      [&] {
        Catch([&] {
          std::call_once(flag, [&] {
            WRITE;
            Throw();
          });
        });
      },
      [&] { std::call_once(flag, [&] { WRITE; }); },
      [&] {
        std::call_once(flag, [] { __builtin_abort(); });
        WRITE;
      });
}
SILENT(what_preceded_a_throw, "once_throws") {
  std::once_flag flag;
  InTurn(
      [&] {
        WRITE;
        Catch([&] { std::call_once(flag, Throw); });
      },
      [&] {
        std::call_once(flag, [] {});
        WRITE;
      });
}
SILENT(throws_twice, "once_throws") {
  std::once_flag flag;
  auto thrower = [&] {
    Catch([&] {
      std::call_once(flag, [&] {
        WRITE;
        Throw();
      });
    });
  };
  InTurn(thrower, thrower);
}
RACE(what_followed_a_throw) {
  std::once_flag flag;
  InTurn(
      [&] {
        Catch([&] { std::call_once(flag, Throw); });
        WRITE;
      },
      [&] {
        std::call_once(flag, [] {});
        WRITE;
      });
}
// After a throw from within, the flag without is what the next returns to.
SILENT(throws_within_another, "once") {
  std::once_flag flag, inner;
  auto body = [&] {
    std::call_once(flag, [&] {
      Catch([&] { std::call_once(inner, Throw); });
      WRITE;
    });
    READ;
  };
  InTurn(body, body);
}
// What it synchronises with is the program's business.
SILENT(locks_within, "mutex") {
  std::once_flag flag;
  std::mutex m;
  InTurn(
      [&] {
        std::call_once(flag, [&] {
          std::lock_guard lock(m);
          WRITE;
        });
      },
      [&] {
        std::lock_guard lock(m);
        WRITE;
      });
}
SILENT(is_ordered_within, "mutex") {
  std::once_flag flag;
  std::mutex m;
  InTurn(
      [&] {
        std::lock_guard lock(m);
        WRITE;
      },
      [&] {
        std::call_once(flag, [&] {
          std::lock_guard lock(m);
          WRITE;
        });
      });
}
RACE(reborn, "life_of_object") {
  alignas(std::once_flag) char memory[sizeof(std::once_flag)];
  auto *flag = new (memory) std::once_flag;
  InTurn(
      [&] {
        WRITE;
        std::call_once(*flag, [] {});
      },
      [&] {
        flag->~once_flag();
        flag = new (memory) std::once_flag;
        std::call_once(*flag, [] {});
        WRITE;
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 16 cases
