// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Start of the runtime: see mapsan_init.h.

#include "mapsan_init.h"

#include "../clock/mapsan_bucket.h"
#include "../clock/mapsan_lockset.h"
#include "../clock/mapsan_sync_object.h"
#include "../clock/mapsan_thread.h"
#include "../intercept/mapsan_intercept.h"
#include "../maps/mapsan_map_table.h"
#include "../report/mapsan_exit.h"
#include "../report/mapsan_signals.h"
#include "mapsan_flags.h"

namespace __mapsan {

bool init_internal::active;

void Initialize() {
  static bool begun;
  if (begun)
    return;
  begun = true;
  SanitizerToolName = "MapSanitizer";
  CacheBinaryName();
  InitializeFlags();
  if (!flags()->enabled) {
    // No thread gets a record, so hooks and interceptors pass through.
    InitializeInterceptors();
    return;
  }
  live_filter.Initialize();
  InitializeSync();
  InitializeMapTable();
  InitializeLocksets();
  InitializeThreads();
  Thread *thr = CurrentThreadRaw();
  ScopedRuntime runtime(thr);
  InitializeInterceptors();
  InitializeSignals();
  init_internal::active = true;
}

} // namespace __mapsan

// Before all constructors. (In the shared object the entry moves to
// .init_array: see runtime/CMakeLists.txt.)
__attribute__((section(".preinit_array"),
               used)) static void (*start)() = __mapsan::Initialize;
