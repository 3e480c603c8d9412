// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Takes findings: suppresses, deduplicates, counts and prints them.

#ifndef MAPSAN_REPORT_H
#define MAPSAN_REPORT_H

#include "mapsan_finding.h"

struct mapsan_report; // include/mapsan/interface.h

namespace __mapsan {

struct History;

/// Reports one finding: printed and flushed when it returns, unless it is
/// suppressed, a duplicate or over a limit. Called by the detecting thread,
/// with ScopedRuntime raised and no lock of the runtime held. May not return
/// (halt_on_error). Thread-safe.
void ReportFinding(const Finding &finding);

/// Suppressions and this process' own history. Called by Initialize, after
/// InitializeFlags.
void InitializeReports();

/// No findings from here on, for `why`, which is said once: what was found
/// could be false. Any thread, no lock held.
void StopReporting(const char *why);

/// Around a fork, so that the child inherits no report that is half printed,
/// nor a symbolizer in the middle of an answer. In the child the lock is new.
void LockReportsBeforeFork();
void UnlockReportsInParent();

/// Reports printed by this process (not by the one it was forked from);
/// candidates only with candidates=error, discipline likewise.
u32 ReportCount();

/// What this process has reported; also for signal handlers, which read only.
History *ReportHistory();

/// Called after each printed report; null: nobody.
void SetReportCallback(void (*callback)(const mapsan_report *));

} // namespace __mapsan

#endif // MAPSAN_REPORT_H
