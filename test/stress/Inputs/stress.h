// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the stress programs share: how much of everything, the bound on memory,
// and a race that happens in every run.
//
//   program quick|long [race]
//
// A program ends with status 3 and a line DONE, or, if it was told to race,
// with what MapSan makes of it.

#ifndef MAPSAN_TEST_STRESS_H
#define MAPSAN_TEST_STRESS_H

#include "../../support/invisible_barrier.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <pthread.h>
#include <unordered_map>

namespace stress {

inline bool is_long, races;

inline void Begin(int argc, char **argv) {
  if (argc < 2)
    std::abort();
  is_long = !std::strcmp(argv[1], "long");
  races = argc > 2 && !std::strcmp(argv[2], "race");
}

inline int Scale(int quick, int all) { return is_long ? all : quick; }

/// A line of /proc/self/status, in MiB: "VmRSS:", "VmHWM:" (its peak).
inline long Memory(const char *line) {
  char text[256];
  long kilobytes = -1;
  std::FILE *file = std::fopen("/proc/self/status", "r");
  while (file && std::fgets(text, sizeof(text), file))
    if (!std::strncmp(text, line, std::strlen(line)))
      kilobytes = std::strtol(text + std::strlen(line), nullptr, 10);
  if (file)
    std::fclose(file);
  return kilobytes / 1024;
}

/// Ends the program as a failure if it ever had more than `bound` MiB.
inline void CheckPeak(long bound) {
  long peak = Memory("VmHWM:");
  std::printf("peak of memory: %ld MiB, bound %ld\n", peak, bound);
  if (peak < 0 || peak > bound) {
    std::printf("TOO MUCH MEMORY\n");
    std::exit(1);
  }
}

/// Two threads' unordered inserts into a map that is never destroyed.
inline void Race() {
  static auto &map = *new std::unordered_map<int, int>;
  static invisible::Step step;
  pthread_t threads[2];
  pthread_create(
      &threads[0], nullptr,
      [](void *) -> void * {
        map.emplace(1, 1);
        step.Done();
        return nullptr;
      },
      nullptr);
  pthread_create(
      &threads[1], nullptr,
      [](void *) -> void * {
        step.WaitFor(1);
        map.emplace(2, 2);
        return nullptr;
      },
      nullptr);
  for (pthread_t thread : threads)
    pthread_join(thread, nullptr);
}

/// The last line of main: its output is buffered, and must not be lost.
inline int End() {
  if (races)
    Race();
  std::printf("DONE\n");
  return 3;
}

} // namespace stress

#endif // MAPSAN_TEST_STRESS_H
