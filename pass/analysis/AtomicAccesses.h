// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Recognises what accesses memory atomically.

#ifndef MAPSAN_PASS_ANALYSIS_ATOMICACCESSES_H
#define MAPSAN_PASS_ANALYSIS_ATOMICACCESSES_H

#include "HookSites.h"

namespace mapsan {

// Nothing for an instruction that orders no threads: single-thread scope, or
// "unordered" (Java's plain access). Relaxed ones count: they carry and end
// release sequences.
std::optional<AtomicAccess> atomicAccess(llvm::Instruction &I);

// The same for __atomic_load, __atomic_fetch_add_4 and their like, by which
// clang accesses what the machine cannot do in one instruction.
std::optional<AtomicAccess> libatomicAccess(llvm::CallBase &Call,
                                            llvm::StringRef Callee);

// An order of LLVM's as <stdatomic.h> numbers it.
llvm::ConstantInt *orderValue(llvm::LLVMContext &C, llvm::AtomicOrdering O);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_ATOMICACCESSES_H
