// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: a phase of a pthread barrier orders its threads, all before with all
// after, and nobody else, with as many threads about as you like.

#include "cases.h"
#include <cerrno>
#include <vector>

using cases::Map;
using cases::Step;
using cases::Thread;

static void Expect(bool right) {
  if (!right)
    __builtin_abort();
}

struct Barrier {
  pthread_barrier_t b;
  explicit Barrier(unsigned count,
                   const pthread_barrierattr_t *attr = nullptr) {
    Expect(!pthread_barrier_init(&b, attr, count));
  }
  ~Barrier() { pthread_barrier_destroy(&b); }
  /// True in one of those who leave.
  bool Wait() {
    int result = pthread_barrier_wait(&b);
    Expect(!result || result == PTHREAD_BARRIER_SERIAL_THREAD);
    return result;
  }
};

SILENT(before_and_after, "barrier") {
  Barrier barrier(2);
  Together(
      [&] {
        WRITE;
        barrier.Wait();
      },
      [&] {
        barrier.Wait();
        WRITE;
      });
}
SILENT(all_before_with_all_after, "barrier") {
  Barrier barrier(4);
  auto reader = [&] {
    READ;
    barrier.Wait();
  };
  Together(reader, reader, reader, [&] {
    barrier.Wait();
    WRITE;
  });
}
RACE(after_it) {
  Barrier barrier(2);
  auto body = [&] {
    barrier.Wait();
    WRITE;
  };
  Together(body, body);
}
RACE(before_it) {
  Barrier barrier(2);
  auto body = [&] {
    WRITE;
    barrier.Wait();
  };
  Together(body, body);
}
RACE(another_barrier) {
  Barrier one(1), other(1);
  InTurn(
      [&] {
        WRITE;
        one.Wait();
      },
      [&] {
        other.Wait();
        WRITE;
      });
}
SILENT(one_of_them_is_the_serial_thread, "barrier") {
  Barrier barrier(3);
  auto body = [&] {
    READ;
    if (barrier.Wait())
      WRITE;
  };
  Together(body, body, body);
}
// Four threads at a barrier of two: what the first two did is nothing to the
// others.
RACE(another_phase, "barrier_phase") {
  Barrier barrier(2);
  auto earlier = [&] {
    READ;
    barrier.Wait();
    step.Done();
  };
  Together(
      earlier, earlier,
      [&] {
        step.WaitFor(2);
        barrier.Wait();
        WRITE;
      },
      [&] {
        step.WaitFor(2);
        barrier.Wait();
      });
}
SILENT(phase_after_phase, "barrier") {
  Barrier barrier(2);
  auto player = [&](int me) {
    for (int i = 0; i < 200; i++) {
      if (i % 2 == me)
        WRITE;
      barrier.Wait();
    }
  };
  Together([&] { player(0); }, [&] { player(1); });
}

// Pairs take the barrier in turn, three phases at a time: the next pair comes
// as soon as one of the last is back. Its other half still has to leave, by the
// clock of its own phase, when two more are over.
SILENT(late_to_leave, "barrier") {
  Barrier barrier(2);
  constexpr int kPairs = 3, kRounds = 300;
  std::vector<Map> maps(kPairs * kRounds); // one a turn
  Step turns, back[kPairs];
  // Arrives, and is late to leave.
  auto early = [&](int pair) {
    for (int round = 0; round < kRounds; round++) {
      int turn = round * kPairs + pair;
      Map &map = maps[turn];
      turns.WaitFor(turn);
      barrier.Wait();
      WRITE;
      back[pair].Done();
    }
  };
  auto other = [&](int pair) {
    for (int round = 0; round < kRounds; round++) {
      int turn = round * kPairs + pair;
      Map &map = maps[turn];
      turns.WaitFor(turn);
      READ;
      barrier.Wait();
      turns.Done();
      back[pair].WaitFor(round + 1);
    }
  };
  Together([&] { early(0); }, [&] { other(0); }, [&] { early(1); },
           [&] { other(1); }, [&] { early(2); }, [&] { other(2); });
}
// More threads than the count, all at once, whoever is let in with whom. (The
// tickets, which order nothing, are even: nobody waits at the end.)
SILENT(crowd, "thread_join") {
  Barrier barrier(2);
  int tickets = 0;
  auto body = [&] {
    while (__atomic_fetch_add(&tickets, 1, __ATOMIC_RELAXED) < 2000) {
      READ;
      barrier.Wait();
    }
  };
  Together(body, body, body, body);
  WRITE;
}
RACE(another_life) {
  Barrier barrier(1);
  InTurn(
      [&] {
        WRITE;
        barrier.Wait();
      },
      [&] {
        pthread_barrier_destroy(&barrier.b);
        pthread_barrier_init(&barrier.b, nullptr, 1);
      },
      [&] {
        barrier.Wait();
        WRITE;
      });
}
// Whoever leaves first may destroy it, and its memory may be gone.
SILENT(destroyed_at_once, "barrier") {
  for (int i = 0; i < 200; i++) {
    auto *barrier = new Barrier(2);
    auto body = [&] {
      READ;
      if (barrier->Wait()) {
        WRITE;
        delete barrier;
      }
    };
    Together(body, body);
  }
}
SILENT(process_shared, "barrier") {
  pthread_barrierattr_t attr;
  pthread_barrierattr_init(&attr);
  pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
  Barrier barrier(2, &attr);
  Together(
      [&] {
        WRITE;
        barrier.Wait();
      },
      [&] {
        barrier.Wait();
        WRITE;
      });
}
SILENT(errors, NO_RULE) {
  pthread_barrier_t barrier;
  Expect(pthread_barrier_init(&barrier, nullptr, 0) == EINVAL);
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 14 cases
