// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %cases20 -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases20 -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: an arrival happens before the phase's completion function, and that
// before every return from a wait for the phase; arrivals are not ordered
// among themselves, nor is one phase by another.

#include "cases.h"
#include <atomic>
#include <barrier>
#include <latch>

// --- latch

#define HANDOVER(Expected, Rule, Name, Objects, First, Second)                 \
  Expected(Name, Rule) {                                                       \
    Objects;                                                                   \
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

static void Is(bool value, bool expected) {
  if (value != expected)
    __builtin_abort();
}

HANDOVER(SILENT, "library_wait", latch_wait, std::latch l(1), l.count_down(),
         l.wait())
HANDOVER(SILENT, "library_wait", latch_try_wait, std::latch l(1),
         l.count_down(), Is(l.try_wait(), true))
HANDOVER(SILENT, "library_wait", latch_arrive_and_wait, std::latch l(1),
         l.arrive_and_wait(), l.wait())
HANDOVER(SILENT, "library_wait", latch_arrive_second, std::latch l(2),
         l.count_down(), l.arrive_and_wait())
HANDOVER(SILENT, "library_wait", latch_of_many, std::latch l(3),
         l.count_down(3), l.wait())
HANDOVER(SILENT, "library_wait", latch_of_many_at_once, std::latch l(3),
         l.count_down(1), l.arrive_and_wait(2))
HANDOVER(RACE, NO_RULE, another_latch, std::latch l(1);
         std::latch k(0), l.count_down(), k.wait())
HANDOVER(RACE, "library_wait_fails", latch_in_vain, std::latch l(2),
         l.count_down(), Is(l.try_wait(), false))
HANDOVER(RACE, NO_RULE, latch_counters, std::latch l(2), l.count_down(),
         l.count_down())
HANDOVER(RACE, NO_RULE, latch_waiters, std::latch l(0), l.wait(), l.wait())
HANDOVER(RACE, NO_RULE, latch_waiter_and_counter, std::latch l(1),
         Is(l.try_wait(), false), l.count_down())
RACE(after_count_down) {
  std::latch l(1);
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
SILENT(latch_of_two_counters, "library_wait") {
  std::latch l(2);
  auto counter = [&] {
    READ;
    l.count_down();
  };
  InTurn(counter, counter, [&] {
    l.wait();
    WRITE;
  });
}
SILENT(latch_wait_blocks, "library_wait") {
  std::latch l(1);
  Together(
      [&] {
        step.WaitFor(1);
        WRITE;
        l.count_down();
      },
      [&] {
        step.Done();
        l.wait();
        WRITE;
      });
}

// --- barrier

SILENT(barrier, "barrier_arrival+barrier_completion") {
  std::barrier b(2);
  Together(
      [&] {
        WRITE;
        b.arrive_and_wait();
      },
      [&] {
        b.arrive_and_wait();
        WRITE;
      });
}
SILENT(barrier_back_and_forth, "barrier_arrival+barrier_completion") {
  std::barrier b(2);
  auto party = [&](int mine) {
    for (int i = 0; i < 300; i++) {
      if (i % 2 == mine)
        WRITE;
      b.arrive_and_wait();
    }
  };
  Together([&] { party(0); }, [&] { party(1); });
}
SILENT(barrier_of_many, "barrier_arrival+barrier_completion") {
  std::barrier b(5);
  auto party = [&](int mine) {
    for (int i = 0; i < 50; i++) {
      if (i % 5 == mine)
        WRITE;
      b.arrive_and_wait();
    }
  };
  Together([&] { party(0); }, [&] { party(1); }, [&] { party(2); },
           [&] { party(3); }, [&] { party(4); });
}
RACE(before_the_barrier) {
  std::barrier b(2);
  Together(
      [&] {
        WRITE;
        step.Done();
        b.arrive_and_wait();
      },
      [&] {
        step.WaitFor(1);
        WRITE;
        b.arrive_and_wait();
      });
}
RACE(behind_the_barrier) {
  std::barrier b(2);
  Together(
      [&] {
        b.arrive_and_wait();
        WRITE;
        step.Done();
      },
      [&] {
        b.arrive_and_wait();
        step.WaitFor(1);
        WRITE;
      });
}
// The token's owner waits later; others wait at once.
SILENT(barrier_token, "barrier_arrival+barrier_completion") {
  std::barrier b(2);
  Together(
      [&] {
        WRITE;
        auto token = b.arrive();
        b.wait(std::move(token));
      },
      [&] {
        auto token = b.arrive();
        b.wait(std::move(token));
        WRITE;
      });
}
// Who completes the phase acquires all arrivals; who waits, the completion.
SILENT(barrier_first_waits, "barrier_arrival+barrier_completion") {
  std::barrier b(2);
  Together(
      [&] {
        auto token = b.arrive();
        step.Done();
        b.wait(std::move(token));
        WRITE;
      },
      [&] {
        step.WaitFor(1);
        WRITE;
        (void)b.arrive();
      });
}
SILENT(barrier_last_waits, "barrier_arrival") {
  std::barrier b(2);
  InTurn(
      [&] {
        WRITE;
        (void)b.arrive();
      },
      [&] {
        b.arrive_and_wait();
        WRITE;
      });
}
// arrive alone: told to others, told nothing.
RACE(barrier_after_arrive) {
  std::barrier b(2);
  Together(
      [&] {
        auto token = b.arrive();
        WRITE;
        step.Done();
        b.wait(std::move(token));
      },
      [&] {
        step.WaitFor(1);
        b.arrive_and_wait();
        WRITE;
      });
}
RACE(barrier_arrivals, "barrier_arrivals") {
  std::barrier b(3);
  InTurn(
      [&] {
        WRITE;
        (void)b.arrive();
      },
      [&] {
        (void)b.arrive();
        WRITE;
      });
}
// The last one has run the completion within its arrival.
SILENT(barrier_last_to_arrive, "barrier_arrival") {
  std::barrier b(2);
  InTurn(
      [&] {
        WRITE;
        (void)b.arrive();
      },
      [&] {
        (void)b.arrive();
        WRITE;
      });
}
SILENT(barrier_arrive_several, "barrier_arrival") {
  std::barrier b(3);
  InTurn(
      [&] {
        WRITE;
        (void)b.arrive(2);
      },
      [&] {
        b.arrive_and_wait();
        WRITE;
      });
}
SILENT(barrier_drop, "barrier_arrival") {
  std::barrier b(2);
  InTurn(
      [&] {
        WRITE;
        b.arrive_and_drop();
      },
      [&] {
        b.arrive_and_wait();
        WRITE;
        b.arrive_and_wait(); // alone now
      });
}
RACE(another_barrier) {
  std::barrier b(1), c(1);
  InTurn(
      [&] {
        WRITE;
        b.arrive_and_wait();
      },
      [&] {
        c.arrive_and_wait();
        WRITE;
      });
}
// More threads than the count: this one's phase is not that one's.
RACE(barrier_phases, "barrier_phases") {
  std::barrier b(1);
  InTurn(
      [&] {
        WRITE;
        (void)b.arrive();
      },
      [&] {
        b.arrive_and_wait();
        WRITE;
      });
}
RACE(barrier_phase_after_next, "barrier_phases") {
  std::barrier b(1);
  InTurn(
      [&] {
        WRITE;
        b.arrive_and_wait();
      },
      [&] { b.arrive_and_wait(); },
      [&] {
        b.arrive_and_wait();
        WRITE;
      });
}
RACE(barrier_phases_around, "barrier_phases") {
  std::barrier b(1);
  InTurn(
      [&] {
        WRITE;
        b.arrive_and_wait();
      },
      [&] {
        for (int i = 0; i < 600; i++)
          b.arrive_and_wait();
        WRITE;
      });
}

// The completion function follows all arrivals and precedes all returns.
struct WritesMap {
  cases::Map *map;
  void operator()() noexcept { map->emplace(__COUNTER__, 0); }
};
SILENT(completion, "barrier_arrival", "barrier_completion") {
  std::barrier b(2, WritesMap{&map});
  auto party = [&] {
    READ;
    b.arrive_and_wait();
    READ;
    b.arrive_and_wait();
  };
  Together(party, party);
}
SILENT(completion_that_locks, "barrier_arrival+atomic_release",
       "atomic_acquire") {
  struct Locks {
    std::atomic<int> *x;
    cases::Map *map;
    void operator()() noexcept {
      map->emplace(__COUNTER__, 0);
      x->store(1, std::memory_order_release);
    }
  };
  std::atomic<int> x(0);
  std::barrier b(1, Locks{&x, &map});
  InTurn([&] { (void)b.arrive(); },
         [&] {
           (void)x.load(std::memory_order_acquire);
           WRITE;
         });
}
RACE(completion_not_waited_for) {
  std::barrier b(2, WritesMap{&map});
  InTurn([&] { (void)b.arrive(); }, [&] { (void)b.arrive(); }, [&] { WRITE; });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 34 cases
