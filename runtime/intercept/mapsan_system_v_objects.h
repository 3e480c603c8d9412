// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What interceptors must know of the C library's <sys/sem.h>.

#ifndef MAPSAN_SYSTEM_V_OBJECTS_H
#define MAPSAN_SYSTEM_V_OBJECTS_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

struct SemaphoreOperation {
  u32 number;
  int change; // 0: a wait for zero
};
/// The i-th of an array of sembuf.
SemaphoreOperation OperationAt(const void *sembufs, uptr i);

enum class SemaphoreCommand { Other, Set, SetAll, Get, GetAll };
/// Of semctl's.
SemaphoreCommand CommandOf(int command);

/// How many semaphores it has; 0: there is none, or it may not be asked. Keeps
/// errno.
u32 SizeOfSet(int set);

} // namespace __mapsan

#endif // MAPSAN_SYSTEM_V_OBJECTS_H
