// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Atomic operations and no map.

#include "atomics.h"

int main(int argc, char **argv) {
  work::atomics(work::steps(argc, argv, 30'000'000));
}
