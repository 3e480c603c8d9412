// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %clang -I%mapsan_source/include -c %S/Inputs/printing-runtime.c -o %t.rt.o
// RUN: %clangxx -std=c++20 -g -O0 -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t
// RUN: %t | %FileCheck %s
// RUN: %clangxx -std=c++20 -g -O2 -fpass-plugin=%mapsan_pass %s %t.rt.o -o %t
// RUN: %t | %FileCheck %s
// Intent: hooks in a coroutine survive its splitting; its locals and
// parameters keep their names; an exception leaves nothing open.

#include <coroutine>
#include <exception>
#include <map>

struct Task {
  struct promise_type {
    bool failed = false;
    Task get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int) { return {}; }
    void return_void() {}
    void unhandled_exception() { failed = true; }
  };
  std::coroutine_handle<promise_type> handle;
};

Task count(std::map<int, int> taken, int n) {
  std::map<int, int> local;
  for (int i = 0; i < n; ++i) {
    local[i] = i;
    taken.clear();
    co_yield i;
  }
  local.at(-1);
}

int main() {
  Task task = count({{1, 1}}, 2);
  while (!task.handle.done())
    task.handle.resume();
  // CHECK: constructor {{.*}} 'local' in count
  // CHECK: operator[] {{.*}} 'local' in count
  // CHECK-NEXT: changed, size 1
  // CHECK-NEXT: clear {{.*}} 'taken' in count
  // CHECK-NEXT: changed, size 0
  // CHECK-NEXT: operator[] {{.*}} 'local' in count
  // CHECK-NEXT: changed, size 2
  // CHECK-NEXT: clear {{.*}} 'taken' in count
  // CHECK-NEXT: unchanged, size 0
  // CHECK-NEXT: at {{.*}} 'local' in count
  // CHECK-NEXT: unwound
  // CHECK-NEXT: destructor {{.*}} 'local' in count
  bool failed = task.handle.promise().failed;
  task.handle.destroy();
  return !failed;
}
// CHECK-NOT: FAULT
// CHECK: unwind 1, open 0
