// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The debug location of inserted code: that of the code it belongs to.

#ifndef MAPSAN_PASS_INSTRUMENT_DEBUGLOCATIONS_H
#define MAPSAN_PASS_INSTRUMENT_DEBUGLOCATIONS_H

#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instruction.h"

namespace mapsan {

// Line 0 of the function where the instruction has none: LLVM wants every call
// in a function with debug info to have one.
inline llvm::DebugLoc hookLocation(const llvm::Instruction &I) {
  if (I.getDebugLoc())
    return I.getDebugLoc();
  if (llvm::DISubprogram *P = I.getFunction()->getSubprogram())
    return llvm::DILocation::get(I.getContext(), 0, 0, P);
  return {};
}

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_DEBUGLOCATIONS_H
