// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tells the runtime of iterators by value.

#ifndef MAPSAN_PASS_INSTRUMENT_ITERATORVALUEHOOKS_H
#define MAPSAN_PASS_INSTRUMENT_ITERATORVALUEHOOKS_H

#include "Callbacks.h"
#include "Descriptors.h"
#include "analysis/IteratorValues.h"

namespace mapsan {

// As hookHandles.
void hookIteratorValues(llvm::Function &F,
                        const std::vector<IteratorValue> &Values,
                        Callbacks &Calls, Descriptors &Data);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_ITERATORVALUEHOOKS_H
