// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A million small maps, alive all at once: filled, read and taken down by the
// threads that own them.

#include "work.h"
#include <map>
#include <vector>

int main(int argc, char **argv) {
  const long maps = work::steps(argc, argv, 1'000'000);
  work::onThreads(2, [maps](unsigned thread) {
    work::Random random(thread);
    std::vector<std::map<uint32_t, uint32_t>> all(maps / 2);
    for (auto &map : all)
      for (int i = 0; i < 4; ++i)
        map[random() % 64] = i;
    uint32_t hits = 0;
    for (auto &map : all)
      for (int i = 0; i < 4; ++i)
        hits += map.count(random() % 64);
    work::keep(hits);
  });
}
