// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %compile -O1 %s -o %t
// RUN: %clangxx -shared -fPIC -DTOOL %s -o %t.so
// RUN: %run LD_PRELOAD=%t.so MAPSAN_OPTIONS=enabled=0 %t 2>&1 | %FileCheck --check-prefix=OTHER %s
// RUN: %run LD_PRELOAD=%t.so %t 2>&1 | %FileCheck --check-prefix=OURS %s
// RUN: %run OMP_TOOL_LIBRARIES=%t.so MAPSAN_OPTIONS=enabled=0 %t 2>&1 | %FileCheck --check-prefix=OTHER %s
// RUN: %run MAPSAN_OPTIONS=enabled=0 %t 2>&1 | %FileCheck --check-prefix=NONE %s

// Intent: OpenMP has one tool a process, and MapSan is it; switched off, it
// stands in no other's way, by whichever of the two ways that one comes.

#include <cstdio>

#ifdef TOOL

extern "C" void *ompt_start_tool(unsigned, const char *) {
  std::fputs("the other tool\n", stderr);
  return nullptr;
}

#else

#include <unordered_map>

int main() {
  std::unordered_map<int, int> map;
#pragma omp parallel for num_threads(2)
  for (int i = 0; i < 100; i++) {
#pragma omp critical
    map[i] = i;
  }
  std::printf("DONE %zu\n", map.size());
}

#endif

// OTHER: the other tool
// OTHER: DONE 100
// OURS-NOT: the other tool
// OURS-NOT: WARNING
// OURS: DONE 100
// NONE-NOT: the other tool
// NONE: DONE 100
