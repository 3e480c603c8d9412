// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: one bug is reported once however often it happens; max_reports and
// max_reports_per_map bound the rest, and the reader is told.

// RUN: %mapsan-clangxx -g -O1 -I %mapsan_prefix/include %s -o %t
// RUN: %not %t same 2>&1 | %FileCheck %s --check-prefix=SAME
// RUN: %not %t different 2>&1 | %FileCheck %s --check-prefix=DIFFERENT
// RUN: MAPSAN_OPTIONS=max_reports=2:summary=1 %not %t different 2>&1 | %FileCheck %s --check-prefix=LIMIT
// RUN: MAPSAN_OPTIONS=max_reports_per_map=1:summary=1 %not %t one-map 2>&1 | %FileCheck %s --check-prefix=PER-MAP
// RUN: MAPSAN_OPTIONS=max_reports_per_map=0 %not %t one-map 2>&1 | %FileCheck %s --check-prefix=NO-LIMIT

#include "Inputs/threads.h"
#include <cstdio>
#include <cstring>
#include <map>
#include <mapsan/interface.h>

using Map = std::map<int, int>;

template <int Number> struct Holder {
  static Map map;
  static void write() { map = Map(); }
  static void read() { (void)map.size(); }
};
template <int Number> Map Holder<Number>::map;

static void same() {
  for (int i = 0; i < 50; i++) {
    Map map;
    InOrder([&] { (void)map.find(1); }, [&] { map = Map(); });
  }
}

int main(int, char **argv) {
  auto chosen = [&](const char *name) { return !std::strcmp(argv[1], name); };
  if (chosen("same"))
    same();
  if (chosen("different")) {
    InOrder(Holder<1>::read, Holder<1>::write);
    InOrder(Holder<2>::read, [] { Holder<2>::map = Map(); });
    InOrder(Holder<3>::read, [] { Holder<3>::map = Map(); });
    InOrder(Holder<1>::read, Holder<1>::write);
  }
  if (chosen("one-map")) {
    static Map map;
    InOrder([&] { (void)map.size(); }, [&] { map = Map(); });
    InOrder([&] { (void)map.size(); }, [&] { map = Map(); });
    InOrder([&] { (void)map.size(); }, [&] { map = Map(); });
  }
  std::printf("reports: %u\n", mapsan_report_count());
}

// SAME: WARNING: MapSanitizer: concurrent map read and map write
// SAME-NOT: WARNING
// SAME: reports: 1

// DIFFERENT-COUNT-3: WARNING: MapSanitizer: concurrent map read and map write
// DIFFERENT-NOT: WARNING
// DIFFERENT: reports: 3

// LIMIT-COUNT-2: WARNING: MapSanitizer: concurrent map read and map write
// LIMIT-NOT: WARNING
// LIMIT: MapSanitizer: 2 reports printed, no more will be (max_reports)
// LIMIT-NOT: no more will be
// LIMIT: reports: 2 printed, 0 findings suppressed, 1 dropped by limits

// PER-MAP: WARNING: MapSanitizer: concurrent map read and map write
// PER-MAP: MapSanitizer: 1 reports printed about the map at 0x{{[0-9a-f]+}}, no more will be (max_reports_per_map)
// PER-MAP-NOT: WARNING
// PER-MAP: reports: 1 printed, 0 findings suppressed, 2 dropped by limits

// NO-LIMIT-COUNT-3: WARNING: MapSanitizer: concurrent map read and map write
// NO-LIMIT: reports: 3
