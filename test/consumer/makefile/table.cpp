// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The part of the program that lives in a static library.
#include <unordered_map>

static std::unordered_map<int, int> Hits;

void hit(int Page) { ++Hits[Page]; }
