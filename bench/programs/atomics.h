// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The work of atomics-only.cpp and atomics-after-map.cpp: reference counts,
// flags and statistics, mostly of the thread's own, some common to both.

#ifndef MAPSAN_BENCH_PROGRAMS_ATOMICS_H
#define MAPSAN_BENCH_PROGRAMS_ATOMICS_H

#include "work.h"
#include <atomic>
#include <memory>

namespace work {

inline void atomics(long steps) {
  std::atomic<long> total{0};
  std::atomic<bool> stop{false};
  onThreads(2, [&, steps](unsigned) {
    auto object = std::make_shared<long>(0);
    std::atomic<long> mine{0};
    for (long i = 0; i < steps && !stop.load(std::memory_order_acquire); ++i) {
      auto copy = object;
      keep(copy);
      mine.fetch_add(1, std::memory_order_relaxed);
      if (i % 64 == 0)
        total.fetch_add(mine.exchange(0));
    }
  });
  keep(total);
}

} // namespace work

#endif // MAPSAN_BENCH_PROGRAMS_ATOMICS_H
