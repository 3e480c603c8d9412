// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: several threads fork at once, while others use maps, locks and
// threads, load and unload, and report races; each child works on, with threads,
// children and races of its own, and ends with the status that it ought to.

// RUN: %stress %s -o %t
// RUN: %run-stress %t

#include "Inputs/stress.h"
#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace stress;

static std::mutex mutex;
static std::map<int, int> table; // under the mutex
static std::atomic<bool> stop;
static std::atomic<int> failures;

// Keeps every lock of the runtime busy.
static void Busy(int id) {
  std::map<int, int> own;
  for (int n = 0; !stop.load(std::memory_order_acquire); n++) {
    {
      std::lock_guard lock(mutex);
      table[n % 512] = id;
    }
    own.emplace(n % 64, n);
    delete new std::mutex;
    {
      std::map<std::string, int> brief;
      brief["key"] = n;
    }
    if (n % 64 == 0)
      std::thread([] {}).join();
  }
}

// Reports while others fork: a child must not inherit half of one. Each is of a
// call site of its own, as a report is not repeated.
template <int N> static void ReportAndReport() {
  static auto &map = *new std::map<int, int>;
  invisible::Step step;
  std::thread first([&] {
    map.emplace(1, 1);
    step.Done();
  });
  std::thread second([&] {
    step.WaitFor(1);
    map.emplace(2, 2);
  });
  first.join();
  second.join();
  if constexpr (N > 0)
    ReportAndReport<N - 1>();
}

static void InChild(int depth) {
  alarm(60); // a child that hangs fails
  std::map<int, int> own;
  std::mutex m;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; i++)
    threads.emplace_back([&] {
      for (int n = 0; n < 100; n++) {
        std::lock_guard lock(m);
        own[n]++;
      }
    });
  if (depth > 0) {
    // A child of a child, with this one's threads about.
    pid_t child = fork();
    if (!child)
      InChild(depth - 1);
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != (depth == 1 ? 66 : 5))
      _exit(6);
  }
  for (std::thread &thread : threads)
    thread.join();
  if (depth == 0)
    Race();
  _exit(5);
}

static void Fork(int count) {
  for (int i = 0; i < count; i++) {
    int depth = i % 4 == 0 ? 2 : i % 4 == 1 ? 1 : 0;
    pid_t child = fork();
    if (!child)
      InChild(depth);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
      ;
    int expected = depth == 0 ? 66 : 5;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != expected) {
      std::printf("a child of depth %d ended with %#x\n", depth, status);
      failures++;
    }
  }
}

int main(int argc, char **argv) {
  Begin(argc, argv);
  std::vector<std::thread> busy, forking;
  for (int i = 0; i < 4; i++)
    busy.emplace_back(Busy, i);
  for (int i = 0; i < 3; i++)
    forking.emplace_back(Fork, Scale(16, 1500));
  if (races)
    ReportAndReport<60>();
  for (std::thread &thread : forking)
    thread.join();
  stop = true;
  for (std::thread &thread : busy)
    thread.join();
  if (failures)
    return 1;
  CheckPeak(Scale(200, 400));
  return End();
}
