// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts a report's view on lines. No decisions are taken here.

#ifndef MAPSAN_PRINTER_H
#define MAPSAN_PRINTER_H

#include "mapsan_view.h"

namespace __mapsan {

void PrintReport(InternalScopedString *out, const ReportView &view);

/// The last line, without its newline.
void PrintSummaryLine(InternalScopedString *out, const ReportView &view);

} // namespace __mapsan

#endif // MAPSAN_PRINTER_H
