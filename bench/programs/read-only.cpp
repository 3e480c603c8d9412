// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two threads look keys up in one map that nobody changes any more, unlocked.

#include "work.h"
#include <unordered_map>

int main(int argc, char **argv) {
  const long lookups = work::steps(argc, argv, 100'000'000);
  std::unordered_map<uint32_t, uint32_t> table;
  for (uint32_t key = 0; key < 4096; ++key)
    table[key] = key;
  const auto &shared = table;
  work::onThreads(2, [&shared, lookups](unsigned thread) {
    work::Random random(thread);
    uint32_t hits = 0;
    for (long i = 0; i < lookups; ++i)
      hits += shared.find(random() % 8192) != shared.end();
    work::keep(hits);
  });
}
