// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the rest of the runtime asks of the interceptors.

#ifndef MAPSAN_INTERCEPT_H
#define MAPSAN_INTERCEPT_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {

/// Finds the real functions and registers for exit and fork. Called once by
/// Initialize, as early as possible: handlers registered first run last.
void InitializeInterceptors();

/// ThreadFinish will be called when the calling thread ends, after its TLS
/// destructors. For threads whose start was not seen; those that come through
/// pthread_create and the main thread are watched already.
void WatchThreadEnd();

} // namespace __mapsan

#endif // MAPSAN_INTERCEPT_H
