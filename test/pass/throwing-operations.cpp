// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: export MAPSAN_PASS_OPTIONS=repeats=1:locals=1
// RUN: %clang -I%mapsan_source/include -c %S/Inputs/printing-runtime.c -o %t.rt.o
// RUN: %clangxx -std=c++20 -g -O0 -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t
// RUN: %t | %FileCheck %s
// RUN: %clangxx -std=c++20 -g -O2 -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t
// RUN: %t | %FileCheck %s
// Intent: an operation that throws ends on its unwind edge, whether its caller
// catches, cleans up, or has nothing to do; no operation stays open.

#include <cstdio>
#include <map>
#include <stdexcept>
#include <unordered_map>

struct Bomb {
  static bool armed;
  int value;
  Bomb(int v) : value(v) {}
  Bomb(const Bomb &b) : value(b.value) {
    if (armed)
      throw 1;
  }
  bool operator<(const Bomb &b) const { return value < b.value; }
};
bool Bomb::armed = false;

std::map<Bomb, int> bombs;

void passes_through(const Bomb &b) { bombs[b] = 1; }

void cleans_up(const Bomb &b) {
  std::map<int, int> local;
  bombs.emplace(b, 1);
}

int main() {
  Bomb first(1), second(2);
  passes_through(first);
  Bomb::armed = true;
  try {
    passes_through(second);
    // CHECK: operator[] {{.*}} 'bombs' in passes_through
    // CHECK-NEXT: changed, size 1
    // CHECK-NEXT: operator[] {{.*}} 'bombs' in passes_through
    // CHECK-NEXT: unwound
  } catch (int) {
  }
  try {
    cleans_up(second);
    // CHECK-NEXT: constructor {{.*}} 'local' in cleans_up
    // CHECK-NEXT: emplace {{.*}} 'bombs' in cleans_up
    // CHECK-NEXT: unwound
    // CHECK-NEXT: destructor {{.*}} 'local' in cleans_up
  } catch (int) {
  }
  try {
    std::unordered_map<int, int>().at(3);
    // CHECK-NEXT: constructor std::unordered_map<int, int>
    // CHECK-NEXT: at std::unordered_map<int, int>
    // CHECK-NEXT: unwound
    // CHECK-NEXT: destructor std::unordered_map<int, int>
  } catch (std::out_of_range &) {
  }
  try {
    std::map<Bomb, int> copy(bombs);
    // CHECK-NEXT: copy constructor {{.*}} 'copy' in main
    // CHECK-NEXT: copy constructor {{.*}} 'bombs' in main (other)
    // CHECK-NEXT: unwound
    // CHECK-NEXT: unwound
  } catch (int) {
  }
}
// CHECK-NOT: FAULT
// CHECK: unwind 5, open 0
