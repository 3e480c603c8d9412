// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where exception objects change hands.

#include "ExceptionSites.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace mapsan {

// A handler that is left by `throw;` alone ends, but not the exception's
// handling: no point of potential destruction.
static bool rethrows(const CallBase &Call) {
  const BasicBlock &BB = *Call.getParent();
  return BB.isLandingPad() &&
         all_of(predecessors(&BB), [](const BasicBlock *P) {
           const auto *Invoke = dyn_cast<InvokeInst>(P->getTerminator());
           const Function *Callee =
               Invoke ? Invoke->getCalledFunction() : nullptr;
           return Callee && Callee->getName() == "__cxa_rethrow";
         });
}

static std::optional<ExceptionEvent> eventOf(const Function &Callee) {
  using Event = std::optional<ExceptionEvent>;
  auto Found =
      StringSwitch<Event>(Callee.getName())
          // Itanium C++ ABI, 2.4 and 2.5; the second is both libraries'.
          .Cases("__cxa_throw", "__cxa_init_primary_exception",
                 ExceptionEvent::Made)
          .Case("__cxa_end_catch", ExceptionEvent::HandlerEnds)
          // libc++abi
          .Case("__cxa_decrement_exception_refcount", ExceptionEvent::Dropped)
          // libc++: the destructor and the assignment
          .Cases("_ZNSt13exception_ptrD1Ev", "_ZNSt13exception_ptrD2Ev",
                 "_ZNSt13exception_ptraSERKS_", ExceptionEvent::PointerDies)
          // libstdc++: the same, and what its inline destructor calls
          .Cases("_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv",
                 "_ZNSt15__exception_ptr13exception_ptrD1Ev",
                 "_ZNSt15__exception_ptr13exception_ptrD2Ev",
                 "_ZNSt15__exception_ptr13exception_ptraSERKS0_",
                 ExceptionEvent::PointerDies)
          .Default(std::nullopt);
  // Where the library is in the module itself, its own calls are seen.
  if (Found == ExceptionEvent::PointerDies && !Callee.isDeclaration())
    return std::nullopt;
  unsigned Arguments = Found == ExceptionEvent::Made          ? 3
                       : Found == ExceptionEvent::HandlerEnds ? 0
                                                              : 1;
  if (!Found || Callee.arg_size() < Arguments)
    return std::nullopt;
  for (unsigned I = 0; I < Arguments; ++I)
    if (!Callee.getArg(I)->getType()->isPointerTy())
      return std::nullopt;
  return Found;
}

std::optional<ExceptionEvent> exceptionEvent(const CallBase &Call,
                                             const Function &Callee) {
  auto Event = eventOf(Callee);
  if (Event == ExceptionEvent::HandlerEnds && rethrows(Call))
    return std::nullopt;
  return Event;
}

} // namespace mapsan
