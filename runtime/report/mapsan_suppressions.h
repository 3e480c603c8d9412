// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Suppressions: findings that the user does not want to hear of.

#ifndef MAPSAN_SUPPRESSIONS_H
#define MAPSAN_SUPPRESSIONS_H

#include "mapsan_view.h"

namespace __mapsan {

/// Reads the file that the flag `suppressions` names, if any. What is wrong
/// with it is said in warnings, by line. Called once, with one thread.
void InitializeSuppressions();

/// Reads suppressions from text; `source` is for warnings.
void AddSuppressions(const char *text, const char *source);

/// A suppression matches one of the two operations. Under the report's lock.
bool IsSuppressed(const ReportView &view);

/// Lists those that were used, if any.
void PrintUsedSuppressions();

} // namespace __mapsan

#endif // MAPSAN_SUPPRESSIONS_H
