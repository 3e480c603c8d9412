// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The places around a call: before it, on its normal return, on its unwinding.

#ifndef MAPSAN_PASS_INSTRUMENT_CALLEDGES_H
#define MAPSAN_PASS_INSTRUMENT_CALLEDGES_H

#include "llvm/IR/InstrTypes.h"
#include <optional>

namespace mapsan {

// A call with a place of its own on each edge by which control leaves it. New
// instructions go in front of the ones named here.
struct CallEdges {
  llvm::CallBase *Call;
  llvm::Instruction *Normal; // null: a musttail call, which nothing may follow
  llvm::Instruction *Unwind; // null: cannot unwind
};

// May replace the call: one that can throw and has no landing pad becomes an
// invoke with a cleanup that resumes.
//
//   call @f()          begin;  invoke @f() to %normal unwind %pad
//                 =>   normal: <Normal> ...
//                      pad:    landingpad cleanup  <Unwind> resume
//
// Nothing where the function handles exceptions by funclets (Windows).
std::optional<CallEdges> openCallEdges(llvm::CallBase &Call);

// Where what comes after it goes: on the normal edge of an invoke, which is
// split if others come there, too. Not for a musttail call.
llvm::Instruction *placeBehind(llvm::Instruction &At);

// Would openCallEdges find nothing?
bool hasNoCallEdges(const llvm::CallBase &Call);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_CALLEDGES_H
