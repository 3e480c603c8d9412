// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two threads on one map under a mutex: eight lookups to an insert and an
// erase, a little work of their own in between.

#include "work.h"
#include <mutex>
#include <string>
#include <unordered_map>

int main(int argc, char **argv) {
  const long rounds = work::steps(argc, argv, 250'000);
  std::mutex mutex;
  std::unordered_map<std::string, int> table; // guarded by mutex
  work::onThreads(2, [&, rounds](unsigned thread) {
    work::Random random(thread);
    for (long i = 0; i < rounds; ++i) {
      uint32_t hits = 0;
      for (int lookup = 0; lookup < 8; ++lookup) {
        std::string key = "key" + std::to_string(random() % 4096);
        std::lock_guard<std::mutex> lock(mutex);
        hits += table.count(key);
      }
      work::keep(hits);
      std::string added = "key" + std::to_string(random() % 4096);
      std::string removed = "key" + std::to_string(random() % 4096);
      std::lock_guard<std::mutex> lock(mutex);
      table.emplace(added, 1);
      table.erase(removed);
    }
  });
}
