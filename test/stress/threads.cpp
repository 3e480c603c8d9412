// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: threads by the ten thousand, a thousand of them at once, joined and
// detached, cost what the living need and not what there ever was.

// RUN: %stress %s -o %t
// RUN: %run-stress %t joined
// RUN: %run-stress %t detached
// RUN: %run-stress %t readers

#include "Inputs/stress.h"
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <unistd.h>

using namespace stress;

// Never destroyed: nothing orders that behind detached threads.
static std::mutex mutex;
static auto &shared_table = *new std::map<int, int>; // under the mutex
static const auto &constant =                        // read by everybody
    *new std::map<int, int>{{1, 1}};
static std::atomic<int> running;

static void Work(int i) {
  std::unordered_map<int, int> own;
  own[i] = i;
  (void)constant.find(i);
  std::lock_guard lock(mutex);
  shared_table[i % 64] += own.size();
}

// `live` at once; the oldest is joined before the next is begun.
static void Joined(int total, int live) {
  std::deque<std::thread> threads;
  for (int i = 0; i < total; i++) {
    if (static_cast<int>(threads.size()) == live) {
      threads.front().join();
      threads.pop_front();
    }
    threads.emplace_back(Work, i);
  }
  for (std::thread &thread : threads)
    thread.join();
}

// The same of detached threads. That one is through is counted without order, so
// that nobody hears of what it did.
template <class Body> static void Detached(int total, int live, Body body) {
  auto wait_until_below = [](int count) {
    while (running.load(std::memory_order_relaxed) >= count)
      usleep(50);
  };
  for (int i = 0; i < total; i++) {
    wait_until_below(live);
    running.fetch_add(1, std::memory_order_relaxed);
    std::thread([i, body] {
      body(i);
      running.fetch_sub(1, std::memory_order_relaxed);
    }).detach();
  }
  wait_until_below(1);
}

// Everybody reads one map, and most are never heard of again: those that end
// without a word, and those whose word nobody waits for.
static void Read(int i) {
  (void)constant.find(i);
  if (i % 2) {
    static std::shared_mutex nobody_writes;
    std::shared_lock lock(nobody_writes);
    (void)constant.find(i);
  }
}

int main(int argc, char **argv) {
  Begin(argc, argv);
  int total = Scale(4000, 50000), live = Scale(400, 1000);
  const char *mode = argv[argc - 1];
  if (!std::strcmp(mode, "joined"))
    Joined(total, live);
  else if (!std::strcmp(mode, "detached"))
    Detached(total, live, Work);
  else
    Detached(total, 100, Read);
  // The dearest are the detached: a clock, and a copy for a lock, of a word for
  // each of the 8192 dead that are remembered, for each thread that lives.
  CheckPeak(Scale(200, 800));
  return End();
}
