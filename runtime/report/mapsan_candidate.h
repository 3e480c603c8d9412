// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Is a finding beyond doubt, or may code that nobody looks into have ordered
// its two sides?

#ifndef MAPSAN_CANDIDATE_H
#define MAPSAN_CANDIDATE_H

#include "mapsan_finding.h"

namespace __mapsan {

/// An unordered finding becomes a candidate if one side ran beneath a frame of
/// a suspect module, or in a thread that one started (clock/mapsan_suspects.h).
/// Then `suspicion` says which and how. Any thread; no lock held.
void Judge(Finding *finding);

} // namespace __mapsan

#endif // MAPSAN_CANDIDATE_H
