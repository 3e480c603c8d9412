// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a class that says what its own methods do is a map like any other, in
// headers and behind them, with and without optimisation.

// RUN: split-file %s %t.dir
// RUN: %mapsan-clangxx -g -O0 -I %mapsan_prefix/include -I %S -c %t.dir/table.cpp -o %t.table.o
// RUN: %mapsan-clangxx -g -O0 -I %mapsan_prefix/include -I %S %t.dir/main.cpp %t.table.o -o %t.O0
// RUN: %mapsan-clangxx -g -O2 -I %mapsan_prefix/include -I %S %t.dir/main.cpp %t.table.o -o %t.O2
// RUN: %not %t.O0 put 2>&1 | %FileCheck %t.dir/main.cpp --check-prefix=PUT
// RUN: %not %t.O2 put 2>&1 | %FileCheck %t.dir/main.cpp --check-prefix=PUT
// RUN: %not %t.O2 walk 2>&1 | %FileCheck %t.dir/main.cpp --check-prefix=WALK
// RUN: %not %t.O2 drop 2>&1 | %FileCheck %t.dir/main.cpp --check-prefix=DROP
// RUN: %not %t.O2 template 2>&1 | %FileCheck %t.dir/main.cpp --check-prefix=TEMPLATE
// RUN: %t.O0 present 2>&1 | %FileCheck %t.dir/main.cpp --check-prefix=SILENT
// RUN: %t.O2 reads 2>&1 | %FileCheck %t.dir/main.cpp --check-prefix=SILENT

// What is wrong is said with its place; the rest is in force.
// RUN: %clangxx -fpass-plugin=%mapsan_pass -c %t.dir/wrong.cpp -o /dev/null 2>&1 | %FileCheck %t.dir/wrong.cpp

//--- table.h
#include <mapsan/interface.h>

namespace acme {
class Table {
public:
  Table() MAPSAN_CONSTRUCTS;
  ~Table() MAPSAN_DESTROYS;
  bool put(int key) MAPSAN_MAY_WRITE;
  bool has(int key) const MAPSAN_READS;
  const int *begin() const MAPSAN_ITERATES { return entries; }
  void clear() MAPSAN_WRITES { count = 0; }

private:
  int entries[16];
  int count;
};

template <class Key> class Set {
public:
  void add(const Key &key) MAPSAN_WRITES { last = key; }
  [[clang::annotate("mapsan:read")]] bool has(const Key &key) const {
    return key == last;
  }

private:
  Key last = Key();
};
} // namespace acme

//--- table.cpp
#include "table.h"

namespace acme {
Table::Table() : count(0) {}
Table::~Table() { clear(); }
bool Table::has(int key) const {
  for (int i = 0; i < count; i++)
    if (entries[i] == key)
      return true;
  return false;
}
// Its own call is its own business.
bool Table::put(int key) {
  if (has(key))
    return false;
  entries[count++] = key;
  return true;
}
} // namespace acme

//--- main.cpp
#include "Inputs/threads.h"
#include "table.h"
#include <cstdio>
#include <cstring>

static acme::Table routes;
static acme::Set<long> names;

int main(int, char **argv) {
  auto chosen = [&](const char *name) { return !std::strcmp(argv[1], name); };
  routes.put(1);
  if (chosen("put"))
    InOrder([] { routes.has(1); }, [] { routes.put(2); });
  if (chosen("present"))
    InOrder([] { routes.has(1); }, [] { routes.put(1); });
  if (chosen("walk"))
    InOrder([] { routes.begin(); }, [] { routes.clear(); });
  if (chosen("drop")) {
    auto *cache = new acme::Table;
    InOrder([=] { cache->has(1); }, [=] { delete cache; });
  }
  if (chosen("template"))
    InOrder([] { names.has(1); }, [] { names.add(2); });
  if (chosen("reads"))
    InOrder([] { routes.has(1); }, [] { routes.has(2); });
  std::puts("DONE");
}

// PUT: WARNING: MapSanitizer: concurrent map read and map write (pid=
// PUT-NEXT: Map `routes` of type acme::Table at 0x
// PUT: Write: put by thread T3:
// PUT: Previous read: has by thread T2:
// WALK: WARNING: MapSanitizer: concurrent map iteration and map write (pid=
// WALK: Previous iteration: begin by thread T2:
// DROP: WARNING: MapSanitizer: concurrent map destruction and map access (pid=
// TEMPLATE: WARNING: MapSanitizer: concurrent map read and map write (pid=
// TEMPLATE-NEXT: Map `names` of type acme::Set<long> at 0x
// SILENT-NOT: WARNING
// SILENT: DONE

//--- wrong.cpp
struct Wrong {
  __attribute__((annotate("mapsan:reed"))) void get() {}
  __attribute__((annotate("somebody else's"))) void put() {}
};
__attribute__((annotate("mapsan:write"))) void function() {}
void use(Wrong &w) {
  w.get();
  w.put();
}

// CHECK-DAG: warning: MapSan: {{.*}}wrong.cpp:2:1: unknown annotation 'mapsan:reed'
// CHECK-DAG: warning: MapSan: {{.*}}wrong.cpp:5:1: 'mapsan:write' is for methods of a class
// CHECK-NOT: warning: MapSan
