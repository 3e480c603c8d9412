// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A callee's row name and where its IR has the arguments of its source.

#ifndef MAPSAN_PASS_CATALOG_CALLEEARGUMENTS_H
#define MAPSAN_PASS_CATALOG_CALLEEARGUMENTS_H

#include "CalleeName.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/IR/Function.h"
#include <optional>

namespace mapsan {

// The class that a reference parameter names, or "" for any other parameter.
std::string referredClass(llvm::StringRef Parameter);

// The same as it is spelt there.
std::string classText(llvm::StringRef Parameter);

// The special name of a constructor, destructor or assignment, else its own.
// `IsOwn`: a parameter refers to what may also be copied or moved, such as a
// base that inherited it.
std::string
rowName(const CalleeName &Name,
        llvm::function_ref<bool(llvm::StringRef Parameter)> IsOwn = nullptr);

// The wider special name under which a catalog may file the same method.
llvm::StringRef generalName(llvm::StringRef RowName);

// The first IR argument that the source has, too.
unsigned firstArgument(const llvm::Function &F);

// Where the source's parameter stands in IR, after `First` others: directly,
// unless a parameter before it was split into several registers.
std::optional<unsigned> argumentIndex(const llvm::Function &F, unsigned First,
                                      llvm::ArrayRef<std::string> Parameters,
                                      unsigned Parameter);

// The same, if it is a pointer there.
std::optional<unsigned> pointerIndex(const llvm::Function &F, unsigned First,
                                     llvm::ArrayRef<std::string> Parameters,
                                     unsigned Parameter);

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_CALLEEARGUMENTS_H
