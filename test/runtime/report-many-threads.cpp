// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: reports of threads that race at the same time do not mix, none comes
// twice, and halt_on_error lets exactly one through. (The maps are home-made
// ones without a substance, so that nothing breaks.)

// RUN: %mapsan-clangxx -O1 -I %mapsan_prefix/include %s -o %t
// RUN: MAPSAN_OPTIONS=max_reports=0:symbolize=0:log_path=stdout %not %t >%t.out
// RUN: grep -c '^WARNING: MapSanitizer: concurrent map writes' %t.out | grep -qx 40
// RUN: awk '/^WARNING/{if(open)exit 1;open=1} /^SUMMARY/{if(!open)exit 1;open=0}' %t.out
// RUN: grep -c '^SUMMARY: MapSanitizer: concurrent map writes' %t.out | grep -qx 40
// RUN: for i in 1 2 3 4 5; do MAPSAN_OPTIONS=halt_on_error=1:symbolize=0 %not %t >%t.out 2>&1; grep -c '^WARNING' %t.out | grep -qx 1; done

#include <mapsan/interface.h>
#include <thread>
#include <utility>
#include <vector>

// Each number has a map and a call site of its own.
template <int Number> struct Race {
  static char map;
  __attribute__((noinline)) static void write() {
    mapsan_map_write(&map, "home-made");
  }
};
template <int Number> char Race<Number>::map;

template <int... Numbers> void runAll(std::integer_sequence<int, Numbers...>) {
  (Race<Numbers>::write(), ...);
}

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; i++)
    threads.emplace_back([] { runAll(std::make_integer_sequence<int, 40>()); });
  for (std::thread &thread : threads)
    thread.join();
}
