// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For declarations of variables that the fast paths read.

#ifndef MAPSAN_HIDDEN_H
#define MAPSAN_HIDDEN_H

/// The variable is of this module. (Without this the compiler takes it for
/// another module's, whose address has to be looked up, in spite of
/// -fvisibility=hidden, which is about definitions.)
#define MAPSAN_HIDDEN __attribute__((visibility("hidden")))

#endif // MAPSAN_HIDDEN_H
