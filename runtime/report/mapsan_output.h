// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where reports go: stderr, or what log_path says.

#ifndef MAPSAN_OUTPUT_H
#define MAPSAN_OUTPUT_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {
using namespace __sanitizer;

/// Turns the flag log_path into a place that can be written to; says so and
/// stays with stderr if it cannot.
void InitializeOutput();

/// Writes all of it at once, unbuffered: it is out when this returns. Opens
/// the log of this process if need be.
void WriteOutput(const char *text, uptr size);

/// The same for a signal handler: takes no lock and opens nothing, and so goes
/// to stderr if this process has no log yet.
void WriteOutputFromSignal(const char *text, uptr size);

} // namespace __mapsan

#endif // MAPSAN_OUTPUT_H
