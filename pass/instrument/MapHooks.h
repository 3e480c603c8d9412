// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets a call that operates on maps: map_begin before, map_end with the
// evidence of the call's own result after, map_unwind where it throws.

#ifndef MAPSAN_PASS_INSTRUMENT_MAPHOOKS_H
#define MAPSAN_PASS_INSTRUMENT_MAPHOOKS_H

#include "Callbacks.h"
#include "Descriptors.h"
#include "analysis/HookSites.h"

namespace mapsan {

// False where the call has no edges to put hooks on.
bool hookMapCall(const MapCall &Site, Callbacks &Calls, Descriptors &Data);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_MAPHOOKS_H
