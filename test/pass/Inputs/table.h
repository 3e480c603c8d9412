// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The header of precompiled.cpp.
#pragma once
#include <map>

struct Table {
  std::map<int, int> entries;
  int put(int key) {
    entries[key] = key;
    return static_cast<int>(entries.size());
  }
};
