// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators wherever they are kept, told by what they point to.

#ifndef MAPSAN_PASS_ANALYSIS_ITERATORVALUES_H
#define MAPSAN_PASS_ANALYSIS_ITERATORVALUES_H

#include "Handles.h"
#include <string>
#include <vector>

namespace mapsan {

// What a call does with an iterator, by value: that is the word by which its
// class tells elements apart.
struct IteratorValue {
  enum Kind {
    Made,   // after it: a map operation has returned one
    Used,   // before it: it is about to be used
    Stepped // after it: there is another one, got from what was before
  } Does;
  llvm::CallBase *At;
  const MapOperation *By = nullptr; // Made
  llvm::Value *Address = nullptr;   // of the others: the iterator's
  // Stepped: the result is the other one, where it is no step of the iterator's
  // own.
  bool InResult = false;
  const IteratorOperation *Op = nullptr;
  const Family *Of = nullptr; // one of those that have such iterators
};

// Of all iterators of the function; of those that have handles (`Held`) only
// what brings others about, as their uses are known better.
std::vector<IteratorValue> findIteratorValues(llvm::Function &F,
                                              const std::vector<MapCall> &Maps,
                                              const Handles &Held,
                                              CatalogMatcher &Matcher,
                                              PrivateLocals &Locals);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_ITERATORVALUES_H
