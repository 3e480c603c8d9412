// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program for run.test: `alone` uses its map in one thread, `locked` in two
// under a mutex, `racy` in two without one, one after the other.
#include "support/invisible_barrier.h"
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

static std::map<int, int> numbers;
static std::mutex guard;
static invisible::Step step;

static void count(int key, bool locked) {
  std::unique_lock<std::mutex> lock(guard, std::defer_lock);
  if (locked)
    lock.lock();
  ++numbers[key];
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  bool locked = !std::strcmp(how, "locked");
  std::thread other([&] {
    step.WaitFor(1);
    if (std::strcmp(how, "alone"))
      count(2, locked);
  });
  count(1, locked);
  step.Done();
  other.join();
  std::printf("2 tests passed\n");
}
