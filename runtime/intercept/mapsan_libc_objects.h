// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What interceptors must know of the C library's own structures.

#ifndef MAPSAN_LIBC_OBJECTS_H
#define MAPSAN_LIBC_OBJECTS_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

extern const uptr kMutexSize, kRwlockSize, kSpinlockSize, kSemaphoreSize,
    kBarrierSize;
extern const int kSerialThread; // of pthread_barrier_wait

/// pthread_mutex_unlock by this thread will fail: a mutex of a type that is
/// checked, and not ours. Makes a system call for those types.
bool UnlockWillFail(const void *mutex);

struct MutexType {
  bool recursive; // its owner may take it again
  bool robust;    // the next owner is told that this one died with it
};
namespace libc_internal {
// glibc's, checked against its headers in the .cpp file.
constexpr uptr kKindOfMutex = 16; // where it lies
constexpr int kTypes = 3, kRecursive = 1, kRobust = 16;
constexpr int kInherits = 32, kProtects = 64; // priorities
constexpr int kOwnerDead = 130;
inline int KindOf(const void *mutex) {
  return __atomic_load_n(reinterpret_cast<const int *>(
                             reinterpret_cast<uptr>(mutex) + kKindOfMutex),
                         __ATOMIC_RELAXED);
}
} // namespace libc_internal

inline MutexType TypeOf(const void *mutex) {
#if SANITIZER_GLIBC
  using namespace libc_internal;
  int kind = KindOf(mutex);
  return {(kind & kTypes) == kRecursive, (kind & kRobust) != 0};
#else
  return {true, false};
#endif
}

/// Some thread has the mutex at about this moment. (Unknown: none.)
inline bool IsTaken(const void *mutex) {
#if SANITIZER_GLIBC
  return __atomic_load_n(static_cast<const int *>(mutex), __ATOMIC_RELAXED);
#else
  return false;
#endif
}

/// Of no type that checks or remembers its owner, and with nothing but the
/// owner in what IsTaken looks at.
inline bool IsNormal(const void *mutex) {
#if SANITIZER_GLIBC
  using namespace libc_internal;
  int kind = KindOf(mutex);
  return !(kind & (kTypes | kRobust | kInherits | kProtects));
#else
  return false;
#endif
}
/// There is one processor for this process. (Unknown: there are more.)
bool HasOneProcessor();

/// As most are: neither recursive nor robust.
inline bool IsPlain(MutexType type) { return !type.recursive && !type.robust; }

/// Its barrier is for other processes, too. Null: it is not.
bool BarrierIsShared(const void *pthread_barrierattr);

/// The real function took the mutex: 0, or the previous owner died with it.
inline bool TookMutex(int result) {
  return result == 0 || result == libc_internal::kOwnerDead;
}

/// (Of null: the defaults.)
bool CreatesDetached(const void *pthread_attr);
/// The thread will begin with another signal mask than its parent's.
bool SetsSignalMask(const void *pthread_attr);
/// The calling thread cannot be joined.
bool SelfIsDetached();

/// Calls function(arg); if the thread is cancelled (or exits) inside, calls
/// cleanup(arg) before the program's own cleanup handlers.
int CallWithCleanup(int (*function)(void *), void (*cleanup)(void *),
                    void *arg);

} // namespace __mapsan

#endif // MAPSAN_LIBC_OBJECTS_H
