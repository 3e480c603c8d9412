// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Brackets a call that operates on maps: map_begin before, map_end with the
// evidence of the call's own result after, map_unwind where it throws.

#ifndef MAPSAN_PASS_INSTRUMENT_MAPHOOKS_H
#define MAPSAN_PASS_INSTRUMENT_MAPHOOKS_H

#include "Callbacks.h"
#include "Descriptors.h"
#include "analysis/HookSites.h"

namespace mapsan {

// The address that identifies the map, as of before the call; not of one that
// the call returns.
llvm::Value *mapAddress(llvm::IRBuilder<> &Builder, const llvm::CallBase &Call,
                        const MapArgument &Map);

// By which the iterator at the address tells its element from others; null: it
// is past the end.
llvm::Value *iteratorWord(llvm::IRBuilder<> &Builder, llvm::Value *Address,
                          const IteratorSet &Of);

// What a report says of where something is.
SiteText describePlace(const llvm::Function &F, const llvm::DebugLoc &Where);

// What a report says of the operation.
SiteText describeOperation(const llvm::CallBase &Call, const MapOperation &Op,
                           const MapArgument &Map, const llvm::DebugLoc &Where);

// False where the call has no edges to put hooks on.
bool hookMapCall(const MapCall &Site, Callbacks &Calls, Descriptors &Data);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_MAPHOOKS_H
