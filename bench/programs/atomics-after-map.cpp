// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The same atomic operations in a program that has used maps on two threads:
// now there is news for them to carry.

#include "atomics.h"
#include <map>

int main(int argc, char **argv) {
  std::map<uint32_t, uint32_t> table;
  for (uint32_t key = 0; key < 64; ++key)
    table[key] = key;
  const auto &shared = table;
  work::onThreads(2, [&](unsigned) { work::keep(shared.count(7)); });
  work::atomics(work::steps(argc, argv, 30'000'000));
}
