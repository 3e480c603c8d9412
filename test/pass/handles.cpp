// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %clangxx -std=c++20 -g -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %clangxx -std=c++20 -g -O2 -fno-inline -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %clangxx -std=c++20 -O0 -fno-exceptions -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %clangxx -std=c++20 -g -O1 -fno-inline -fsanitize=undefined -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %clangxx -std=c++20 -g -O0 -fsanitize=undefined -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %if libcxx %{ %clangxx %libcxx_flags -std=c++20 -g -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s %}
// RUN: env MAPSAN_PASS_OPTIONS=iterators=0 %clangxx -std=c++20 -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s --check-prefix=NONE
// Intent: an iterator or a reference has a handle where something could happen to its map before a use, and only there; it
// is followed through copies, and left alone where the function gives its address away.
// NONE-NOT: @__mapsan_handle

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

using Map = std::map<int, int>;
using Table = std::unordered_map<int, int>;

extern Map tree;
extern Table table;
void something();
void look(const Map::iterator &);
void keep(Map::iterator *);

// Nothing can happen in between.
// CHECK-LABEL: @quiet(
// CHECK-NOT: @__mapsan_handle
// CHECK: {{^}$}}
extern "C" int quiet(int key) {
  int sum = 0;
  for (auto &[k, v] : tree)
    sum += v;
  auto found = tree.find(key);
  return found == tree.end() ? sum : found->second;
}

// The step reads the map, so that wants a hook, too, where a read alone would do.
// CHECK-LABEL: @loop(
// CHECK: @__mapsan_handle_made
// CHECK: call {{.*}}@_Z9somethingv
// CHECK: @__mapsan_handle_used
// CHECK: @__mapsan_handle_used
// CHECK-NOT: @__mapsan_handle
// CHECK: {{^}$}}
extern "C" int loop() {
  int sum = 0;
  for (auto it = tree.begin(); it != tree.end(); ++it) {
    something();
    sum += it->second;
  }
  return sum;
}

// Where it has come to, and the end.
// CHECK-LABEL: @range_for(
// CHECK-COUNT-2: @__mapsan_handle_made
// CHECK-COUNT-2: @__mapsan_handle_used
// CHECK: {{^}$}}
extern "C" void range_for() {
  for (auto &element : table) {
    (void)element;
    something();
  }
}

// What erase() is given is said; the iterator that it returns is a new one.
// CHECK-LABEL: @erasing(
// CHECK: @__mapsan_handle_made
// CHECK: @__mapsan_handle_used
// CHECK: @__mapsan_map_erases
// CHECK: @__mapsan_map_begin
// CHECK: @__mapsan_map_end
// CHECK: @__mapsan_handle_made
// CHECK: {{^}$}}
extern "C" void erasing() {
  for (auto it = tree.begin(); it != tree.end();) {
    something();
    if (it->second)
      it = tree.erase(it);
    else
      ++it;
  }
}

// Through a pair, a reference to its part, and a converted copy.
// CHECK-LABEL: @copies(
// CHECK: @__mapsan_handle_made
// CHECK: call {{.*}}@_Z9somethingv
// CHECK: @__mapsan_handle_used
// CHECK: call {{.*}}@_Z9somethingv
// CHECK: @__mapsan_handle_used
// CHECK: {{^}$}}
extern "C" int copies() {
  auto [it, inserted] = tree.insert({1, 2});
  something();
  Map::const_iterator other = it;
  int sum = it->second;
  something();
  return sum + other->second;
}

// Both ends.
// CHECK-LABEL: @range(
// CHECK: @__mapsan_handle_made
// CHECK: @__mapsan_handle_made
// CHECK: call {{.*}}@_Z9somethingv
// CHECK: @__mapsan_handle_used
// CHECK: @__mapsan_handle_used
// CHECK: {{^}$}}
extern "C" bool range() {
  auto found = tree.equal_range(5);
  something();
  return found.first == found.second;
}

// A reference, one that was got from an iterator, and a pointer.
// CHECK-LABEL: @references(
// CHECK: call {{.*}}@_Z9somethingv
// CHECK-COUNT-3: @__mapsan_handle_used
// CHECK: {{^}$}}
extern "C" void references() {
  int &value = tree.at(1);
  int &other = tree.begin()->second;
  int *third = &table[5];
  something();
  value = 1;
  other = 2;
  *third = 3;
}

// What a structured binding names is a part of the element.
// CHECK-LABEL: @bindings(
// CHECK: @__mapsan_handle_made
// CHECK: call {{.*}}@_Z9somethingv
// CHECK-COUNT-2: @__mapsan_handle_used
// CHECK-NOT: @__mapsan_handle
// CHECK: {{^}$}}
extern "C" int bindings() {
  auto &[key, value] = *tree.begin();
  something();
  value = 1;
  something();
  return value;
}

// Of a copy nothing is left to follow.
// CHECK-LABEL: @copied_bindings(
// CHECK-NOT: @__mapsan_handle
// CHECK: {{^}$}}
extern "C" int copied_bindings() {
  auto [key, value] = *tree.begin();
  something();
  return value;
}

// Into the same map; what is found is good when it is found.
// CHECK-LABEL: @searches(
// CHECK: @__mapsan_handle_made
// CHECK: call {{.*}}4next
// CHECK: @__mapsan_handle_renewed
// CHECK: call {{.*}}@_Z9somethingv
// CHECK: @__mapsan_handle_used
// CHECK: call {{.*}}7advance
// CHECK-NOT: @__mapsan_handle
// CHECK: call {{.*}}@_Z9somethingv
// CHECK: @__mapsan_handle_used
// CHECK-NOT: @__mapsan_handle
// CHECK: {{^}$}}
extern "C" int searches() {
  auto it = std::next(tree.begin());
  something();
  std::advance(it, 1);
  something();
  return it->second;
}

// CHECK-LABEL: @quiet_searches(
// CHECK-NOT: @__mapsan_handle
// CHECK: {{^}$}}
extern "C" int quiet_searches(int key) {
  auto it = std::next(tree.begin());
  std::advance(it, key);
  auto other = std::find_if(std::prev(it), tree.end(), [=](auto &element) {
    return element.first == key;
  });
  return it->second + other->second;
}

// By an instruction that has hooks of its own.
// CHECK-LABEL: @atomically(
// CHECK: call {{.*}}@_Z9somethingv
// CHECK: @__mapsan_handle_used
// CHECK: {{^}$}}
extern "C" int atomically() {
  int &value = tree.at(1);
  something();
  __atomic_store_n(&value, 5, __ATOMIC_RELEASE);
  something();
  return __atomic_load_n(&value, __ATOMIC_ACQUIRE);
}

// Whoever has the address may change it.
// CHECK-LABEL: @given_away(
// CHECK-NOT: @__mapsan_handle
// CHECK: {{^}$}}
extern "C" int given_away() {
  auto a = tree.begin(), b = tree.begin(), c = tree.begin();
  look(a);
  keep(&b);
  auto d = [&c] { ++c; };
  something();
  d();
  return a->second + b->second + c->second;
}

// What is assigned from elsewhere is not known; afterwards it is again.
// CHECK-LABEL: @lost(
// CHECK: call {{.*}}@_Z9somethingv
// CHECK-NOT: @__mapsan_handle
// CHECK: @__mapsan_handle_made
// CHECK: call {{.*}}@_Z9somethingv
// CHECK: @__mapsan_handle_used
// CHECK: {{^}$}}
extern "C" int lost(Map::iterator given) {
  auto it = tree.begin();
  it = given;
  something();
  int sum = it->second;
  it = tree.begin();
  something();
  return sum + it->second;
}

// A map that nobody else can reach: what its own function does to it counts.
// CHECK-LABEL: @own(
// CHECK-NOT: @__mapsan
// CHECK: {{^}$}}
extern "C" int own() {
  Map local{{1, 2}};
  int sum = 0;
  for (auto &[k, v] : local) {
    something();
    sum += v;
  }
  local[5] = 6;
  return sum;
}

// CHECK-LABEL: @own_changed(
// CHECK: @__mapsan_map_begin
// CHECK: @__mapsan_handle_made
// CHECK: @__mapsan_map_begin
// CHECK: @__mapsan_handle_used
// CHECK: {{^}$}}
extern "C" void own_changed() {
  Map local{{1, 2}};
  for (auto &[k, v] : local)
    local.erase(k);
}

// A reverse iterator is as good as the one that it is built on.
// CHECK-LABEL: @backwards(
// CHECK: @__mapsan_handle_made
// CHECK: call {{.*}}@_Z9somethingv
// CHECK: @__mapsan_handle_used
// CHECK: {{^}$}}
extern "C" int backwards() {
  auto it = tree.rbegin();
  something();
  return it->second;
}

// What was taken out is said when that is done; what is put in, before.
// CHECK-LABEL: @passing_on(
// CHECK: @__mapsan_map_begin
// CHECK: @__mapsan_map_extracted
// CHECK: @__mapsan_map_end
// CHECK: @__mapsan_map_erases
// CHECK: @__mapsan_map_begin
// CHECK: {{^}$}}
extern "C" void passing_on(int key) { table.insert(table.extract(key)); }

// The iterator is in what such an insertion returns.
// CHECK-LABEL: @put_in(
// CHECK: @__mapsan_handle_made
// CHECK: {{(call|invoke)}} {{.*}}@_Z9somethingv
// CHECK: @__mapsan_handle_used
// CHECK: {{^}$}}
extern "C" int put_in(Map::node_type *node) {
  auto result = tree.insert(std::move(*node));
  something();
  return result.position->second;
}
