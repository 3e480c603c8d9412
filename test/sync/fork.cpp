// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: export MAPSAN_PASS_OPTIONS=locals=1
// RUN: %debug-cases -O1 %s -o %t && %run-cases %t | %FileCheck %s

// Intent: fork in the middle of everything: the child has one thread, for which
// all that was before is over; it works on, whatever the others were doing.

#include "cases.h"
#include <atomic>
#include <csignal>
#include <map>
#include <mutex>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

// Runs `body` in a child; its reports count as ours.
template <class Body> static void InChild(Body body) {
  pid_t child = fork();
  if (!child) {
    alarm(60); // a child that hangs fails
    body();
    _exit(cases::reports > 0 ? 1 : 0);
  }
  int status;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status)) {
    std::printf("the child died of signal %d UNEXPECTED\n", WTERMSIG(status));
    return;
  }
  cases::reports += WEXITSTATUS(status);
}

SILENT(before_and_after, "thread_create", "thread_join") {
  WRITE;
  InChild([&] {
    WRITE;
    cases::Thread thread([&] { WRITE; });
    thread.Join();
    WRITE;
  });
  WRITE;
}
RACE(race_in_the_child) {
  InChild([&] { InTurn([&] { WRITE; }, [&] { WRITE; }); });
}
// The other threads are not there any more: their operations are over.
SILENT(thread_left_behind, "fork") {
  cases::Thread other([&] {
    WRITE;
    step.Done();
    step.WaitFor(2);
  });
  step.WaitFor(1);
  InChild([&] { WRITE; });
  step.Done();
  other.Join();
}

// Threads that ended without a word, more than the runtime keeps apart: nothing
// is ordered after them but the child, and in the child what it does itself.
static void EndWithoutAWord(cases::Map *maps, int count) {
  std::atomic<int> running(0);
  for (int i = 0; i < count; i++) {
    running.fetch_add(1, std::memory_order_relaxed);
    std::thread([&running, map = &maps[i]] {
      map->emplace(1, 1);
      running.fetch_sub(1, std::memory_order_relaxed);
    }).detach();
  }
  while (running.load(std::memory_order_relaxed))
    usleep(100);
  usleep(
      1000); // for their ends, where the runtime has a look; not for an order
}
SILENT(without_a_word, "fork") {
  auto *maps = new cases::Map[600];
  EndWithoutAWord(maps, 600);
  InChild([&] {
    for (int i = 0; i < 600; i++)
      maps[i].emplace(2, 2);
    // And again, of this process.
    auto *more = new cases::Map[600];
    EndWithoutAWord(more, 600);
    InChild([&] {
      for (int i = 0; i < 600; i++)
        more[i].emplace(2, 2);
    });
  });
}
RACE(without_a_word_in_the_child) {
  auto *before = new cases::Map[600], *maps = new cases::Map[600];
  EndWithoutAWord(before, 600);
  InChild([&] {
    EndWithoutAWord(maps, 600);
    maps[0].emplace(2, 2);
  });
}
RACE(without_a_word_here) {
  auto *maps = new cases::Map[600];
  EndWithoutAWord(maps, 600);
  for (int i = 0; i < 600; i++)
    maps[i].emplace(2, 2);
  if (cases::reports != 1) // of one place in the program
    std::printf("%d reports UNEXPECTED\n", cases::reports);
}

// Threads that are at everything the runtime has locks for, while the main
// thread forks.
SILENT(busy, "mutex") {
  std::atomic<bool> stop(false);
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++)
    threads.emplace_back([&, i] {
      std::map<int, int> own;
      for (int n = 0; !stop.load(std::memory_order_acquire); n++) {
        {
          std::lock_guard lock(mutex);
          map.emplace(n, i);
        }
        own.emplace(n, i);
        delete new std::mutex;
        std::atomic<int> counter(0);
        counter.fetch_add(1);
        if (n % 64 == 0)
          std::thread([] {}).join();
      }
    });
  for (int i = 0; i < 50; i++)
    InChild([&] {
      std::map<int, int> table;
      std::mutex m;
      cases::Thread thread([&] {
        std::lock_guard lock(m);
        table.emplace(1, 1);
      });
      thread.Join();
      std::atomic<int> counter(0);
      for (int j = 0; j < 1000; j++) {
        counter.fetch_add(1);
        std::lock_guard lock(m);
        table.emplace(j, 1);
      }
    });
  stop = true;
  for (std::thread &thread : threads)
    thread.join();
}

// The program's own handlers may lock and use maps: the usual way to bring a
// mutex through a fork, whoever else wants it.
static std::mutex *handlers_mutex;
static std::map<int, int> *handlers_table;
static void LockTable() {
  handlers_mutex->lock();
  (*handlers_table)[1]++;
}
static void UnlockTable() {
  (*handlers_table)[1]++;
  handlers_mutex->unlock();
}
SILENT(handlers, "mutex") {
  handlers_mutex = new std::mutex;
  handlers_table = new std::map<int, int>;
  pthread_atfork(LockTable, UnlockTable, UnlockTable);
  auto use = [] {
    LockTable();
    UnlockTable();
  };
  cases::Thread thread(use);
  InChild(use);
  thread.Join();
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 8 cases
