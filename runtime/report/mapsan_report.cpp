// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Takes findings: suppresses, deduplicates, counts and prints them.

#include "mapsan_report.h"

#include "../../include/mapsan/interface.h"
#include "../entry/mapsan_flags.h"
#include "mapsan_candidate.h"
#include "mapsan_exit.h"
#include "mapsan_history.h"
#include "mapsan_output.h"
#include "mapsan_printer.h"
#include "mapsan_suppressions.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_mutex.h"
#include "sanitizer_common/sanitizer_placement_new.h"

namespace __mapsan {

namespace {

using Callback = void (*)(const mapsan_report *);

// Of this process. One report is built and printed at a time; duplicates do
// not come as far as the mutex.
struct Reporter {
  atomic_sint32_t pid;
  atomic_uintptr_t callback;
  History history;
  atomic_uint32_t stopped;
  alignas(Mutex) char mutex[sizeof(Mutex)];
  bool limit_told;

  Mutex *GetMutex() { return reinterpret_cast<Mutex *>(mutex); }
};
Reporter reporter;

constexpr int kBeingReset = -1;

// After a fork the child is a process of its own: nothing reported so far, and
// a mutex that a thread of the parent may have held is nobody's.
void EnterProcess() {
  int pid = internal_getpid();
  int seen = atomic_load(&reporter.pid, memory_order_acquire);
  if (seen == pid)
    return;
  if (seen != kBeingReset &&
      atomic_compare_exchange_strong(&reporter.pid, &seen, kBeingReset,
                                     memory_order_acquire)) {
    reporter.history.Clear();
    reporter.limit_told = false;
    new (reporter.mutex) Mutex();
    // Released to those who find the new pid: the mutex is in shape.
    atomic_store(&reporter.pid, pid, memory_order_release);
    return;
  }
  while (atomic_load(&reporter.pid, memory_order_acquire) != pid)
    internal_sched_yield();
}

bool OverLimit(u32 count, int limit) {
  return limit && count >= static_cast<u32>(limit);
}

void Tell(const char *text) { WriteOutput(text, internal_strlen(text)); }

Leniency LeniencyFor(Grade grade) {
  return grade == Grade::Candidate    ? flags()->candidates
         : grade == Grade::Discipline ? flags()->discipline
                                      : Leniency::Error;
}

// Findings that are to be reported and not to count.
bool IsAside(const Finding &finding) {
  return LeniencyFor(finding.grade) != Leniency::Error;
}

// Their limits and counts are their own: they do not crowd out races.
// (Maps are aligned: no map lies at the odd address; of elements two count
// together.)
uptr MapKey(const Finding &finding) {
  return RoundDownTo(finding.map, 2) | IsAside(finding);
}
atomic_uint32_t *Counter(const Finding &finding) {
  History *history = &reporter.history;
  return !IsAside(finding)                   ? &history->reports
         : finding.grade == Grade::Candidate ? &history->candidates
                                             : &history->discipline;
}

void Remember(const Finding &finding, u64 key) {
  if (!IsAside(finding)) // an overlap that a crash shows is more than that
    reporter.history.printed.Insert(
        SitesKey(finding.current.site, finding.previous.site));
  reporter.history.printed.Insert(key);
}

// The finding will not be printed, and the reader should know.
bool Drop(const Finding &finding, u64 key) {
  History *history = &reporter.history;
  uptr map = MapKey(finding);
  if (OverLimit(atomic_load(Counter(finding), memory_order_relaxed),
                flags()->max_reports)) {
    if (!reporter.limit_told) {
      InternalScopedString text;
      text.AppendF("MapSanitizer: %d reports printed, no more will be "
                   "(max_reports)\n",
                   flags()->max_reports);
      Tell(text.data());
    }
    reporter.limit_told = true;
  } else if (OverLimit(history->maps.Of(map), flags()->max_reports_per_map)) {
    if (history->maps.Of(map) ==
        static_cast<u32>(flags()->max_reports_per_map)) {
      InternalScopedString text;
      text.AppendF("MapSanitizer: %d reports printed about the map at %p, no "
                   "more will be (max_reports_per_map)\n",
                   flags()->max_reports_per_map,
                   reinterpret_cast<void *>(finding.map));
      Tell(text.data());
      history->maps.Add(map); // told once
    }
  } else {
    return false;
  }
  atomic_fetch_add(&history->dropped, 1, memory_order_relaxed);
  history->printed.Insert(key);
  return true;
}

const char *OrEmpty(const char *text) { return text ? text : ""; }

mapsan_operation ForCallback(const OperationView &operation) {
  mapsan_operation result = {};
  const Frame *frame = operation.known ? operation.stack.user : nullptr;
  result.operation = OrEmpty(operation.operation);
  result.effect = OrEmpty(operation.noun);
  result.function = OrEmpty(frame ? frame->function : nullptr);
  result.file = OrEmpty(frame ? frame->file : nullptr);
  result.line = frame ? frame->line : 0;
  result.column = frame ? frame->column : 0;
  result.thread = OrEmpty(operation.thread);
  result.locks = operation.lock_count;
  return result;
}

void CallBack(const ReportView &view, InternalScopedString *text) {
  uptr callback = atomic_load(&reporter.callback, memory_order_acquire);
  if (!callback)
    return;
  InternalScopedString summary;
  PrintSummaryLine(&summary, view);
  RemoveANSIEscapeSequencesFromString(text->data());
  mapsan_report report = {};
  report.size = sizeof(report);
  report.kind = view.kind;
  report.grade = view.grade;
  report.text = text->data();
  report.summary = summary.data();
  report.map_name = OrEmpty(view.map_name);
  report.map_type = OrEmpty(view.map_type);
  report.map = reinterpret_cast<const void *>(view.finding->map);
  report.current = ForCallback(view.current);
  report.previous = ForCallback(view.previous);
  reinterpret_cast<Callback>(callback)(&report);
}

// True if it was printed.
bool Print(const Finding &finding, const ReportView &view, u64 key,
           InternalScopedString *text) {
  History *history = &reporter.history;
  if (IsSuppressed(view)) {
    history->suppressed.Insert(SuppressionKey(finding));
    atomic_fetch_add(&history->suppressions, 1, memory_order_relaxed);
    return false;
  }
  if (Drop(finding, key))
    return false;
  PrintReport(text, view);
  WriteOutput(text->data(), text->length());
  Remember(finding, key);
  history->maps.Add(MapKey(finding));
  atomic_fetch_add(Counter(finding), 1, memory_order_relaxed);
  return true;
}

} // namespace

void InitializeReports() {
  EnterProcess();
  InitializeSuppressions();
}

void StopReporting(const char *why) {
  if (atomic_exchange(&reporter.stopped, 1, memory_order_relaxed))
    return;
  InternalScopedString text;
  text.AppendF("MapSanitizer: %s: nothing is reported from here on\n", why);
  Tell(text.data());
}

void LockReportsBeforeFork() {
  EnterProcess();
  reporter.GetMutex()->Lock();
}

void UnlockReportsInParent() { reporter.GetMutex()->Unlock(); }

u32 ReportCount() {
  EnterProcess();
  return atomic_load(&reporter.history.reports, memory_order_relaxed);
}

History *ReportHistory() { return &reporter.history; }

void SetReportCallback(Callback callback) {
  atomic_store(&reporter.callback, reinterpret_cast<uptr>(callback),
               memory_order_release);
}

void ReportFinding(const Finding &found) {
  if (atomic_load(&reporter.stopped, memory_order_relaxed))
    return;
  EnterProcess();
  History *history = &reporter.history;
  Finding finding = found;
  Judge(&finding);
  if (LeniencyFor(finding.grade) == Leniency::Ignore)
    return;
  if (finding.grade == Grade::Candidate) {
    Finding race = found;
    race.grade = Grade::Unordered;
    if (history->printed.Contains(ReportKey(race)))
      return; // told as a race already
  }
  u64 key = ReportKey(finding);
  if (history->printed.Contains(key) ||
      history->suppressed.Contains(SuppressionKey(finding)))
    return;
  TextArena arena;
  InternalScopedString text;
  ReportView *view;
  {
    Lock lock(reporter.GetMutex());
    if (history->printed.Contains(key))
      return;
    view = BuildView(&arena, finding);
    if (!Print(finding, *view, key, &text))
      return;
    if (flags()->halt_on_error && !IsAside(finding)) {
      // The lock is never given back: nobody else reports now.
      CallBack(*view, &text);
      HaltProcess();
    }
  }
  CallBack(*view, &text);
}

} // namespace __mapsan
