// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: pthread_exit and cancellation end a thread like any other end; they
// leave no operation open that they came out of, and a cancelled wait holds its
// mutex. (Not with libc++: Debian's comes with LLVM's unwinder, which crashes
// in the C library's forced unwinding, with or without MapSan.)

#include "cases.h"
#include <semaphore.h>
#include <unistd.h>

using cases::Step;
using cases::Thread;

// --- the thread ends

SILENT(pthread_exit, "thread_join") {
  Thread thread([&] {
    WRITE;
    pthread_exit(nullptr);
  });
  thread.Join();
  WRITE;
}
SILENT(cancelled, "thread_join") {
  Thread thread([&] {
    WRITE;
    step.Done();
    for (;;)
      pause();
  });
  step.WaitFor(1);
  pthread_cancel(thread.Handle());
  thread.Join();
  WRITE;
}

// --- out of a map operation

/// What a hash function does with this key.
enum Trap { None, Exit, Cancel };
struct Key {
  int number;
  Trap trap;
};
static Step *cancel_me;
struct Hash {
  std::size_t operator()(const Key &key) const {
    if (key.trap == Exit)
      pthread_exit(nullptr);
    if (key.trap == Cancel) {
      cancel_me->Done();
      for (;;)
        pause();
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

SILENT(pthread_exit_out, "thread_join", "operation_left") {
  auto *traps = new Traps;
  Thread thread([&] { traps->emplace(Key{1, Exit}, 0); });
  thread.Join();
  traps->emplace(Key{2, None}, 0);
}
RACE(pthread_exit_out_unordered) {
  auto *traps = new Traps;
  InTurn([&] { traps->emplace(Key{2, None}, 0); },
         [&] {
           Thread inner([&] { traps->emplace(Key{1, Exit}, 0); });
           inner.Join();
         });
}
SILENT(cancelled_out, "thread_join", "operation_left") {
  auto *traps = new Traps;
  cancel_me = &step;
  Thread thread([&] { traps->emplace(Key{1, Cancel}, 0); });
  step.WaitFor(1);
  pthread_cancel(thread.Handle());
  thread.Join();
  traps->emplace(Key{2, None}, 0);
}
// --- out of a wait

// A thread that is cancelled while it waits takes the mutex again before its
// cleanup handlers run.
struct Waiter {
  cases::Map &map;
  cases::Step &step;
  bool unlocks_first;
  pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

  static void Cleanup(void *argument) {
    auto *self = static_cast<Waiter *>(argument);
    cases::Map &map = self->map;
    if (self->unlocks_first) {
      pthread_mutex_unlock(&self->m);
      self->step.WaitFor(2);
    }
    WRITE;
    if (!self->unlocks_first)
      pthread_mutex_unlock(&self->m);
  }
  static void *Run(void *argument) {
    auto *self = static_cast<Waiter *>(argument);
    pthread_mutex_lock(&self->m);
    self->step.Done();
    pthread_cleanup_push(Cleanup, self);
    for (;;)
      pthread_cond_wait(&self->condition, &self->m);
    pthread_cleanup_pop(0);
  }
};
SILENT(cancelled_wait, "condition_wait", "mutex") {
  Waiter waiter = {map, step, false};
  pthread_t thread;
  pthread_create(&thread, nullptr, Waiter::Run, &waiter);
  step.WaitFor(1);
  pthread_mutex_lock(&waiter.m);
  WRITE;
  pthread_cancel(thread);
  pthread_mutex_unlock(&waiter.m);
  pthread_join(thread, nullptr);
}
RACE(cancelled_wait_unlocked) {
  Waiter waiter = {map, step, true};
  pthread_t thread;
  pthread_create(&thread, nullptr, Waiter::Run, &waiter);
  step.WaitFor(1);
  pthread_mutex_lock(&waiter.m);
  pthread_cancel(thread);
  pthread_mutex_unlock(&waiter.m);
  WRITE;
  step.Done();
  pthread_join(thread, nullptr);
}

// --- with a lock held

struct Holder {
  cases::Map &map;
  cases::Step &step;
  pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

  static void Unlock(void *argument) {
    pthread_mutex_unlock(&static_cast<Holder *>(argument)->m);
  }
  static void *Run(void *argument) {
    auto *self = static_cast<Holder *>(argument);
    cases::Map &map = self->map;
    pthread_mutex_lock(&self->m);
    pthread_cleanup_push(Unlock, self);
    WRITE;
    self->step.Done();
    for (;;)
      pause();
    pthread_cleanup_pop(0);
  }
};
SILENT(cancelled_holding, "mutex") {
  Holder holder = {map, step};
  pthread_t thread;
  pthread_create(&thread, nullptr, Holder::Run, &holder);
  step.WaitFor(1);
  pthread_cancel(thread);
  pthread_mutex_lock(&holder.m);
  WRITE;
  pthread_mutex_unlock(&holder.m);
  pthread_join(thread, nullptr);
}
RACE(cancelled_holding_unordered) {
  Holder holder = {map, step};
  pthread_t thread;
  pthread_create(&thread, nullptr, Holder::Run, &holder);
  step.WaitFor(1);
  pthread_cancel(thread);
  WRITE;
  pthread_join(thread, nullptr);
}
// While it waits for a semaphore, or for another thread: it has got neither.
struct WritesAtEnd {
  cases::Map &map;
  ~WritesAtEnd() { WRITE; }
};
RACE(cancelled_sem_wait) {
  sem_t never;
  sem_init(&never, 0, 0);
  Thread thread([&] {
    WritesAtEnd at_end = {map};
    step.Done();
    sem_wait(&never);
  });
  step.WaitFor(1);
  WRITE;
  pthread_cancel(thread.Handle());
  thread.Join();
}
SILENT(cancelled_join, "thread_join") {
  Thread other([&] {
    step.WaitFor(2);
    WRITE;
  });
  Thread joiner([&] {
    step.Done();
    other.Join();
  });
  step.WaitFor(1);
  pthread_cancel(joiner.Handle());
  joiner.Join();
  step.Done();
  other.Join();
  WRITE;
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 11 cases
