// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a million maps at once, and maps that come and go for ever: what MapSan
// keeps grows with those that live, not with those that ever lived.

// RUN: %stress %s -o %t
// RUN: %run-stress %t

#include "Inputs/stress.h"
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

using namespace stress;

// Bytes of MapSan's own for each map that lives, and for a program of any size.
constexpr long kPerMap = 320, kFixed = 100;

int main(int argc, char **argv) {
  Begin(argc, argv);
  const int live = Scale(100000, 1000000);
  const long plain = live / 1000 * (sizeof(std::map<int, int>) + 64) / 1024;
  const long bound = kFixed + plain + live / 1000 * kPerMap / 1024;

  // All at once, each used by two threads.
  for (int round = 0; round < 3; round++) {
    std::vector<std::map<int, int>> maps(live);
    for (int i = 0; i < live; i++)
      maps[i][i] = i;
    std::thread([&] {
      for (std::map<int, int> &map : maps)
        (void)map.find(1);
    }).join();
  }
  CheckPeak(bound);

  // At one address, and at ever other addresses, with their locks.
  long before = Memory("VmRSS:");
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; t++)
    threads.emplace_back([&] {
      struct Locked {
        std::mutex mutex;
        std::map<int, int> map;
      };
      std::vector<std::unique_ptr<Locked>> some(100);
      for (int i = 0; i < live; i++) {
        std::map<int, int> here;
        here[i] = i;
        std::unique_ptr<Locked> &there = some[i * 7919ull % some.size()];
        there.reset(new Locked);
        std::lock_guard lock(there->mutex);
        there->map[i] = i;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  // From one thread to another, who destroys it.
  std::map<int, int> *handed = nullptr;
  for (int i = 0; i < Scale(2000, 20000); i++)
    std::thread([&] {
      delete handed;
      handed = new std::map<int, int>{{i, i}};
    }).join();
  delete handed;
  long after = Memory("VmRSS:");
  std::printf("before %ld MiB, after %ld\n", before, after);
  if (after > before + 24)
    return 1;
  CheckPeak(bound);
  return End();
}
