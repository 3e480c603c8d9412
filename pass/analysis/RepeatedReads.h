// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds reads that only repeat what an earlier operation has told the runtime:
// the end() of `m.find(k) != m.end()`, and of each round of a loop over m that
// does nothing else.

#ifndef MAPSAN_PASS_ANALYSIS_REPEATEDREADS_H
#define MAPSAN_PASS_ANALYSIS_REPEATEDREADS_H

#include "HookSites.h"
#include "QuietCalls.h"

namespace mapsan {

// Sets MapCall::Repeats of each read that, on whatever way it is reached, comes
// after one and the same earlier operation of its family with nothing but quiet
// instructions (QuietCalls.h) since the last time that was carried out. Whether
// both are on one map is asked where the program runs.
//
// If they are, the read tells nothing new. Between the two the thread has
// neither released nor acquired anything, so its clock is what it was at the
// end of the earlier operation, and that one's record carries the same open
// epoch. The earlier check was as strict or stricter. What another thread does
// to the map in between is unordered with the read exactly if it is unordered
// with that record, and finds it there: nobody takes a record away who is not
// ordered after it, and what this thread does to maps in between is reading.
//
// That the earlier operation is the same one on all ways makes it dominate the
// read; so the map that it was called with can be named there, and is the one
// of its last execution (had the value been computed anew since, there would be
// a way to the read without the operation).
//
// A signal handler that synchronises in between is not looked at: neither are
// its own operations counted when it interrupts a hook.
void findRepeatedReads(llvm::Function &F, std::vector<MapCall> &Calls,
                       QuietCalls &Quiet);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_REPEATEDREADS_H
