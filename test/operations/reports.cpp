// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keeps the reports of a trial: reports.h.

#include "reports.h"

#include <cstring>
#include <mutex>

namespace {

/// Reports come from the thread that is on; the two of a trial never race
/// here, as they take turns.
struct Kept {
  std::string kind, current, previous;
};
constexpr int kMost = 16;
Kept kept[kMost];
int count;
bool keeping;

void keep(const mapsan_report *report) {
  if (!keeping)
    return;
  if (count < kMost)
    kept[count] = {report->kind, report->operation,
                   report->previous_operation ? report->previous_operation
                                              : ""};
  count++;
}

template <class Condition> bool any(Condition condition) {
  for (int i = 0; i < count && i < kMost; i++)
    if (condition(kept[i]))
      return true;
  return false;
}

} // namespace

void ListenToReports() { mapsan_set_report_callback(keep); }
void ClearReports() {
  count = 0;
  keeping = true;
}
void StopReports() { keeping = false; }
int ReportCount() { return count; }

bool ReportedOperation(const char *name) {
  return any([&](const Kept &report) {
    return report.current == name || report.previous == name;
  });
}

bool ReportedKind(const char *words) {
  return any([&](const Kept &report) { return report.kind == words; });
}

std::string ReportsAsText() {
  std::string text;
  any([&](const Kept &report) {
    text += (text.empty() ? ": " : "; ") + report.kind + " (" + report.current +
            " / " + report.previous + ")";
    return false;
  });
  return text;
}
