// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The end of the process: its exit status, and what is printed then.

#include "mapsan_exit.h"

#include "../entry/mapsan_flags.h"
#include "../entry/mapsan_init.h"
#include "mapsan_report.h"
#include "mapsan_summary.h"
#include "mapsan_suppressions.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

namespace {
atomic_sint32_t finalized_pid; // a forked child ends for itself
} // namespace

int ExitStatus(int status) {
  if (!Active())
    return status;
  FinalizeAtExit();
  if (!flags()->exitcode || !ReportCount())
    return status;
  return flags()->exitcode;
}

void FinalizeAtExit() {
  if (!Active())
    return;
  int pid = internal_getpid();
  if (atomic_exchange(&finalized_pid, pid, memory_order_relaxed) == pid)
    return;
  if (flags()->print_suppressions)
    PrintUsedSuppressions();
  if (flags()->summary)
    PrintRunSummary();
}

void HaltProcess() {
  FinalizeAtExit();
  internal__exit(flags()->exitcode);
}

} // namespace __mapsan
