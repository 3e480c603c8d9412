// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Cases in which one thread hands something to another through the kernel.

#ifndef MAPSAN_TEST_HANDED_H
#define MAPSAN_TEST_HANDED_H

#include "cases.h"

// One thread hands over after its write, the other takes over before its own.
#define HANDED(Expected, Things, Give, Take)                                   \
  Expected {                                                                   \
    Things;                                                                    \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Give;                                                                \
        },                                                                     \
        [&] {                                                                  \
          Take;                                                                \
          WRITE;                                                               \
        });                                                                    \
  }
#define ORDERED(Name, Rule, ...) HANDED(SILENT(Name, Rule), __VA_ARGS__)
#define UNORDERED(Name, ...) HANDED(RACE(Name), __VA_ARGS__)

#endif // MAPSAN_TEST_HANDED_H
