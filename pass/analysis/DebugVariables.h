// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What debug info says about a variable's memory and about a type's members.

#ifndef MAPSAN_PASS_ANALYSIS_DEBUGVARIABLES_H
#define MAPSAN_PASS_ANALYSIS_DEBUGVARIABLES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/Value.h"
#include <optional>
#include <string>

namespace mapsan {

// The variable that lives in this memory; null where none is recorded.
const llvm::DILocalVariable *localVariable(const llvm::Value &Memory);

// The structured binding that stands for `Offset` bytes into this memory, or
// into what it points to.
const llvm::DILocalVariable *structuredBinding(const llvm::Value &Memory,
                                               bool Through, uint64_t Offset);

// A global's name ("Registry::sessions" for a static member) and type.
struct GlobalName {
  std::string Text;
  const llvm::DIType *Type = nullptr;
};
GlobalName globalName(const llvm::GlobalVariable &G);

// Without typedefs, const and volatile.
const llvm::DIType *plainType(const llvm::DIType *T);

// What a pointer or reference type refers to; null for other types.
const llvm::DIType *referredType(const llvm::DIType *T);
bool isPointerType(const llvm::DIType *T);

// The member, base or element that lies `Offset` bytes into a type.
struct Subobject {
  std::string Access; // "name", "[3]"; empty for a base class
  const llvm::DIType *Type;
  uint64_t Rest; // how far into the subobject the offset still is
};
std::optional<Subobject> subobjectAt(const llvm::DIType *T, uint64_t Offset);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_DEBUGVARIABLES_H
