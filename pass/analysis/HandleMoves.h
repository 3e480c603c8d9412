// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a function's instructions do to memory of its own, as far as iterators
// and references may be concerned.

#ifndef MAPSAN_PASS_ANALYSIS_HANDLEMOVES_H
#define MAPSAN_PASS_ANALYSIS_HANDLEMOVES_H

#include "Handles.h"
#include "HookSites.h"
#include "Places.h"
#include "llvm/IR/IntrinsicInst.h"

namespace mapsan {

class HandleReturns;

// What the call, of an operation on maps, returns may be an iterator or a
// reference to an element; not a pointer that is an element (lookup), a number,
// or what a free function returns (a stream).
bool returnsHandle(const llvm::CallBase &Call, const MapOperation &Does);

// What an instruction does to memory of local variables, before it is known
// which of them hold handles.
struct HandleMove {
  enum Kind { Made, Copied, Derived, Lost, Used, Renewed, Returned } Does;
  llvm::Instruction *At;
  Place To;                  // of a use, or a return: what is used
  uint64_t Size = 0;         // bytes written, or copied
  Place From = {nullptr, 0}; // Copied, Derived
  HandleOrigin By = {};
  bool Searched = false; // Copied: not that one, but one found from there
  std::string Operation = {};
  bool Steps = false;
  bool Compares = false;
  llvm::Value *Reference = nullptr;
};

// All moves of a function, in the order of its instructions; none where there
// are more than anybody writes by hand. For one function, while that has no
// hooks yet.
class HandleMoves {
public:
  HandleMoves(llvm::Function &F, const std::vector<MapCall> &Maps,
              CatalogMatcher &Matcher, const HandleReturns &Returns,
              Places &Where);

  std::vector<HandleMove> find();

private:
  void load(llvm::LoadInst &I);
  void store(llvm::StoreInst &I);
  void memory(llvm::MemIntrinsic &I);
  void call(llvm::CallBase &I);
  void mapCall(llvm::CallBase &I, const MapCall &Site);
  void iteratorOfC(llvm::CallBase &I, const MapOperation &Does);
  std::optional<Place> given(llvm::CallBase &I, unsigned Argument);
  void iteratorCall(llvm::CallBase &I, const IteratorOperation &Op);
  void left(llvm::CallBase &I, llvm::Value *Into);
  void returns(llvm::ReturnInst &I);
  void comesFrom(llvm::Instruction &At, llvm::Value *What, Place To,
                 uint64_t Size);
  std::optional<Place> holderOf(llvm::Value *Address);
  void usesReference(llvm::Instruction &At, llvm::Value *Address,
                     const char *Operation);

  // What the call returns: a map's element or iterator; or a copy of, or a
  // reference that was got from, one that is an argument.
  struct Result {
    HandleMove::Kind Does = HandleMove::Lost;
    HandleOrigin By = {};
    Place From = {nullptr, 0};
    bool Searched = false;
    unsigned Within = 0; // where it is in what is returned
  };
  Result resultOf(llvm::CallBase &Call);
  llvm::Value *withoutMembers(llvm::Value *Address);
  bool isUsedAtOnce(const llvm::CallBase &I);

  llvm::Function &F;
  CatalogMatcher &Matcher;
  const HandleReturns &Returns;
  Places &Where;
  const llvm::DataLayout &DL;
  llvm::DenseMap<const llvm::CallBase *, const MapCall *> MapCalls;
  std::vector<HandleMove> Found;
};

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_HANDLEMOVES_H
