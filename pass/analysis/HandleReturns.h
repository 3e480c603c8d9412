// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which functions of a module return iterators and references into maps, and
// which of them have callers that want to know what became of the map.

#ifndef MAPSAN_PASS_ANALYSIS_HANDLERETURNS_H
#define MAPSAN_PASS_ANALYSIS_HANDLERETURNS_H

#include "Handles.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallPtrSet.h"
#include <memory>

namespace mapsan {

//   Session &get(int id) {
//     std::lock_guard<std::mutex> hold(mutex);
//     return sessions[id];     // the handle goes with the reference
//   }
//   get(7).touch();            // and is asked here
//
// A function tells only if somebody in the module asks, as opening a watch on a
// map costs. Another module's copy of an inline function may be the one that
// runs, and then nothing is known there (handle_received).
class HandleReturns {
public:
  // Looks at all functions, while none of them has hooks yet.
  void find(llvm::Module &M, CatalogMatcher &Matcher, QuietCalls &Quiet);

  // Null: nothing that is known.
  const ReturnedHandle *of(const llvm::Function &F) const {
    auto It = Known.find(&F);
    return It == Known.end() ? nullptr : It->second.get();
  }
  // F calls one of those.
  bool isCaller(const llvm::Function &F) const { return Callers.contains(&F); }
  bool isWanted(const llvm::Function &F) const { return Wanted.contains(&F); }

private:
  // (handed out by address)
  llvm::DenseMap<const llvm::Function *, std::unique_ptr<ReturnedHandle>> Known;
  llvm::SmallPtrSet<const llvm::Function *, 8> Wanted, Callers;
};

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_HANDLERETURNS_H
