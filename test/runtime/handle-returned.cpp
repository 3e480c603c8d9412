// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: a handle that a function returns arrives where the same function's
// result does, once; nothing is taken for it that is not. The hooks are called
// by hand.

// RUN: %mapsan-clangxx -g -O1 -I %mapsan_prefix/include %s -o %t
// RUN: %t 2>&1 | %FileCheck %s

#include "Inputs/handles.h"
#include <cstdio>

static hand::Bag numbers;

// Whether it arrives at `element`, for the function `id`.
static bool arrives(const void *element, std::uint64_t id) {
  hand::Handle handle;
  handle.watch = &numbers; // what the variable held before
  __mapsan_handle_received(&handle, element, id);
  return handle.watch;
}

int main() {
  const hand::Node *it;
  hand::Handle handle;
  HAND_INSERT(numbers, 1);
  HAND_INSERT(numbers, 2);
  HAND_BEGIN(it, handle, numbers);

  __mapsan_handle_returned(&handle, it, 7);
  std::printf("arrived %d", arrives(it, 7));
  std::printf(", again %d\n", arrives(it, 7));
  __mapsan_handle_returned(&handle, it, 7);
  std::printf("of another function %d", arrives(it, 8));
  std::printf(", then %d\n", arrives(it, 7));
  __mapsan_handle_returned(&handle, it, 7);
  std::printf("of another element %d\n", arrives(it->next, 7));
  hand::Handle unknown;
  __mapsan_handle_returned(&unknown, it, 7);
  std::printf("nothing known %d\n", arrives(it, 7));
}

// CHECK: arrived 1, again 0
// CHECK: of another function 0, then 0
// CHECK: of another element 0
// CHECK: nothing known 0
// CHECK-NOT: MapSanitizer
