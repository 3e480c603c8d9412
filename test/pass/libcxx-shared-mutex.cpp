// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// REQUIRES: libcxx
// RUN: %clang -I%mapsan_source/include -c %S/Inputs/printing-runtime.c -o %t.rt.o
// RUN: %clangxx -std=c++20 -O1 -fpass-plugin=%mapsan_pass %s %t.rt.o %libcxx_flags -o %t
// RUN: %t | %FileCheck %s
// Intent: libc++'s locks that live inside libc++.so are seen at their calls,
// also those that std::unique_lock and its like make.

#include <chrono>
#include <mutex>
#include <shared_mutex>

int main() {
  std::shared_mutex shared;
  {
    std::unique_lock lock(shared);
  }
  // CHECK: sync 2
  // CHECK-NEXT: sync 2: 1
  // CHECK-NEXT: sync 4
  // CHECK-NEXT: sync 4: 1
  {
    std::shared_lock lock(shared);
    if (shared.try_lock())
      return 1;
  }
  // CHECK-NEXT: sync 5
  // CHECK-NEXT: sync 5: 1
  // CHECK-NEXT: sync 3
  // CHECK-NEXT: sync 3: 0
  // CHECK-NEXT: sync 7
  // CHECK-NEXT: sync 7: 1
  std::timed_mutex timed;
  if (timed.try_lock_for(std::chrono::seconds(1)))
    timed.unlock();
  // CHECK-NEXT: sync 3
  // CHECK-NEXT: sync 3: 1
  // CHECK-NEXT: sync 4
  // CHECK-NEXT: sync 4: 1
}
// The destructors.
// CHECK-NEXT: sync 1
// CHECK-NEXT: sync 1: 1
// CHECK-NEXT: sync 1
// CHECK-NEXT: sync 1: 1
// CHECK-NOT: FAULT
// CHECK: sync balanced, births yes
