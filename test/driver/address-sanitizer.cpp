// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: MapSan and AddressSanitizer work in one program, each finding its own:
// AddressSanitizer linked statically and as a shared library, with UBSan too.

// RUN: %mapsan-clangxx -g -O1 -fsanitize=address %s -o %t
// RUN: %not %t race 2>&1 | %FileCheck %s --check-prefix=RACE
// RUN: %not %t overflow 2>&1 | %FileCheck %s --check-prefix=OVERFLOW
// RUN: %not %t race overflow 2>&1 | %FileCheck %s --check-prefixes=RACE,OVERFLOW
// RUN: %t 2>&1 | %FileCheck %s --check-prefix=SILENT

// RUN: %mapsan-clangxx -g -O1 -fsanitize=address,undefined %s -o %t
// RUN: %not %t race overflow 2>&1 | %FileCheck %s --check-prefixes=RACE,OVERFLOW
// RUN: %t 2>&1 | %FileCheck %s --check-prefix=SILENT

// RUN: runtime=$(%clangxx -print-file-name=libclang_rt.asan-x86_64.so)
// RUN: %mapsan-clangxx -g -O1 -fsanitize=address -shared-libasan -Wl,-rpath,"$(dirname "$runtime")" %s -o %t
// RUN: %not %t race 2>&1 | %FileCheck %s --check-prefix=RACE
// RUN: %not %t overflow 2>&1 | %FileCheck %s --check-prefix=OVERFLOW
// RUN: %not %t race overflow 2>&1 | %FileCheck %s --check-prefixes=RACE,OVERFLOW
// RUN: %t 2>&1 | %FileCheck %s --check-prefix=SILENT

#include <cstdio>
#include <cstring>
#include <map>
#include <thread>

#include <sched.h>

// Orders the threads in time only: a volatile synchronises nothing.
static volatile bool Written;

static void race() {
  std::map<int, int> Sessions;
  std::thread Writer([&Sessions] {
    Sessions[1] = 2;
    Written = true;
  });
  std::thread Reader([&Sessions] {
    while (!Written)
      sched_yield();
    Sessions.find(1);
  });
  Writer.join();
  Reader.join();
}

static int overflow(int Index) {
  std::map<int, int *> Blocks;
  Blocks[0] = new int[4]();
  return Blocks[0][Index];
}

int main(int Count, char **Arguments) {
  int Sum = 0;
  for (int I = 1; I < Count; ++I) {
    if (!std::strcmp(Arguments[I], "race"))
      race();
    else
      Sum += overflow(4);
  }
  std::printf("DONE\n");
  return Sum > 0;
}

// RACE: WARNING: MapSanitizer: concurrent map read and map write
// RACE-DAG: address-sanitizer.cpp:[[@LINE-31]]
// RACE-DAG: address-sanitizer.cpp:[[@LINE-26]]
// RACE: SUMMARY: MapSanitizer: concurrent map read and map write
// OVERFLOW: ERROR: AddressSanitizer: heap-buffer-overflow
// OVERFLOW: SUMMARY: AddressSanitizer: heap-buffer-overflow {{.*}}in overflow
// SILENT-NOT: {{WARNING|ERROR}}
// SILENT: DONE
// SILENT-NOT: {{WARNING|ERROR}}
