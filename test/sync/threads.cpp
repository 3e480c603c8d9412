// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: export MAPSAN_PASS_OPTIONS=locals=1
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %debug-cases -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: what a thread's creation, join and detachment order, and what they
// do not.

#include "cases.h"
#include <cerrno>
#include <csignal>
#include <ctime>
#include <sched.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

using cases::Map;
using cases::Step;
using cases::Thread;

// --- creation and join

SILENT(create, "thread_create") {
  WRITE;
  Thread thread([&] { WRITE; });
  thread.Join();
}
RACE(after_create) {
  Thread thread([&] {
    step.WaitFor(1);
    WRITE;
  });
  WRITE;
  step.Done();
  thread.Join();
}
SILENT(join, "thread_join") {
  Thread thread([&] { WRITE; });
  thread.Join();
  WRITE;
}
RACE(before_join) {
  Thread thread([&] {
    WRITE;
    step.Done();
  });
  step.WaitFor(1);
  WRITE;
  thread.Join();
}
RACE(siblings) {
  InTurn([&] { WRITE; }, [&] { WRITE; });
}
RACE(sibling_reads) {
  InTurn([&] { READ; }, [&] { WRITE; });
}
SILENT(siblings_read_only, NO_RULE) {
  InTurn([&] { READ; }, [&] { READ; });
}
SILENT(grandchild, "thread_create", "thread_join") {
  WRITE;
  Thread child([&] {
    Thread grandchild([&] { WRITE; });
    grandchild.Join();
    WRITE;
  });
  child.Join();
  WRITE;
}
SILENT(join_by_sibling, "thread_join") {
  Thread first([&] { WRITE; });
  Thread second([&] {
    first.Join();
    WRITE;
  });
  second.Join();
}
SILENT(std_thread, "thread_create", "thread_join") {
  WRITE;
  std::thread thread([&] { WRITE; });
  thread.join();
  WRITE;
}
RACE(std_thread_detached) {
  std::thread thread([&] {
    WRITE;
    step.Done();
  });
  thread.detach();
  step.WaitFor(1);
  WRITE;
}

// One that could not be created leaves nothing behind.
SILENT(creation_fails, "thread_create", "thread_join") {
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, std::size_t(1) << 46);
  pthread_t thread;
  WRITE;
  if (!pthread_create(
          &thread, &attr, [](void *) -> void * { return nullptr; }, nullptr))
    __builtin_abort();
  pthread_attr_destroy(&attr);
  Thread other([&] { WRITE; });
  other.Join();
  WRITE;
}
// Signals are as the parent, or the attributes, had them.
static sigset_t MaskOfChild(const pthread_attr_t *attr) {
  static sigset_t mask;
  pthread_t thread;
  pthread_create(
      &thread, attr,
      [](void *) -> void * {
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        return nullptr;
      },
      nullptr);
  pthread_join(thread, nullptr);
  return mask;
}
SILENT(signal_masks, NO_RULE) {
  sigset_t usr1, usr2, old, now;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  sigemptyset(&usr2);
  sigaddset(&usr2, SIGUSR2);
  pthread_sigmask(SIG_SETMASK, &usr1, &old);
  sigset_t child = MaskOfChild(nullptr);
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setsigmask_np(&attr, &usr2);
  sigset_t by_attribute = MaskOfChild(&attr);
  pthread_attr_destroy(&attr);
  pthread_sigmask(SIG_SETMASK, &old, &now);
  auto is = [](const sigset_t &mask, int in, int out) {
    return sigismember(&mask, in) && !sigismember(&mask, out) &&
           !sigismember(&mask, SIGTERM);
  };
  if (!is(child, SIGUSR1, SIGUSR2) || !is(by_attribute, SIGUSR2, SIGUSR1) ||
      !is(now, SIGUSR1, SIGUSR2))
    __builtin_abort();
}

// --- the other ways to join

static void *WriteIt(void *argument) {
  Map &map = *static_cast<Map *>(argument);
  WRITE;
  return nullptr;
}
static const timespec kLongAgo = {1, 0};
static const timespec kFarAhead = {1ll << 33, 0};

struct Stuck {
  Map &map;
  Step &step;
};
static void *WriteAndStay(void *argument) {
  Stuck *stuck = static_cast<Stuck *>(argument);
  Map &map = stuck->map;
  WRITE;
  stuck->step.Done();
  stuck->step.WaitFor(2);
  return nullptr;
}
// `join` fails while the thread is running: it orders nothing.
template <class Join>
static void FailToJoin(Map &map, Step &step, int error, Join join) {
  Stuck stuck = {map, step};
  pthread_t thread;
  pthread_create(&thread, nullptr, WriteAndStay, &stuck);
  step.WaitFor(1);
  if (join(thread) != error)
    __builtin_abort();
  WRITE;
  step.Done();
  pthread_join(thread, nullptr);
}

SILENT(tryjoin, "thread_join") {
  pthread_t thread;
  pthread_create(&thread, nullptr, WriteIt, &map);
  while (pthread_tryjoin_np(thread, nullptr) == EBUSY)
    sched_yield();
  WRITE;
}
RACE(tryjoin_busy, "thread_join_fails") {
  FailToJoin(map, step, EBUSY, [](pthread_t thread) {
    return pthread_tryjoin_np(thread, nullptr);
  });
}
SILENT(timedjoin, "thread_join") {
  pthread_t thread;
  pthread_create(&thread, nullptr, WriteIt, &map);
  pthread_timedjoin_np(thread, nullptr, &kFarAhead);
  WRITE;
}
RACE(timedjoin_timeout, "thread_join_fails") {
  FailToJoin(map, step, ETIMEDOUT, [](pthread_t thread) {
    return pthread_timedjoin_np(thread, nullptr, &kLongAgo);
  });
}
SILENT(clockjoin, "thread_join") {
  pthread_t thread;
  pthread_create(&thread, nullptr, WriteIt, &map);
  pthread_clockjoin_np(thread, nullptr, CLOCK_MONOTONIC, &kFarAhead);
  WRITE;
}
RACE(clockjoin_timeout, "thread_join_fails") {
  FailToJoin(map, step, ETIMEDOUT, [](pthread_t thread) {
    return pthread_clockjoin_np(thread, nullptr, CLOCK_MONOTONIC, &kLongAgo);
  });
}

// --- detached threads

RACE(detach) {
  pthread_t thread;
  static Stuck stuck = {map, step};
  pthread_create(&thread, nullptr, WriteAndStay, &stuck);
  step.WaitFor(1);
  pthread_detach(thread);
  step.Done();
  WRITE;
}
RACE(created_detached) {
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  static Stuck stuck = {map, step};
  pthread_create(&thread, &attr, WriteAndStay, &stuck);
  pthread_attr_destroy(&attr);
  step.WaitFor(1);
  WRITE;
  step.Done();
}

// --- the ends of a thread

struct WritesAtEnd {
  Map *map = nullptr;
  Step *step = nullptr;
  ~WritesAtEnd() {
    if (map)
      map->emplace(__COUNTER__, 0);
    if (step)
      step->Done();
  }
};
static thread_local WritesAtEnd writes_at_end;
SILENT(thread_local_destructor, "thread_join") {
  Thread thread([&] { writes_at_end.map = &map; });
  thread.Join();
  WRITE;
}
RACE(thread_local_destructor_not_joined) {
  Thread thread([&] {
    writes_at_end.map = &map;
    writes_at_end.step = &step;
  });
  step.WaitFor(1);
  WRITE;
  thread.Join();
}

static pthread_key_t key;
static int rounds;
static void WriteThrice(void *argument) {
  Map &map = *static_cast<Map *>(argument);
  WRITE;
  if (++rounds < 3)
    pthread_setspecific(key, argument);
}
SILENT(key_destructor, "thread_join") {
  pthread_key_create(&key, WriteThrice);
  Thread thread([&] { pthread_setspecific(key, &map); });
  thread.Join();
  WRITE;
}

// --- many of them

SILENT(one_after_the_other, "thread_create", "thread_join") {
  for (int i = 0; i < 3000; i++) {
    Thread thread([&] { WRITE; });
    thread.Join();
  }
}
SILENT(all_at_once, "thread_create", "thread_join", "mutex") {
  WRITE;
  std::vector<std::thread> threads;
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  for (int i = 0; i < 300; i++)
    threads.emplace_back([&] {
      pthread_mutex_lock(&mutex);
      WRITE;
      pthread_mutex_unlock(&mutex);
    });
  for (std::thread &thread : threads)
    thread.join();
  WRITE;
}

// A thread ends, unjoined, and another may get its place in the clocks: it must
// not pass for the first.
static void EndUnseen(Map &map, Step &step, int turn) {
  static long ended;
  Thread thread([&] {
    WRITE;
    ended = syscall(SYS_gettid);
    pthread_detach(pthread_self());
    step.Done();
  });
  step.WaitFor(turn);
  while (!syscall(SYS_tgkill, getpid(), ended, 0))
    sched_yield();
}
RACE(successor_in_its_place) {
  EndUnseen(map, step, 1);
  Thread successor([&] { WRITE; });
  successor.Join();
}
RACE(successors_in_its_place) {
  // The same with the places of many others free.
  for (int i = 0; i < 100; i++) {
    Thread other([&] {
      Map elsewhere;
      elsewhere.emplace(1, 1);
    });
    other.Join();
  }
  EndUnseen(map, step, 1);
  Thread successor([&] { WRITE; });
  successor.Join();
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 28 cases
