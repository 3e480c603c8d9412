// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Warnings of the pass, shown by the compiler among its own
// (-Wbackend-plugin) or by opt.

#ifndef MAPSAN_PASS_DIAGNOSTICS_H
#define MAPSAN_PASS_DIAGNOSTICS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/IR/LLVMContext.h"

namespace mapsan {

void warn(llvm::LLVMContext &C, llvm::StringRef Text);

} // namespace mapsan

#endif // MAPSAN_PASS_DIAGNOSTICS_H
