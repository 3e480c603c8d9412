// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keeps the reports of a trial: reports.h.

#include "reports.h"

#include <cstring>
#include <mutex>

namespace {

/// Reports come from the thread that is on; the two of a trial never race
/// here, as they take turns.
struct Kept {
  std::string kind;
  const void *map;
  std::string current, previous;
};
constexpr int kMost = 16;
Kept kept[kMost];
int count;
bool keeping;

void keep(const mapsan_report *report) {
  if (!keeping)
    return;
  if (count < kMost)
    kept[count] = {report->kind, report->map, report->current.operation,
                   report->previous.operation};
  count++;
}

/// "operator[] (inserted)" is an operator[], "operator==" a std::operator==.
bool isOperation(const std::string &text, std::string name) {
  if (text == name)
    return true;
  std::size_t scope = name.rfind("::");
  if (scope != std::string::npos && text.rfind("operator", 0) == 0)
    name = name.substr(scope + 2);
  return text == name || text.rfind(name + " (", 0) == 0;
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

bool ReportedOperation(const std::string &name) {
  return any([&](const Kept &report) {
    return isOperation(report.current, name) ||
           isOperation(report.previous, name);
  });
}

bool ReportedOnlyWithin(const void *begin, unsigned long bytes) {
  return !any([&](const Kept &report) {
    return (unsigned long)report.map - (unsigned long)begin >= bytes;
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
