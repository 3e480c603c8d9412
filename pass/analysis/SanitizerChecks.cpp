// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Knows UndefinedBehaviorSanitizer's checks: see SanitizerChecks.h.

#include "SanitizerChecks.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace mapsan {

// Clang marks all that belongs to a check.
static bool isOfCheck(const User *By) {
  auto *I = dyn_cast<Instruction>(By);
  return I && I->hasMetadata(LLVMContext::MD_nosanitize);
}

bool onlyChecks(const User &By) {
  if (auto *Intrinsic = dyn_cast<IntrinsicInst>(&By))
    return Intrinsic->getIntrinsicID() == Intrinsic::objectsize;
  return isa<PtrToIntInst>(By) && isOfCheck(&By) &&
         all_of(By.users(), [](const User *Of) { return isOfCheck(Of); });
}

bool isCheckReport(const CallBase &Call) {
  const Value *Callee = Call.getCalledOperand();
  return Callee->getName().starts_with("__ubsan_handle_") && isOfCheck(&Call);
}

} // namespace mapsan
