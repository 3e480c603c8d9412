// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the benchmark programs share: how much to do, and doing it on threads.
// They are run by bench/run.

#ifndef MAPSAN_BENCH_PROGRAMS_WORK_H
#define MAPSAN_BENCH_PROGRAMS_WORK_H

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace work {

// Prints the memory that was resident at most, in KiB. Asked of the process
// itself: what wait4() tells includes the parent's share from before exec.
inline void printPeak() {
  char line[256];
  std::FILE *status = std::fopen("/proc/self/status", "r");
  while (status && std::fgets(line, sizeof line, status))
    if (!std::strncmp(line, "VmHWM:", 6))
      std::printf("peak %ld\n", std::atol(line + 6));
  if (status)
    std::fclose(status);
}

// `full` steps, or the percentage of them that the first argument names.
// Called once, first thing in main.
inline long steps(int argc, char **argv, long full) {
  std::atexit(printPeak);
  long percent = argc > 1 ? std::atol(argv[1]) : 100;
  return full / 100 * percent;
}

// Runs body(0) .. body(threads - 1), each on a thread of its own.
template <typename Body> void onThreads(unsigned threads, Body body) {
  std::vector<std::thread> running;
  for (unsigned i = 0; i < threads; ++i)
    running.emplace_back([=] { body(i); });
  for (std::thread &thread : running)
    thread.join();
}

// A value that the optimiser must believe to be used.
template <typename T> void keep(const T &value) {
  asm volatile("" : : "g"(&value) : "memory");
}

// A fast pseudo-random sequence: the work is to be the container's.
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

// What a program does between its critical sections.
inline void think(int steps) {
  for (int i = 0; i < steps; ++i)
    keep(i);
}

} // namespace work

#endif // MAPSAN_BENCH_PROGRAMS_WORK_H
