// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where a thread has found the clocks of locks lately.

#ifndef MAPSAN_KNOWN_LOCKS_H
#define MAPSAN_KNOWN_LOCKS_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

struct SyncObject;

/// By the lock's address. What is found may be another object's by now: its
/// memory is type-stable, and it says itself whose it is. Owned by the thread.
class KnownLocks {
public:
  SyncObject *&For(uptr addr) {
    return objects_[(addr >> 3 ^ addr >> 9) % kEntries];
  }
  void ForgetAll() {
    for (SyncObject *&object : objects_)
      object = nullptr;
  }

private:
  static constexpr u32 kEntries = 64;
  SyncObject *objects_[kEntries];
};

} // namespace __mapsan

#endif // MAPSAN_KNOWN_LOCKS_H
