// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds accesses that a library's code makes atomic by a lock of its own: those
// of a shared_ptr, by the catalog's `locked:` section.

#ifndef MAPSAN_PASS_ANALYSIS_LOCKEDACCESSES_H
#define MAPSAN_PASS_ANALYSIS_LOCKEDACCESSES_H

#include "HookSites.h"

namespace mapsan {

std::vector<LockedAccess> findLockedAccesses(llvm::Function &F,
                                             CatalogMatcher &Matcher);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_LOCKEDACCESSES_H
