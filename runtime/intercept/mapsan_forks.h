// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fork: the child has one thread and all of the memory.

#ifndef MAPSAN_FORKS_H
#define MAPSAN_FORKS_H

namespace __mapsan {

/// Before the program's own handlers are registered, so that ours enclose the
/// fork itself and nothing else.
void InitializeForks();

} // namespace __mapsan

#endif // MAPSAN_FORKS_H
