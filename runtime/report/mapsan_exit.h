// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The end of the process: its exit status, and what is printed then.

#ifndef MAPSAN_EXIT_H
#define MAPSAN_EXIT_H

namespace __mapsan {

/// The process is about to end with `status`: finalizes, and returns the status
/// to end with instead, which is the flag exitcode if something was reported.
int ExitStatus(int status);

/// Prints the summary and the used suppressions, where asked for; once in a
/// process, however often it is called.
void FinalizeAtExit();

/// Ends the process now, with the flag exitcode (halt_on_error).
[[noreturn]] void HaltProcess();

} // namespace __mapsan

#endif // MAPSAN_EXIT_H
