// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Start of the runtime: see mapsan_init.h.

#include "mapsan_init.h"

#include "../clock/mapsan_lent.h"
#include "../clock/mapsan_live_filter.h"
#include "../clock/mapsan_lockset.h"
#include "../clock/mapsan_sync_object.h"
#include "../clock/mapsan_thread.h"
#include "../intercept/mapsan_intercept.h"
#include "../maps/mapsan_map_table.h"
#include "../report/mapsan_exit.h"
#include "../report/mapsan_signals.h"
#include "mapsan_flags.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_posix.h"

#include <sys/mman.h>

namespace __mapsan {

bool init_internal::active;

// For the tables that are reserved at the start, and used where they are
// needed.
static constexpr uptr kReserved = 128 << 20;

static bool HaveRoom() {
  uptr p = internal_mmap(nullptr, kReserved, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (internal_iserror(p))
    return false;
  internal_munmap(reinterpret_cast<void *>(p), kReserved);
  return true;
}

void Initialize() {
  static bool begun;
  if (begun)
    return;
  begun = true;
  SanitizerToolName = "MapSanitizer";
  // It warns where there is no /proc, which a silent program is not to show.
  char path[16];
  if (!internal_iserror(
          internal_readlink("/proc/self/exe", path, sizeof(path))))
    CacheBinaryName();
  InitializeFlags();
  if (flags()->enabled && !HaveRoom()) {
    Printf("MapSanitizer: the limit on the address space (ulimit -v) leaves no "
           "room for the %zu MiB that MapSan reserves: this run is not "
           "watched\n",
           kReserved >> 20);
    flags()->enabled = false;
  }
  if (!flags()->enabled) {
    // No thread gets a record, so hooks and interceptors pass through.
    InitializeInterceptors();
    return;
  }
  if (!Takes(FastPath::no_map_used))
    NoteMapUsed();
  live_filter.Initialize();
  InitializeSync();
  news::Initialize();
  lent::Initialize();
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
