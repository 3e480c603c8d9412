// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the loops share: Google Benchmark with a fixed number of iterations, so
// that every variant does the same work, and each loop in a process of its own.
// bench/run starts them:  loops PERCENT --benchmark_filter=^name/ ...

#ifndef MAPSAN_BENCH_LOOPS_LOOPS_H
#define MAPSAN_BENCH_LOOPS_LOOPS_H

#include "../floor.h"
#include "../peak.h"
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace loops {

using benchmark::State;

// A value that the optimiser must believe to be used.
template <typename T> void keep(const T &value) {
  asm volatile("" : : "g"(&value) : "memory");
}

// A fast pseudo-random sequence, of the thread's own: the work is to be the
// container's.
class Random {
public:
  explicit Random(uint64_t seed) : state_(seed * 2654435761u + 1) {}
  uint32_t operator()() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>(state_ >> 33);
  }

private:
  uint64_t state_;
};

struct Loop {
  const char *name;
  void (*body)(State &);
  int threads;
  long iterations; // of each thread
};

// The loop's time on the clock, with its threads' beginning and end. (Google
// Benchmark has the mean of the threads' times, which is something else where
// there are more of them than cores.)
inline std::chrono::steady_clock::time_point begun;
inline void begin(const State &) { begun = std::chrono::steady_clock::now(); }
inline void end(const State &) {
  std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
  std::fprintf(stderr, "wall %f\n", wall.count());
}

inline int run(int argc, char **argv, const std::vector<Loop> &all) {
  long percent = argc > 1 ? std::atol(argv[1]) : 100;
  for (const Loop &loop : all)
    benchmark::RegisterBenchmark(loop.name, loop.body)
        ->Threads(loop.threads)
        ->Iterations(loop.iterations / 100 * percent)
        ->Setup(begin)
        ->Teardown(end);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  printPeak(stderr);
  return 0;
}

} // namespace loops

#endif // MAPSAN_BENCH_LOOPS_LOOPS_H
