// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What UndefinedBehaviorSanitizer has put into a function: it asks something of
// addresses, and does nothing to what is there.

#ifndef MAPSAN_PASS_ANALYSIS_SANITIZERCHECKS_H
#define MAPSAN_PASS_ANALYSIS_SANITIZERCHECKS_H

#include "llvm/IR/InstrTypes.h"

namespace mapsan {

// Only asks how large the object at the address is that it uses, or whether
// that is aligned, and tells the sanitizer's runtime if not.
bool onlyChecks(const llvm::User &By);

// Tells the sanitizer's runtime what a check has found.
bool isCheckReport(const llvm::CallBase &Call);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_SANITIZERCHECKS_H
