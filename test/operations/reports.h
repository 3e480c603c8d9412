// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The reports of one trial, taken from MapSan's report callback.

#ifndef MAPSAN_TEST_REPORTS_H
#define MAPSAN_TEST_REPORTS_H

#include <mapsan/interface.h>
#include <string>

void ListenToReports();
/// Between these two, reports are kept.
void ClearReports();
void StopReports();

int ReportCount();
/// Whether a report has the name on one of its sides.
bool ReportedOperation(const std::string &name);
/// Whether every report is about a map in these bytes.
bool ReportedOnlyWithin(const void *begin, unsigned long bytes);
bool ReportedKind(const char *words);
/// ", got: ..." or nothing.
std::string ReportsAsText();

#endif // MAPSAN_TEST_REPORTS_H
