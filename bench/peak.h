// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The memory of a benchmark program, told to bench/run.

#ifndef MAPSAN_BENCH_PEAK_H
#define MAPSAN_BENCH_PEAK_H

#include <cstdio>
#include <cstdlib>
#include <cstring>

// Prints the memory that was resident at most, in KiB. Asked of the process
// itself: what wait4() tells includes the parent's share from before exec.
inline void printPeak(std::FILE *out) {
  char line[256];
  std::FILE *status = std::fopen("/proc/self/status", "r");
  while (status && std::fgets(line, sizeof line, status))
    if (!std::strncmp(line, "VmHWM:", 6))
      std::fprintf(out, "peak %ld\n", std::atol(line + 6));
  if (status)
    std::fclose(status);
}

#endif // MAPSAN_BENCH_PEAK_H
