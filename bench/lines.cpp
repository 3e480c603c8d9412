// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two threads take turns at a scenario, for harness/lines.py: valgrind traces
// every access, and `turn` tells it whose turn it is. What one thread writes
// and the other touches is a cache line that moves between their cores
// when they run at the same time.
//
//   lines SCENARIO

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <unistd.h>
#include <unordered_map>

// By a name that nm shows. Even: nobody's; 2 * n + 1: the n-th turn.
extern "C" {
alignas(64) volatile long turn = 0;
}

namespace {

using Table = std::unordered_map<uint32_t, uint32_t>;
constexpr int Steps = 64, Turns = 6;

Table filled() {
  Table table;
  for (uint32_t key = 0; key < 64; ++key)
    table[key * 2] = key;
  return table;
}

template <typename T> void keep(const T &value) {
  asm volatile("" : : "g"(&value) : "memory");
}

template <typename Mutex> struct alignas(64) Guarded {
  alignas(64) Mutex mutex;
  alignas(64) Table table = filled();
};

void step(const char *scenario, uint32_t number) {
  static const Table constant = filled();
  static Guarded<std::mutex> common, shards[16];
  static thread_local Guarded<std::mutex> own;
  static Guarded<std::shared_mutex> readMostly;
  uint32_t key = number * 37 % 128;
  if (!std::strcmp(scenario, "read-only")) {
    keep(constant.count(key));
  } else if (!std::strcmp(scenario, "shared-mutex")) {
    std::shared_lock<std::shared_mutex> lock(readMostly.mutex);
    keep(readMostly.table.count(key));
  } else {
    Guarded<std::mutex> &place = !std::strcmp(scenario, "own") ? own
                                 : !std::strcmp(scenario, "mutex")
                                     ? common
                                     : shards[number % 16];
    std::lock_guard<std::mutex> lock(place.mutex);
    if (number % 4)
      keep(place.table.count(key));
    else if (!place.table.emplace(key, number).second)
      place.table.erase(key);
  }
}

// Pipes: they hand the turn over and say nothing to MapSan.
struct Pipe {
  int ends[2];
  Pipe() {
    if (pipe(ends))
      std::abort();
  }
  void give() {
    if (write(ends[1], "x", 1) != 1)
      std::abort();
  }
  void take() {
    char c;
    if (read(ends[0], &c, 1) != 1)
      std::abort();
  }
};

} // namespace

int main(int argc, char **argv) {
  const char *scenario = argc > 1 ? argv[1] : "read-only";
  static Pipe pipes[2];
  auto work = [scenario](int thread) {
    for (int round = 0; round < Turns; ++round) {
      pipes[thread].take();
      turn = 2 * (2 * round + thread) + 1;
      for (uint32_t i = 0; i < Steps; ++i)
        step(scenario, i);
      turn = 0;
      pipes[1 - thread].give();
    }
  };
  std::thread one(work, 0), two(work, 1);
  pipes[0].give();
  one.join();
  two.join();
}
