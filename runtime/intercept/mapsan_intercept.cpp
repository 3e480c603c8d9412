// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Start of the interceptors.

#include "mapsan_intercept.h"
#include "mapsan_caller.h"
#include "mapsan_exits.h"
#include "mapsan_forks.h"
#include "mapsan_frameless.h"
#include "mapsan_malloc.h"
#include "mapsan_real.h"
#include "mapsan_thread_end.h"

namespace __mapsan {

void InitializeInterceptors() {
  InitializeExits();
  InitializeForks();
  ResolveRealFunctions();
  InitializeMalloc();
  InitializeCallers();
  InitializeFrameless();
  InitializeThreadEnd();
}

} // namespace __mapsan
