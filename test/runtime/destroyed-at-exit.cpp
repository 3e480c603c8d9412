// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a map that is destroyed as the process or its thread ends is destroyed
// at the line of its variable, whoever calls the destructor.

// RUN: %mapsan-clangxx -g -O0 %s -o %t.O0
// RUN: %mapsan-clangxx -g -O2 %s -o %t.O2
// RUN: %not %t.O0 global 2>&1 | %FileCheck %s --check-prefix=GLOBAL
// RUN: %not %t.O2 global 2>&1 | %FileCheck %s --check-prefix=GLOBAL
// RUN: %not %t.O0 local 2>&1 | %FileCheck %s --check-prefix=LOCAL
// RUN: %not %t.O2 local 2>&1 | %FileCheck %s --check-prefix=LOCAL
// RUN: %not %t.O0 thread 2>&1 | %FileCheck %s --check-prefix=THREAD
// RUN: %not %t.O2 thread 2>&1 | %FileCheck %s --check-prefix=THREAD
// RUN: %t.O0 joined 2>&1 | %FileCheck %s --check-prefix=SILENT
// RUN: %t.O2 joined 2>&1 | %FileCheck %s --check-prefix=SILENT

#include "Inputs/threads.h"
#include <cstdio>
#include <cstring>
#include <map>
#include <thread>

static invisible::Step step;

// Destroyed after what follows.
static struct AtTheEnd {
  bool waits = false;
  ~AtTheEnd() {
    step.Done();
    if (waits)
      step.WaitFor(2);
  }
} at_the_end;

// GLOBAL: concurrent map destruction and map access
// GLOBAL-NEXT: Map `{{.*}}` of type std::map<int, int> at {{.*}}`registry`
// GLOBAL-NEXT: Read: size by thread
// GLOBAL: Previous destruction: destructor by the main thread:
// GLOBAL-NEXT: #0 __cxx_global_var_dtor{{.*}}destroyed-at-exit.cpp:[[@LINE+1]]
static std::map<int, int> registry{{1, 1}};

// LOCAL: concurrent map destruction and map access
// LOCAL-NEXT: Map `{{.*}}` of type std::map<int, int> at {{.*}}`cache`
// LOCAL: Previous destruction: destructor by the main thread:
// LOCAL-NEXT: #0 __cxx_global_var_dtor{{.*}}destroyed-at-exit.cpp:[[@LINE+2]]
static std::map<int, int> &local() {
  static std::map<int, int> cache{{1, 1}};
  return cache;
}

// THREAD: concurrent map destruction and map access
// THREAD: Destruction: destructor by thread
// THREAD-NEXT: #0 __cxx_global_var_dtor{{.*}}destroyed-at-exit.cpp:[[@LINE+1]]
static thread_local std::map<int, int> own;

// SILENT-NOT: MapSanitizer
// SILENT: DONE
int main(int, char **argv) {
  auto chosen = [&](const char *name) { return !std::strcmp(argv[1], name); };
  local();
  auto used_after = [](std::map<int, int> &map) {
    at_the_end.waits = true;
    std::thread([&map] {
      step.WaitFor(1);
      std::printf("%zu\n", map.size());
      step.Done();
    }).detach();
  };
  if (chosen("global"))
    used_after(registry);
  if (chosen("local"))
    used_after(local());
  if (chosen("thread")) {
    static std::map<int, int> *of_other;
    // (The standard's order: it is destroyed before the join returns.)
    std::thread other([] {
      own[1] = 1;
      of_other = &own;
      step.Done();
      step.WaitFor(2);
    });
    step.WaitFor(1);
    std::printf("%zu\n", of_other->size());
    step.Done();
    other.join();
  }
  if (chosen("joined"))
    std::thread([] {
      registry[2] = 2;
      local()[2] = 2;
      own[1] = 1;
    }).join();
  std::puts("DONE");
}
