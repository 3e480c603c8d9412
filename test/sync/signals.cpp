// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: what a signal handler does belongs to the thread that it runs on;
// sending a signal orders nothing; a handler within an operation does no harm.

#include "cases.h"
#include <csetjmp>
#include <csignal>
#include <mutex>

using cases::Map;
using cases::Step;
using cases::Thread;

namespace {

Map *handlers_map;
Step *handlers_step;
void Handler(int) {
  Map &map = *handlers_map;
  WRITE;
  if (handlers_step)
    handlers_step->Done();
}
void Install(Map &map, Step *step, void (*handler)(int) = Handler) {
  handlers_map = &map;
  handlers_step = step;
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigaction(SIGUSR1, &action, nullptr);
}

} // namespace

SILENT(of_its_own_thread, "thread_join") {
  Install(map, nullptr);
  Thread thread([&] {
    WRITE;
    raise(SIGUSR1);
    WRITE;
  });
  thread.Join();
  WRITE;
}
RACE(of_another_thread) {
  Install(map, &step);
  Thread thread([&] { step.WaitFor(1); });
  WRITE;
  pthread_kill(thread.Handle(), SIGUSR1);
  thread.Join();
}
RACE(sender_goes_on) {
  Install(map, &step);
  Thread thread([&] { step.WaitFor(2); });
  pthread_kill(thread.Handle(), SIGUSR1);
  step.WaitFor(1);
  WRITE;
  step.Done();
  thread.Join();
}
SILENT(joined, "thread_join") {
  Install(map, &step);
  Thread thread([&] { step.WaitFor(1); });
  pthread_kill(thread.Handle(), SIGUSR1);
  thread.Join();
  WRITE;
}
// A handler and its sender synchronise as threads do.
static int published;
SILENT(published_to_a_handler, "atomic_release", "atomic_acquire") {
  published = 0;
  Install(map, &step, [](int) {
    Map &map = *handlers_map;
    while (!__atomic_load_n(&published, __ATOMIC_ACQUIRE))
      ;
    WRITE;
    handlers_step->Done();
  });
  Thread thread([&] { step.WaitFor(1); });
  WRITE;
  __atomic_store_n(&published, 1, __ATOMIC_RELEASE);
  pthread_kill(thread.Handle(), SIGUSR1);
  step.WaitFor(1);
  thread.Join();
}
SILENT(on_another_stack, "thread_join") {
  Install(map, nullptr);
  Thread thread([&] {
    static char memory[1 << 16];
    stack_t stack = {};
    stack.ss_sp = memory;
    stack.ss_size = sizeof(memory);
    sigaltstack(&stack, nullptr);
    WRITE;
    raise(SIGUSR1);
    WRITE;
    stack.ss_flags = SS_DISABLE;
    sigaltstack(&stack, nullptr);
  });
  thread.Join();
  WRITE;
}

// --- in the middle of an operation

namespace {
struct RaisingHash {
  std::size_t operator()(int key) const {
    raise(SIGUSR1);
    return key;
  }
};
using Raising = std::unordered_map<int, int, RaisingHash>;
} // namespace

SILENT(within_an_operation, "mutex") {
  Install(map, nullptr);
  auto *raising = new Raising;
  std::mutex m;
  auto body = [&] {
    std::lock_guard lock(m);
    raising->emplace(__COUNTER__, 0);
    WRITE;
  };
  InTurn(body, body);
}
RACE(within_an_operation_unordered) {
  Install(map, nullptr);
  auto *raising = new Raising;
  InTurn([&] { raising->emplace(1, 0); }, [&] { WRITE; });
}
// One that never comes back to the operation.
static sigjmp_buf out;
SILENT(jump_out_of_the_handler, "operation_left", "mutex") {
  Install(map, nullptr, [](int) { siglongjmp(out, 1); });
  auto *raising = new Raising;
  std::mutex m;
  InTurn(
      [&] {
        m.lock();
        if (!sigsetjmp(out, 1))
          raising->emplace(1, 0);
        m.unlock();
      },
      [&] {
        Install(map, nullptr);
        std::lock_guard lock(m);
        raising->emplace(2, 0);
      });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 9 cases
