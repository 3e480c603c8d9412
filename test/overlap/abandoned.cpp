// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %cases -O0 %s -o %t.O0 && %run-cases %t.O0 2>%t.err | %FileCheck %s
// RUN: %cases -O2 %s -o %t.O2 && %run-cases %t.O2 2>%t.err | %FileCheck %s

// Intent: an operation is over when control has left it, however it left: an
// exception, a jump, the end of its thread, a fork. What comes later does not
// overlap with it; what came earlier did. (Not with libc++: its unwinder
// crashes in the C library's forced unwinding.)

#include "Inputs/inside.h"

#include <csetjmp>
#include <csignal>
#include <mutex>
#include <pthread.h>

// CHECK-NOT: UNEXPECTED

static void insert_what_throws(int key) {
  try {
    table->emplace(key, -1);
  } catch (const std::runtime_error &) {
  }
}

// --- exceptions

CASE(throws_under_lock) {
  std::mutex mutex;
  InTurn(
      [&] {
        std::lock_guard<std::mutex> lock(mutex);
        insert_what_throws(2);
      },
      [&] {
        std::lock_guard<std::mutex> lock(mutex);
        insert(3);
      });
}
// CHECK: {{^}}throws_under_lock: silent
CASE(throws_far) {
  InTurn(
      [] {
        try {
          [] { table->emplace(2, -1); }();
        } catch (...) {
        }
      },
      [] { insert(3); });
}
// CHECK-NEXT: throws_far: silent
CASE(hash_throws) {
  InTurn(
      [] {
        stop = {Stop::InHash, [](void *) { throw 1; }, nullptr};
        try {
          insert(2);
        } catch (int) {
        }
      },
      [] { insert(3); });
}
// CHECK-NEXT: hash_throws: silent
// It was inside, and changed nothing.
CASE(throws_beside_a_reader) {
  During([] { look(1); }, [] { insert_what_throws(2); });
}
// CHECK-NEXT: throws_beside_a_reader: silent
CASE(throws_beside_a_writer) {
  During([] { insert(2); }, [] { insert_what_throws(3); });
}
// CHECK-NEXT: throws_beside_a_writer: concurrent map read and map write, overlap
// CHECK-NEXT: current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT: previous: emplace (changed nothing) in insert_what_throws

// --- jumps. No hook runs between the jump and the other thread's operation.

static sigjmp_buf target;
CASE(jumps) {
  InTurn(
      [] {
        stop = {Stop::InHash, [](void *) { siglongjmp(target, 1); }, nullptr};
        if (!sigsetjmp(target, 0))
          insert(2);
      },
      [] { insert(3); });
}
// CHECK-NEXT: jumps: silent
CASE(jumps_from_a_read) {
  InTurn(
      [] {
        stop = {Stop::InHash, [](void *) { siglongjmp(target, 1); }, nullptr};
        if (!sigsetjmp(target, 0))
          look(2);
      },
      [] { insert(3); });
}
// CHECK-NEXT: jumps_from_a_read: silent
// It jumps within itself: it is still inside.
CASE(jumps_inside) {
  During(
      [] {
        static Stop wait = stop;
        stop = {Stop::InHash,
                [](void *) {
                  if (!sigsetjmp(target, 0))
                    siglongjmp(target, 1);
                  wait.act(wait.arg);
                },
                nullptr};
        look(1);
      },
      [] { insert(2); });
}
// CHECK-NEXT: jumps_inside: concurrent map read and map write, overlap
// CHECK-NEXT: current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT: previous: find in look

// --- the thread ends, and is not joined before the other one's operation

static void ended(void *step) { static_cast<Step *>(step)->Done(); }
template <class Function> static void EndsInside(Function function) {
  static Step step;
  static pthread_t thread;
  static pthread_key_t key;
  // Destroyed when all that was on the stack is gone.
  pthread_key_create(&key, ended);
  pthread_create(
      &thread, nullptr,
      [](void *arg) -> void * {
        pthread_setspecific(key, &step);
        (*static_cast<Function *>(arg))();
        return nullptr;
      },
      &function);
  step.WaitFor(1);
  insert(3);
  pthread_join(thread, nullptr);
}
CASE(exits_inside) {
  EndsInside([] {
    stop = {Stop::InHash, [](void *) { pthread_exit(nullptr); }, nullptr};
    insert(2);
  });
}
// CHECK-NEXT: exits_inside: silent
CASE(cancelled_inside) {
  EndsInside([] {
    stop = {Stop::InHash,
            [](void *) {
              pthread_cancel(pthread_self());
              pthread_testcancel();
            },
            nullptr};
    look(1);
  });
}
// CHECK-NEXT: cancelled_inside: silent

// --- fork

static void in_child(void (*function)()) {
  pid_t child = fork();
  if (!child) {
    function();
    std::fflush(stdout);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  if (status)
    std::printf("UNEXPECTED status %d\n", status);
}
// The one that is inside stays in the parent.
CASE(fork_beside_a_reader) {
  During([] { look(1); }, [] { in_child([] { insert(2); }); });
}
// CHECK-NEXT: fork_beside_a_reader: silent
CASE(fork_beside_a_writer) {
  During([] { insert(2); }, [] { in_child([] { look(1); }); });
}
// CHECK-NEXT: fork_beside_a_writer: silent
// The one that forks is inside in both.
CASE(fork_inside) {
  std::thread([] {
    stop = {
        Stop::InHash,
        [](void *) { in_child([] { std::thread([] { insert(2); }).join(); }); },
        nullptr};
    look(1);
  }).join();
}
// CHECK-NEXT: fork_inside: concurrent map read and map write, overlap
// CHECK-NEXT: current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT: previous: find in look
// CHECK-NEXT: fork_inside: silent
// What a vanished thread was inside of is over when the other one's insertion
// turns out to be one.
CASE(fork_inside_a_write_beside_a_reader) {
  During([] { look(1); },
         [] {
           stop = {Stop::InHash,
                   [](void *) {
                     pid_t child = fork();
                     if (child)
                       waitpid(child, nullptr, 0), siglongjmp(target, 1);
                   },
                   nullptr};
           if (!sigsetjmp(target, 0)) {
             insert(2); // in the child
             if (found)
               std::printf("UNEXPECTED\n");
             std::fflush(stdout);
             _exit(0);
           }
         });
}
// CHECK-NEXT: fork_inside_a_write_beside_a_reader: silent

// --- signal handlers

CASE(handler_inside) {
  std::signal(SIGUSR1, [](int) { insert(2); });
  stop = {Stop::InHash, [](void *) { std::raise(SIGUSR1); }, nullptr};
  look(1);
}
// CHECK-NEXT: handler_inside: silent
CASE(handler_of_another) {
  std::signal(SIGUSR1, [](int) { insert(2); });
  During([] { look(1); }, [] { std::raise(SIGUSR1); });
}
// CHECK-NEXT: handler_of_another: concurrent map read and map write, overlap
// CHECK-NEXT: current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT: previous: find in look

// --- one's own

CASE(nested) {
  stop = {Stop::InHash, [](void *) { insert(2); }, nullptr};
  look(1);
}
// CHECK-NEXT: nested: silent
CASE(ignored) {
  During([] { look(1); },
         [] {
           mapsan::ScopedIgnore ignore;
           insert(2);
         });
}
// CHECK-NEXT: ignored: silent

// --- what orders, and what does not, is all the same

CASE(unordered_but_apart) {
  InTurn([] { insert(2); }, [] { insert(3); });
}
// CHECK-NEXT: unordered_but_apart: silent
CASE(handed_over_from_inside) {
  static int token;
  During(
      [] {
        static Stop wait = stop;
        stop = {Stop::InHash,
                [](void *) {
                  mapsan_release(&token);
                  wait.act(wait.arg);
                },
                nullptr};
        look(1);
      },
      [] {
        mapsan_acquire(&token);
        insert(2);
      });
}
// CHECK-NEXT: handed_over_from_inside: concurrent map read and map write, overlap
// CHECK-NEXT: current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT: previous: find in look

int main() { return RunCases(); }

// CHECK-NEXT: DONE: 20 cases
