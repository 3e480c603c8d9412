// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: libFuzzer, which takes no signal that somebody handles already, hears of what the program dies of (and keeps the
// input): by its own fault, or because a report's callback ends it.
// RUN: %mapsan-clangxx -g -fsanitize=fuzzer %s -o %t
// RUN: printf abort > %t.abort && printf race > %t.race
// RUN: %not %t %t.abort 2>&1 | %FileCheck %s --check-prefix=ABORT
// ABORT-NOT: MapSanitizer
// ABORT: ERROR: libFuzzer: deadly signal
// ABORT: SUMMARY: libFuzzer: deadly signal
// RUN: %not %t %t.race 2>&1 | %FileCheck %s --check-prefix=RACE
// RACE: WARNING: MapSanitizer: concurrent map {{.+}} (pid=
// RACE: SUMMARY: MapSanitizer: concurrent map {{.+}} {{.*}}libfuzzer.cpp:
// RACE: ERROR: libFuzzer: deadly signal

#include <mapsan/interface.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>

static std::map<int, int> shared;

extern "C" int LLVMFuzzerInitialize(int *, char ***) {
  mapsan_set_report_callback([](const mapsan_report *) { abort(); });
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  if (size == 5 && !memcmp(data, "abort", size))
    abort();
  if (size == 4 && !memcmp(data, "race", size)) {
    std::thread one([] { shared.emplace(1, 1); });
    std::thread other([] { shared.emplace(2, 1); });
    one.join();
    other.join();
  }
  return 0;
}
