// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What was looked at in a run: so that silence can be told from blindness.

#ifndef MAPSAN_SUMMARY_H
#define MAPSAN_SUMMARY_H

namespace __mapsan {

/// Prints the run-time summary.
void PrintRunSummary();

} // namespace __mapsan

#endif // MAPSAN_SUMMARY_H
