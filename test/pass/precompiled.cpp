// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: export MAPSAN_PASS_OPTIONS=repeats=1:locals=1
// RUN: %clang -I%mapsan_source/include -c %S/Inputs/printing-runtime.c -o %t.rt.o
//
// A precompiled header.
// RUN: %clangxx -std=c++20 -g -fpass-plugin=%mapsan_pass -x c++-header %S/Inputs/table.h -o %t.pch
// RUN: %clangxx -std=c++20 -g -fpass-plugin=%mapsan_pass -include-pch %t.pch -I%S/Inputs %s %t.rt.o -o %t
// RUN: %t | %FileCheck %s
//
// A C++20 module.
// RUN: %clangxx -std=c++20 -g -fpass-plugin=%mapsan_pass -I%S/Inputs --precompile %S/Inputs/table.cppm -o %t.pcm
// RUN: %clangxx -std=c++20 -g -fpass-plugin=%mapsan_pass -c %t.pcm -o %t.module.o
// RUN: %clangxx -std=c++20 -g -fpass-plugin=%mapsan_pass -DMODULE -fmodule-file=table=%t.pcm %s %t.module.o %t.rt.o -o %t
// RUN: %t | %FileCheck %s
//
// IR that was treated already.
// RUN: %clangxx -std=c++20 -g -O1 -fpass-plugin=%mapsan_pass -I%S/Inputs -S -emit-llvm %s -o %t.ll
// RUN: %clangxx -O1 -fpass-plugin=%mapsan_pass %t.ll %t.rt.o -o %t
// RUN: %t | %FileCheck %s
// Intent: every road from source to object treats the code exactly once.

#ifdef MODULE
import table;
#else
#include "table.h"
#endif

int main() {
  Table table;
  return table.put(1) - 1;
}

// CHECK: constructor std::map<int, int>
// CHECK-NEXT: operator[] std::map<int, int> 'this->entries' in Table{{(@table)?}}::put
// CHECK-NEXT: changed, size 1
// CHECK-NEXT: size std::map<int, int> 'this->entries'
// CHECK-NEXT: destructor std::map<int, int>
// CHECK-NEXT: begin 4, end 4, unwind 0, open 0
