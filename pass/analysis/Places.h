// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which part of which local variable an address is.

#ifndef MAPSAN_PASS_ANALYSIS_PLACES_H
#define MAPSAN_PASS_ANALYSIS_PLACES_H

#include "catalog/CatalogMatcher.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Instructions.h"
#include <optional>

namespace mapsan {

struct Place {
  llvm::Value *Variable; // an alloca; or a call, whose result is what is there
  int64_t Offset;
  bool operator==(const Place &P) const {
    return Variable == P.Variable && Offset == P.Offset;
  }
};

// What of its one argument a function returns the address of.
enum class PassedThrough { Nothing, Part, Whole };

// At PipelineStart a local reference is a variable that an address is stored to
// once; what is loaded from it is that address. Not thread-safe; for one
// function, while that has no hooks yet.
class Places {
public:
  explicit Places(CatalogMatcher &Matcher) : Matcher(Matcher) {}

  // Where in a variable the address leads, if that is known.
  std::optional<Place> of(llvm::Value *Address, unsigned Depth = 8);

  // The variable's address is used for nothing but reading and writing it in
  // ways that findHandles sees.
  bool isKept(llvm::AllocaInst &Variable);

  // What a call returns is the address of this argument of its own, or, if not
  // the `Whole` is wanted, of a part of it. Or null.
  llvm::Value *passedThrough(const llvm::CallBase &Call, bool Whole);

  // The one store to a variable that is a pointer; null: it is none, or there
  // are others.
  llvm::StoreInst *onlyStore(llvm::AllocaInst &Variable);

private:
  bool usesKeep(llvm::Value &Address, unsigned Depth);
  bool callKeeps(const llvm::CallBase &Call, const llvm::Use &U,
                 unsigned Depth);

  CatalogMatcher &Matcher;
  llvm::DenseMap<llvm::AllocaInst *, llvm::StoreInst *> Stores;
  llvm::DenseMap<llvm::AllocaInst *, bool> Kept;
  llvm::DenseMap<const llvm::Function *, PassedThrough> Passing;
};

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_PLACES_H
