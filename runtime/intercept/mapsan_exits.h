// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The end of the process: its exit status is the report's to decide.

#ifndef MAPSAN_EXITS_H
#define MAPSAN_EXITS_H

namespace __mapsan {

/// Handlers that run after all of the program's own; so: first thing.
void InitializeExits();

/// The calling process is the one to speak for: at the start, and in the child
/// of fork.
void RememberProcess();
/// It is the calling one, not a child of vfork that has its memory.
bool InRememberedProcess();

} // namespace __mapsan

#endif // MAPSAN_EXITS_H
