// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: env MAPSAN_PASS_OPTIONS=elements=1 %clangxx -std=c++20 -g -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: env MAPSAN_PASS_OPTIONS=elements=1 %clangxx -std=c++20 -g -O2 -fno-inline -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %if libcxx %{ env MAPSAN_PASS_OPTIONS=elements=1 %clangxx %libcxx_flags -std=c++20 -g -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s %}
// RUN: %clangxx -std=c++20 -g -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s --check-prefix=NONE
// Intent: accesses to an element are told before they are made, with how many bytes they are of; what is no plain access of
// the function's own, what the element of a private map does, and what was just told is left alone.
// (-2147483644: 4 bytes, written.)
// NONE-NOT: @__mapsan_element

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

struct Point {
  int x, y, z;
};
struct Session {
  int hits;
  Point at;
  volatile int device;
  std::atomic<int> count;
  std::mutex mutex;
  std::string name;
  std::vector<int> all;
  int numbers[4];
  Session *next;
  void touch();
};
using Map = std::map<int, int>;
using Sessions = std::unordered_map<int, Session>;

extern Map tree;
extern Sessions table;
extern Point fixed;
void something();
void look(int &);

// CHECK-LABEL: @subscript(
// CHECK: @__mapsan_map_end
// CHECK: call {{.*}}@__mapsan_element_used(ptr {{.*}}, i32 -2147483644, ptr {{.*}}@__mapsan_site.{{[0-9a-f.]+}})
// CHECK: store i32 5
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" void subscript() { tree[1] = 5; }

// A write tells of the read as well.
// CHECK-LABEL: @compound(
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 -2147483644,
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" void compound() { tree.at(1) += 5; }

// Not if something happens in between.
// CHECK-LABEL: @interrupted(
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 4,
// CHECK: @_Z9somethingv
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 -2147483644,
// CHECK: {{^}$}}
extern "C" void interrupted() {
  int &v = tree.at(1);
  int was = v;
  something();
  v = was + 1;
}

// CHECK-LABEL: @repeated(
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 -2147483644,
// CHECK-NOT: @__mapsan_element
// CHECK: @_Z9somethingv
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 4,
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" int repeated() {
  int &v = tree.at(1);
  v = 1;
  int sum = v;
  v = 2;
  something();
  sum += v;
  return sum + v;
}

// CHECK-LABEL: @dereferenced(
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 -2147483644,
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 4,
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" int dereferenced() {
  auto it = table.find(1);
  it->second.hits = 1;
  return (*it).second.at.y;
}

// CHECK-LABEL: @loop(
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 4,
// CHECK: {{^}$}}
extern "C" int loop() {
  int sum = 0;
  for (auto &[k, v] : tree)
    sum += v;
  return sum;
}

// CHECK-LABEL: @given(
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 -2147483644,
// CHECK: {{^}$}}
extern "C" void given(Map::iterator it) { it->second = 1; }

// Copies of structures; arrays, whatever the index.
// CHECK-LABEL: @wholes(
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 12,
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 -2147483636,
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 -2147483644,
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" void wholes(Point &p, int i) {
  Session &s = table.at(1);
  p = s.at;
  something();
  s.at = p;
  s.numbers[i] = 1;
}

// What is behind a pointer in the element is no part of it.
// CHECK-LABEL: @behind(
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 8,
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" void behind() { table.at(1).next->hits = 1; }

// Methods of the library's classes.
// CHECK-LABEL: @methods(
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 -2147483640,
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 8,
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 -2147483640,
// CHECK: @__mapsan_element_used(ptr {{.*}}, i32 8,
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" unsigned long methods(std::string &s) {
  Session &session = table.at(1);
  session.all.push_back(1);
  something();
  unsigned long size = session.all.size();
  session.name += "x";
  something();
  s = session.name;
  return size;
}

// CHECK-LABEL: @others(
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" void others() {
  Session &s = table.at(1);
  s.device = 1;
  s.count++;
  s.count.store(1, std::memory_order_relaxed);
  s.mutex.lock();
  s.mutex.unlock();
  s.touch();
  look(s.hits);
}

// Which of two it is, is not known; nor is a reference that is a parameter.
// CHECK-LABEL: @unknown(
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" void unknown(int &v) {
  v = 1;
  int *p = &tree.at(1);
  p = &tree.at(2);
  *p = 1;
  fixed.y = 1; // a constant address
}

// CHECK-LABEL: @own(
// CHECK-NOT: @__mapsan_element
// CHECK: {{^}$}}
extern "C" int own() {
  Map local;
  local[1] = 2;
  auto it = local.find(1);
  auto other = it;
  int sum = other->second++;
  for (auto &[k, v] : local)
    sum += v;
  return sum;
}
