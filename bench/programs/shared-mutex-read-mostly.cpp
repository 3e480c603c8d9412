// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two threads on one map under a shared_mutex: a thousand lookups to a write.

#include "work.h"
#include <map>
#include <mutex>
#include <shared_mutex>

int main(int argc, char **argv) {
  const long steps = work::steps(argc, argv, 3'000'000);
  std::shared_mutex mutex;
  std::map<uint32_t, uint32_t> table; // guarded by mutex
  for (uint32_t key = 0; key < 4096; ++key)
    table[key * 2] = key;
  work::onThreads(2, [&, steps](unsigned thread) {
    work::Random random(thread);
    uint32_t hits = 0;
    for (long i = 0; i < steps; ++i) {
      uint32_t key = random() % 8192;
      if (i % 1000 == 0) {
        std::lock_guard<std::shared_mutex> lock(mutex);
        if (!table.emplace(key, key).second)
          table.erase(key);
      } else {
        std::shared_lock<std::shared_mutex> lock(mutex);
        hits += table.find(key) != table.end();
      }
    }
    work::keep(hits);
  });
}
