// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The one file that includes <sys/sem.h>: see mapsan_libc_objects.cpp.

#include "mapsan_system_v_objects.h"
#include <errno.h>
#include <sys/sem.h>
#include <sys/syscall.h>

extern "C" long syscall(long number, ...);

namespace __mapsan {

SemaphoreOperation OperationAt(const void *sembufs, uptr i) {
  const sembuf &op = static_cast<const sembuf *>(sembufs)[i];
  return {op.sem_num, op.sem_op};
}

SemaphoreCommand CommandOf(int command) {
  switch (command) {
  case SETVAL:
    return SemaphoreCommand::Set;
  case SETALL:
    return SemaphoreCommand::SetAll;
  case GETVAL:
    return SemaphoreCommand::Get;
  case GETALL:
    return SemaphoreCommand::GetAll;
  default:
    return SemaphoreCommand::Other;
  }
}

u32 SizeOfSet(int set) {
  int saved = errno;
  semid_ds state = {};
  long failed = syscall(SYS_semctl, set, 0, IPC_STAT, &state); // not ours
  errno = saved;
  return failed ? 0 : static_cast<u32>(state.sem_nsems);
}

} // namespace __mapsan
