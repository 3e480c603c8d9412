// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory for the runtime itself: sanitizer_common's internal allocator behind
// the calling thread's own cache, so that no two threads meet on a lock.

#ifndef MAPSAN_ALLOC_H
#define MAPSAN_ALLOC_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

/// Uninitialised memory, 16-byte aligned. Never returns null (dies instead).
void *RuntimeAlloc(uptr size);
/// Null is allowed.
void RuntimeFree(void *p);

} // namespace __mapsan

#endif // MAPSAN_ALLOC_H
