// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Signals that end the process: a crash inside a racing container must not
// take the report with it.

#ifndef MAPSAN_SIGNALS_H
#define MAPSAN_SIGNALS_H

namespace __mapsan {

/// Puts our handlers before those that are there, if the flag handle_signals
/// says so. Called by Initialize, and again before main for those sanitizers
/// that install theirs later than we do; idempotent.
///
/// A handler that the program installs afterwards replaces ours.
void InitializeSignals();

} // namespace __mapsan

#endif // MAPSAN_SIGNALS_H
