// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Short-lived threads, one after the other and in pairs, each with a look at a
// common map.

#include "work.h"
#include <map>

int main(int argc, char **argv) {
  const long pairs = work::steps(argc, argv, 8'000);
  std::map<uint32_t, uint32_t> table{{1, 2}, {3, 4}};
  const auto &shared = table;
  for (long i = 0; i < pairs; ++i)
    work::onThreads(2, [&](unsigned) { work::keep(shared.count(3)); });
}
