// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %clangxx -std=c++20 -g -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %clangxx -std=c++20 -O2 -fno-inline -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %clangxx -std=c++20 -g -O2 -fno-inline -fno-exceptions -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %clangxx -std=c++20 -O2 -fno-inline -fsanitize=undefined -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %clangxx -std=c++20 -O0 -D_GLIBCXX_DEBUG -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %if libcxx %{ %clangxx %libcxx_flags -std=c++20 -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s %}
// RUN: %if libcxx %{ %clangxx %libcxx_flags -std=c++20 -g -O2 -fno-inline -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s %}
// RUN: env MAPSAN_PASS_OPTIONS=locals=1 %clangxx -std=c++20 -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s --check-prefix=ALL
// Intent: of a map that its function keeps to itself nothing is hooked; what a
// function may do with it is shown once each. (How it can get out is in
// test/sync/locals.cpp, where each way is a race.)

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

using Map = std::map<std::string, int>;
using Table = std::unordered_map<int, std::string>;

extern int *element;
extern Map given;
void use(int);

// ALL-LABEL: @life(
// ALL-COUNT-4: @__mapsan_map_begin
// CHECK-LABEL: @life(
// CHECK-NOT: __mapsan_map_
// CHECK: {{^}$}}
extern "C" int life(int n) {
  Table local;
  for (int i = 0; i < n; ++i)
    local[i] += 'x';
  int sum = 0;
  for (auto &[key, text] : local)
    sum += key + text.size();
  return sum;
}

// CHECK-LABEL: @kinds(
// CHECK-NOT: __mapsan_map_
// CHECK: {{^}$}}
extern "C" int kinds(int n) {
  std::multimap<int, int> a{{n, n}};
  std::multiset<int> b;
  std::unordered_multimap<int, int> c;
  std::unordered_set<int> d;
  a.emplace(1, n);
  b.insert(n);
  c.emplace(1, n);
  d.insert(a.begin()->first);
  return a.size() + b.size() + c.size() + d.size();
}

// CHECK-LABEL: @several(
// CHECK-NOT: __mapsan_map_
// CHECK: {{^}$}}
extern "C" bool several(const char *key) {
  Map a{{key, 1}}, b(a), c(std::move(a));
  a = b;
  (b = a).clear();
  a = {{"x", 1}};
  a.swap(c);
  std::swap(a, b);
  a.merge(b);
  auto node = a.extract(key);
  c.insert(std::move(node));
  std::erase_if(c, [](auto &entry) { return entry.second == 3; });
  return a == c;
}

// The elements may go where they like.
// CHECK-LABEL: @elements(
// CHECK-NOT: __mapsan_map_
// CHECK: {{^}$}}
extern "C" void elements(const char *key) {
  Map local;
  element = &local[key];
  use(local.at(key));
}

// CHECK-LABEL: @references(
// CHECK-NOT: __mapsan_map_
// CHECK: {{^}$}}
extern "C" int references(bool second) {
  Map a, b;
  Map &reference = a;
  Map *pointer = &reference;
  pointer->clear();
  pointer = second ? &a : &b;
  if (!pointer || pointer == &b)
    pointer = &a;
  (second ? a : b).emplace("x", 1);
  return pointer->size();
}

// CHECK-LABEL: @arrays(
// CHECK-NOT: __mapsan_map_
// CHECK: {{^}$}}
extern "C" int arrays(int n) {
  Map some[3];
  some[n]["x"] = 1;
  int sum = 0;
  for (Map &each : some)
    sum += each.size();
  return sum;
}

// Also where an exception passes through; and what is left over in loops.
// CHECK-LABEL: @scopes(
// CHECK-NOT: __mapsan_map_
// CHECK: {{^}$}}
extern "C" void scopes(int n) {
  Map outer;
  while (n--) {
    Map inner(outer);
    use(inner.size());
    if (n == 7)
      continue;
    Map().swap(outer);
    outer.insert(inner.begin(), inner.end());
  }
}

// Of two maps only the other one is hooked.
// CHECK-LABEL: @copy(
// CHECK: call void @__mapsan_map_begin{{(_long)?}}(ptr {{.*}}, ptr {{.*}}@{{.*}}given
// CHECK: __mapsan_map_end{{(_long)?}}(ptr {{.*}}, ptr {{.*}}@{{.*}}given
// CHECK-NOT: __mapsan_map_{{begin|end}}
// CHECK: {{^}$}}
extern "C" int copy() {
  Map local(given);
  return local.size();
}

// A variable that may be either has its hooks, and so has the local one.
// CHECK-LABEL: @either(
// CHECK-COUNT-3: @__mapsan_map_begin
// CHECK: ret
extern "C" void either(bool own) {
  Map local; // constructor
  Map &one = own ? local : given;
  one.clear(); // clear
} // destructor
