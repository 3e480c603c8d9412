// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where exception objects change hands. Their reference count is kept in the
// C++ library, which is not instrumented; the calls that count are the Itanium
// ABI's, or members of exception_ptr, and are the same for every program.

#ifndef MAPSAN_PASS_ANALYSIS_EXCEPTIONSITES_H
#define MAPSAN_PASS_ANALYSIS_EXCEPTIONSITES_H

#include "llvm/IR/InstrTypes.h"
#include <optional>

namespace mapsan {

enum class ExceptionEvent {
  Made, // thrown, or made for an exception_ptr: its third argument is the
        // destructor
  HandlerEnds, // of the innermost exception that is being handled
  Dropped,     // the first argument is the exception object
  PointerDies  // the first argument is an exception_ptr, which may be null
};

struct ExceptionSite {
  llvm::CallBase *Call;
  ExceptionEvent Event;
};

// What a call of `Callee` does to an exception object, if anything.
std::optional<ExceptionEvent> exceptionEvent(const llvm::CallBase &Call,
                                             const llvm::Function &Callee);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_EXCEPTIONSITES_H
