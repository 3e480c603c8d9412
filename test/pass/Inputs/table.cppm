// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The module of precompiled.cpp.
module;
#include <map>
export module table;

export struct Table {
  std::map<int, int> entries;
  int put(int key) {
    entries[key] = key;
    return static_cast<int>(entries.size());
  }
};
