// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An instrumented shared library for a host that knows nothing of MapSan.
#include <unordered_map>

static std::unordered_map<int, int> Table;

extern "C" void tableWrite(int Key) { Table[Key] = 1; }
extern "C" bool tableRead(int Key) { return Table.count(Key) != 0; }
