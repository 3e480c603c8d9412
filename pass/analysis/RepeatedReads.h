// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds reads that only repeat what the operation just before them has told the
// runtime: the end() of `m.find(k) != m.end()`.

#ifndef MAPSAN_PASS_ANALYSIS_REPEATEDREADS_H
#define MAPSAN_PASS_ANALYSIS_REPEATEDREADS_H

#include "HookSites.h"

namespace mapsan {

// Sets MapCall::Repeats of each read between which and an earlier operation of
// the same family there is nothing that could synchronise. If both turn out to
// be on the same map, the read tells nothing new: the earlier operation's
// record carries the same open epoch at its end, and its check was stricter. A
// write in between that is unordered with the read is unordered with that
// record, and finds it.
void findRepeatedReads(std::vector<MapCall> &Calls);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_REPEATEDREADS_H
