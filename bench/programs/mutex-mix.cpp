// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two threads on one map under a mutex: eight lookups to an insert and an
// erase, with some work of their own in between.

#include "work.h"
#include <mutex>
#include <string>
#include <unordered_map>

int main(int argc, char **argv) {
  const long steps = work::steps(argc, argv, 700'000);
  std::mutex mutex;
  std::unordered_map<std::string, int> table; // guarded by mutex
  work::onThreads(2, [&, steps](unsigned thread) {
    work::Random random(thread);
    uint32_t hits = 0;
    for (long i = 0; i < steps; ++i) {
      std::string key = "key" + std::to_string(random() % 4096);
      work::think(400);
      std::lock_guard<std::mutex> lock(mutex);
      switch (i % 10) {
      case 0:
        table.emplace(key, 1);
        break;
      case 1:
        table.erase(key);
        break;
      default:
        hits += table.count(key);
      }
    }
    work::keep(hits);
  });
}
