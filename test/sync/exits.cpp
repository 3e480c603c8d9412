// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: export MAPSAN_PASS_OPTIONS=locals=1
// RUN: %mapsan-clangxx -O1 -I%mapsan_source/test/support %s -o %t
// RUN: bash %S/Inputs/exits.sh %t | %FileCheck %s

// Intent: whichever way the process ends, its status is exitcode if something
// was reported and its own if not; buffered output is not lost where the
// program's own way to end would have kept it; a death by signal stays one.

#include "invisible_barrier.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <unordered_map>

static void Race() {
  static auto &table = *new std::unordered_map<int, int>; // outlives all
  invisible::Step step;
  std::thread first([&] {
    table.emplace(1, 1);
    step.Done();
  });
  std::thread second([&] {
    step.WaitFor(1);
    table.emplace(2, 2);
  });
  first.join();
  second.join();
}

struct RacesAtExit {
  bool now = false;
  ~RacesAtExit() {
    if (now)
      Race();
  }
} races_at_exit;

static void *ExitLater(void *) { std::exit(3); }

int main(int argc, char **argv) {
  const char *how = argv[1];
  if (argc > 2)
    Race();
  std::printf("buffered, "); // not a terminal: stays in the buffer
  if (!strcmp(how, "return"))
    return 3;
  if (!strcmp(how, "exit"))
    std::exit(3);
  if (!strcmp(how, "_exit"))
    _exit(3);
  if (!strcmp(how, "_Exit"))
    std::_Exit(3);
  if (!strcmp(how, "quick_exit"))
    std::quick_exit(3);
  if (!strcmp(how, "abort"))
    std::abort();
  if (!strcmp(how, "at-exit")) {
    races_at_exit.now = true;
    return 3;
  }
  if (!strcmp(how, "last-thread")) {
    std::thread([] { _exit(3); }).detach();
    pthread_exit(nullptr);
  }
  if (!strcmp(how, "other-thread")) {
    pthread_t thread;
    pthread_create(&thread, nullptr, ExitLater, nullptr);
    pthread_join(thread, nullptr);
  }
  // Threads that outlive main, and threads that the end finds at work.
  if (!strcmp(how, "outlives-main")) {
    std::thread([argc] {
      for (int i = 0; i < 100; i++)
        sched_yield();
      if (argc == 2)
        Race();
    }).detach();
    pthread_exit(nullptr);
  }
  if (!strcmp(how, "others-at-work")) {
    for (int i = 0; i < 3; i++)
      std::thread([] {
        std::unordered_map<int, int> own;
        for (;;) {
          std::mutex m;
          std::lock_guard lock(m);
          own.clear();
          own.emplace(1, 1);
        }
      }).detach();
    return 3;
  }
  // The child's status is its own affair, and so is the parent's.
  if (!strcmp(how, "fork")) {
    pid_t child = fork();
    if (!child) {
      if (argc == 2)
        Race();
      std::exit(4);
    }
    int status = 0;
    waitpid(child, &status, 0);
    std::printf("child %d, ", WEXITSTATUS(status));
    return 3;
  }
  if (!strcmp(how, "vfork")) {
    pid_t child = vfork();
    if (!child)
      _exit(4);
    int status = 0;
    waitpid(child, &status, 0);
    std::printf("child %d, ", WEXITSTATUS(status));
    return 3;
  }
  return 99;
}

// Silent runs end as they please.
// CHECK: return: buffered, 3
// CHECK-NEXT: return race: buffered, 66
// CHECK-NEXT: exit: buffered, 3
// CHECK-NEXT: exit race: buffered, 66
// CHECK-NEXT: _exit: 3
// CHECK-NEXT: _exit race: 66
// CHECK-NEXT: _Exit: 3
// CHECK-NEXT: _Exit race: 66
// CHECK-NEXT: quick_exit: 3
// CHECK-NEXT: quick_exit race: 66
// CHECK-NEXT: abort: 134
// CHECK-NEXT: abort race: 134
// CHECK-NEXT: at-exit: buffered, 66
// CHECK-NEXT: at-exit race: buffered, 66
// CHECK-NEXT: last-thread: 3
// CHECK-NEXT: last-thread race: 66
// CHECK-NEXT: other-thread: buffered, 3
// CHECK-NEXT: other-thread race: buffered, 66
// The last thread's end is the process's, with status 0.
// CHECK-NEXT: outlives-main: buffered, 66
// CHECK-NEXT: outlives-main race: buffered, 66
// CHECK-NEXT: others-at-work: buffered, 3
// CHECK-NEXT: others-at-work race: buffered, 66
// The child inherits the parent's buffer. A race before the fork is the
// parent's; one in the child is the child's.
// CHECK-NEXT: fork: buffered, buffered, child 66, 3
// CHECK-NEXT: fork race: buffered, buffered, child {{4|66}}, 66
// CHECK-NEXT: vfork: buffered, child 4, 3
// CHECK-NEXT: vfork race: buffered, child 4, 66
