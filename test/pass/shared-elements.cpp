// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: env MAPSAN_PASS_OPTIONS=elements=1 %clangxx -std=c++17 -g -O0 -fPIC -DQT_NO_DEBUG -S -emit-llvm -fpass-plugin=%mapsan_pass $(pkg-config --cflags Qt6Core) %s -o - | %FileCheck %s
// RUN: env MAPSAN_PASS_OPTIONS=elements=1 %clangxx -std=c++17 -g -O2 -fno-inline -fPIC -DQT_NO_DEBUG -S -emit-llvm -fpass-plugin=%mapsan_pass $(pkg-config --cflags Qt6Core) %s -o - | %FileCheck %s
// Intent: where copies share their data, an access to an element is told if these have one owner, and who writes comes after
// the others that there were; nothing is told where it is not known whose they are.

#include <QHash>
#include <QMap>

using Map = QMap<int, int>;
using Table = QHash<int, int>;
extern Map tree;
extern Table table;

// CHECK-LABEL: @written(
// CHECK: @__mapsan_map_end
// CHECK: [[COUNT:%.*]] = load atomic i32, ptr [[OWNERS:%.*]] monotonic
// CHECK: [[ONE:%.*]] = icmp eq i32 [[COUNT]], 1
// CHECK: br i1 [[ONE]]
// CHECK: call void @__mapsan_sync_event(ptr {{.*}}[[OWNERS]], i32 8)
// CHECK: call void @__mapsan_element_used(ptr {{.*}}, i32 -2147483644,
// CHECK: store i32 5
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" void written() { tree[1] = 5; }

// CHECK-LABEL: @read(
// CHECK: @__mapsan_map_end
// CHECK: load atomic i32, ptr {{.*}} monotonic
// CHECK-NOT: @__mapsan_sync_event
// CHECK: call void @__mapsan_element_used(ptr {{.*}}, i32 4,
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" int read() { return table.constFind(1).value(); }

// One question for each: much may have happened since.
// CHECK-LABEL: @both(
// CHECK: load atomic i32, ptr [[OWNERS:%.*]] monotonic
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 4,
// CHECK: load atomic i32, ptr {{.*}} monotonic
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 -2147483644,
// CHECK: {{^}$}}
extern "C" int both() {
  auto it = table.find(1), other = it;
  int was = *it;
  *++other = 1;
  return was;
}

// CHECK-LABEL: @given(
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" void given(Map::iterator it) { it.value() = 1; }

// CHECK-LABEL: @either(
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" void either(Map &a, Map &b, bool first) {
  auto it = a.find(1);
  if (!first)
    it = b.find(1);
  *it = 1;
}

// The library's own code: what is returned of the map, and nothing else.
// CHECK-LABEL: define {{.*}}@_ZNK4QMapIiiE5valueERKiS2_(
// CHECK: load atomic i32, ptr {{.*}} monotonic
// CHECK: call void @__mapsan_element_used(ptr {{.*}}, i32 4,
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" int copied() { return tree.value(1) + tree.take(2); }
// CHECK-LABEL: define {{.*}}@_ZN4QMapIiiE4takeERKi(
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
