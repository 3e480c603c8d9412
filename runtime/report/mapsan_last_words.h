// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is left to say when the process dies of a signal. No allocation, no
// lock, no symbolizer: the call sites carry all that is printed.

#ifndef MAPSAN_LAST_WORDS_H
#define MAPSAN_LAST_WORDS_H

namespace __mapsan {

/// A fatal signal: races whose kind waited for the end of an operation, and
/// maps that two threads are inside of at this moment.
void PrintCrash();

/// Somebody ends the process: the same races, and operations on reported maps
/// that have not moved for a while.
void PrintTermination();

} // namespace __mapsan

#endif // MAPSAN_LAST_WORDS_H
