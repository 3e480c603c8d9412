// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls in which nothing happens that another thread, or the clock, could
// notice.

#ifndef MAPSAN_PASS_ANALYSIS_QUIETCALLS_H
#define MAPSAN_PASS_ANALYSIS_QUIETCALLS_H

#include "catalog/CatalogMatcher.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/InstrTypes.h"

namespace mapsan {

// An instruction is quiet if, whenever it is left in the normal way, it has
// neither synchronised nor operated on a map but by reading it. Calls are so by
// what the called functions are seen to do, down to the last of them: a find()
// whose keys are integers, a step of an iterator, a getter. Where a body is not
// at hand the call is not quiet, but for a few functions of the libraries'.
//
// What a function does is read off the body in this module. Another module's
// copy of an inline function may be the one that runs; it does the same.
//
// Not thread-safe. Answers stay right while functions get hooks: what makes a
// body loud stays in it, and hooks of reads are quiet.
class QuietCalls {
public:
  explicit QuietCalls(CatalogMatcher &Matcher) : Matcher(Matcher) {}

  bool isQuiet(const llvm::Instruction &I);

private:
  bool isQuietCall(const llvm::CallBase &Call);
  bool isQuietFunction(const llvm::Function &F);
  bool hasQuietBody(const llvm::Function &F);

  CatalogMatcher &Matcher;
  llvm::DenseMap<const llvm::Function *, bool> Known;
  unsigned Depth = 0;
};

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_QUIETCALLS_H
