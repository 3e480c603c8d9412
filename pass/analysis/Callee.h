// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The function that a call names.

#ifndef MAPSAN_PASS_ANALYSIS_CALLEE_H
#define MAPSAN_PASS_ANALYSIS_CALLEE_H

#include "llvm/IR/Function.h"
#include "llvm/IR/InstrTypes.h"

namespace mapsan {

// Through aliases: a class of strong linkage has its complete-object
// constructor as an alias of the base-object one. Null for indirect calls and
// for calls of another type than the function has.
inline const llvm::Function *directCallee(const llvm::CallBase &Call) {
  auto *F = llvm::dyn_cast<llvm::Function>(
      Call.getCalledOperand()->stripPointerCastsAndAliases());
  return F && F->getFunctionType() == Call.getFunctionType() ? F : nullptr;
}

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_CALLEE_H
