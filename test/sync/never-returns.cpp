// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %debug-cases -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: an operation that never returns, because a functor jumps or throws,
// leaves no mark behind.

#include "cases.h"
#include <csetjmp>
#include <mutex>
#include <stdexcept>

using cases::Thread;

// What longjmp is with _FORTIFY_SOURCE.
extern "C" [[noreturn]] void __longjmp_chk(sigjmp_buf, int) noexcept(false);

namespace {

/// What a hash function does with this key. One thread at a time.
enum Trap {
  None,
  Jump,
  JumpPlainly,
  JumpWithSignals,
  JumpChecked,
  Throw,
  Release
};
struct Key {
  int number;
  Trap trap;
};
sigjmp_buf target;
std::mutex *to_release;

struct Hash {
  std::size_t operator()(const Key &key) const {
    switch (key.trap) {
    case None:
      break;
    case Jump:
      longjmp(target, 1);
    case JumpPlainly:
      _longjmp(target, 1);
    case JumpWithSignals:
      siglongjmp(target, 1);
    case JumpChecked:
      __longjmp_chk(target, 1);
    case Throw:
      throw std::runtime_error("no hash");
    case Release:
      to_release->lock();
      to_release->unlock();
    }
    return key.number;
  }
};
struct Equal {
  bool operator()(const Key &a, const Key &b) const {
    return a.number == b.number;
  }
};
using Traps = std::unordered_map<Key, int, Hash, Equal>;

void Try(Traps &traps, Trap trap) {
  switch (trap) {
  case Jump:
  case JumpPlainly:
  case JumpWithSignals:
  case JumpChecked:
    if (!sigsetjmp(target, 1))
      traps.emplace(Key{1, trap}, 0);
    break;
  case Throw:
    try {
      traps.emplace(Key{1, Throw}, 0);
    } catch (const std::runtime_error &) {
    }
    break;
  default:
    traps.emplace(Key{1, trap}, 0);
  }
}

} // namespace

// The broken operation lies behind: a later one by another thread, ordered by
// the mutex, is not inside it.
#define GONE(Name, Which)                                                      \
  SILENT(Name, "operation_left", "mutex") {                                    \
    auto *traps = new Traps;                                                   \
    std::mutex m;                                                              \
    Together(                                                                  \
        [&] {                                                                  \
          m.lock();                                                            \
          Try(*traps, Which);                                                  \
          m.unlock();                                                          \
          step.Done();                                                         \
          step.WaitFor(2);                                                     \
        },                                                                     \
        [&] {                                                                  \
          step.WaitFor(1);                                                     \
          std::lock_guard lock(m);                                             \
          traps->emplace(Key{2, None}, 0);                                     \
          step.Done();                                                         \
        });                                                                    \
  }                                                                            \
  RACE(Name##_unordered) {                                                     \
    auto *traps = new Traps;                                                   \
    InTurn([&] { Try(*traps, Which); },                                        \
           [&] { traps->emplace(Key{2, None}, 0); });                          \
  }
GONE(longjmp_out, Jump)
GONE(_longjmp_out, JumpPlainly)
GONE(siglongjmp_out, JumpWithSignals)
GONE(longjmp_chk_out, JumpChecked)
GONE(exception_out, Throw)

// Many of them: nothing piles up.
SILENT(longjmp_out_again_and_again, "thread_join") {
  auto *traps = new Traps;
  auto body = [&] {
    for (int i = 0; i < 10000; i++)
      Try(*traps, Jump);
  };
  Thread first(body);
  first.Join();
  Thread second(body);
  second.Join();
  traps->emplace(Key{2, None}, 0);
}

// An operation that releases in its middle is not over then.
RACE(release_inside) {
  auto *traps = new Traps;
  std::mutex m;
  to_release = &m;
  InTurn([&] { traps->emplace(Key{1, Release}, 0); },
         [&] {
           m.lock();
           m.unlock();
           traps->emplace(Key{2, None}, 0);
         });
}
// One that acquires in its middle began before.
RACE(acquire_inside) {
  auto *traps = new Traps;
  std::mutex m;
  to_release = &m;
  InTurn(
      [&] {
        traps->emplace(Key{1, None}, 0);
        m.lock();
        m.unlock();
      },
      [&] { traps->emplace(Key{2, Release}, 0); });
}
// The same where only this tells: a read that releases is recorded at its
// begin alone; a write that acquires is checked as one at its end.
RACE(release_inside_a_read, "operation_ends") {
  auto *traps = new Traps;
  traps->emplace(Key{3, None}, 0);
  std::mutex m;
  to_release = &m;
  InTurn([&] { (void)traps->find(Key{1, Release}); },
         [&] {
           m.lock();
           m.unlock();
           traps->emplace(Key{2, None}, 0);
         });
}
RACE(acquire_inside_a_write, "operation_begins") {
  auto *traps = new Traps;
  traps->emplace(Key{3, None}, 0);
  std::mutex m;
  to_release = &m;
  InTurn(
      [&] {
        (void)traps->find(Key{1, None});
        m.lock();
        m.unlock();
      },
      [&] { traps->emplace(Key{2, Release}, 0); });
}
SILENT(acquire_before, "mutex") {
  auto *traps = new Traps;
  std::mutex m;
  InTurn(
      [&] {
        traps->emplace(Key{1, None}, 0);
        m.lock();
        m.unlock();
      },
      [&] {
        m.lock();
        m.unlock();
        traps->emplace(Key{2, None}, 0);
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 16 cases
