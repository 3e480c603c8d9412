// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %clangxx -std=c++20 -g -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %clangxx -std=c++20 -g -O2 -fno-inline -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s
// RUN: %if libcxx %{ %clangxx %libcxx_flags -std=c++20 -g -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s %}
// RUN: env MAPSAN_PASS_OPTIONS=iterators=0 %clangxx -std=c++20 -O0 -S -emit-llvm -fpass-plugin=%mapsan_pass %s -o - | %FileCheck %s --check-prefix=NONE
// Intent: a function that returns an iterator or a reference tells its caller of the handle, if a caller in the module asks;
// and it asks only where something could have happened to the map.
// NONE-NOT: @__mapsan_handle

#include <map>
#include <mutex>

extern std::map<int, int> tree;
extern std::mutex mutex;
void something();

// The lock is given up on the way out.
// CHECK-LABEL: @locked(
// CHECK: @__mapsan_handle_made
// CHECK: call void @__mapsan_handle_returned(ptr {{.*}}, ptr {{.*}}, i64 [[LOCKED:-?[0-9]+]])
// CHECK-NEXT: ret ptr
extern "C" int &locked(int key) {
  std::lock_guard<std::mutex> hold(mutex);
  return tree[key];
}

// CHECK-LABEL: @asks(
// CHECK: call {{.*}} @locked(
// CHECK: call void @__mapsan_handle_received(ptr {{.*}}, ptr {{.*}}, i64 [[LOCKED]])
// CHECK: @__mapsan_handle_used
// CHECK: {{^}$}}
extern "C" int asks(int key) { return locked(key); }

// What it is told is told on, where that is asked for.
// CHECK-LABEL: @through(
// CHECK: call void @__mapsan_handle_received(ptr {{.*}}, ptr {{.*}}, i64 [[LOCKED]])
// CHECK: call void @__mapsan_handle_returned(
// CHECK: {{^}$}}
extern "C" const int &through(int key) { return locked(key); }

// CHECK-LABEL: @asks_through(
// CHECK: @__mapsan_handle_received
// CHECK: @__mapsan_handle_used
extern "C" int asks_through(int key) { return through(key); }

// An iterator, and where one is kept.
// CHECK-LABEL: @found(
// CHECK: @__mapsan_handle_made
// CHECK: @__mapsan_handle_returned
// CHECK: {{^}$}}
std::map<int, int>::iterator found(int key) __asm__("found");
std::map<int, int>::iterator found(int key) {
  std::lock_guard<std::mutex> hold(mutex);
  auto it = tree.find(key);
  return it;
}

// CHECK-LABEL: @keeps(
// CHECK: @__mapsan_handle_received
// CHECK: @__mapsan_handle_used
// CHECK: {{^}$}}
extern "C" int keeps(int key) {
  auto it = found(key);
  return it->second;
}

// Nothing can have happened, there and here.
// CHECK-LABEL: @getter(
// CHECK-NOT: @__mapsan_handle
// CHECK: {{^}$}}
extern "C" int &getter(int key) { return tree.at(key); }

// CHECK-LABEL: @asks_nothing(
// CHECK-NOT: @__mapsan_handle
// CHECK: {{^}$}}
extern "C" int asks_nothing(int key) { return getter(key); }

// Of this one somebody wants to know.
// CHECK-LABEL: @second_getter(
// CHECK: @__mapsan_handle_returned
// CHECK: {{^}$}}
extern "C" int &second_getter(int key) { return tree.at(key); }

// CHECK-LABEL: @asks_later(
// CHECK: @__mapsan_handle_received
// CHECK: @_Z9somethingv
// CHECK: @__mapsan_handle_used
// CHECK: {{^}$}}
extern "C" int asks_later(int key) {
  int &value = second_getter(key);
  something();
  return value;
}

// Nobody asks.
// CHECK-LABEL: @unasked(
// CHECK-NOT: @__mapsan_handle
// CHECK: {{^}$}}
extern "C" int &unasked(int key) {
  std::lock_guard<std::mutex> hold(mutex);
  return tree[key];
}

// A reference that is held by nothing but a call's result.
// CHECK-LABEL: @in_one_expression(
// CHECK: @__mapsan_handle_made
// CHECK: @_Z4moreii
// CHECK: @__mapsan_handle_used
// CHECK: {{^}$}}
int more(int, int);
void take(int &, int);
extern "C" void in_one_expression() { take(tree[1], more(1, 2)); }
