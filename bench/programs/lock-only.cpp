// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Locks and no map: each thread on a mutex of its own, and now and then both
// on a common one.

#include "work.h"
#include <mutex>

int main(int argc, char **argv) {
  const long steps = work::steps(argc, argv, 30'000'000);
  std::mutex common;
  long shared = 0; // guarded by common
  work::onThreads(2, [&, steps](unsigned) {
    std::mutex own;
    long mine = 0;
    for (long i = 0; i < steps; ++i) {
      std::lock_guard<std::mutex> lock(own);
      work::keep(++mine);
      if (i % 100 == 0) {
        std::lock_guard<std::mutex> also(common);
        work::keep(++shared);
      }
    }
  });
}
