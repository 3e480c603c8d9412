// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A million small maps, alive all at once: filled and read by the thread that
// owns them. What matters is the memory.

#include "../peak.h"
#include <cstdint>
#include <map>
#include <thread>
#include <vector>

int main(int argc, char **argv) {
  const long percent = argc > 1 ? std::atol(argv[1]) : 100;
  const long maps = 10'000 * percent;
  uint32_t hits[2] = {};
  auto work = [&](unsigned thread) {
    std::vector<std::map<uint32_t, uint32_t>> all(maps / 2);
    uint32_t next = thread;
    for (auto &map : all)
      for (uint32_t i = 0; i < 4; ++i)
        map[(next += 7) % 64] = i;
    for (auto &map : all)
      for (uint32_t i = 0; i < 4; ++i)
        hits[thread] += map.count((next += 5) % 64);
  };
  std::thread one(work, 0), two(work, 1);
  one.join();
  two.join();
  std::printf("hits %u\n", hits[0] + hits[1]);
  printPeak(stdout);
}
