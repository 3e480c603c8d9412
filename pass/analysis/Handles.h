// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators and references into maps that a function holds in its variables:
// where each comes from, where it is copied, and which of its uses want a look
// at what has happened to the map meanwhile.

#ifndef MAPSAN_PASS_ANALYSIS_HANDLES_H
#define MAPSAN_PASS_ANALYSIS_HANDLES_H

#include "QuietCalls.h"
#include "llvm/IR/Instructions.h"
#include <string>
#include <vector>

namespace mapsan {

struct MapCall;
class PrivateLocals;

// An operation on maps that returns an iterator or a reference.
struct HandleOrigin {
  llvm::CallBase *Call = nullptr;
  const MapOperation *Does = nullptr;
  const MapArgument &map() const { return Does->Maps.front(); }
};

// A part of a local variable that holds an iterator or a reference.
struct HandlePlace {
  llvm::AllocaInst *Variable;
  int64_t Offset;
  bool Reference; // what is held is the address of an element, or in one
  // An operation that returned one that came here; all that did are on maps of
  // its family.
  HandleOrigin From;
};

// What an instruction does to a place, or by what is in one.
struct HandleEvent {
  enum Kind {
    Made,   // after it: what `By` returned is in it
    Copied, // after it: what is in `Source` is in it, too
    Lost,   // after it: something is in it that nothing is known of
    Used    // before it: what is in it is about to be used
  } Does;
  llvm::Instruction *At;
  unsigned Place;
  unsigned Source = 0;
  HandleOrigin By = {};
  // Of a use: what a report calls it, whether it reads the map, and the
  // reference itself (an iterator's word is in the variable).
  std::string Operation = {};
  bool Steps = false;
  llvm::Value *Reference = nullptr;
};

struct Handles {
  std::vector<HandlePlace> Places;
  std::vector<HandleEvent> Events; // those that want hooks
  bool empty() const { return Events.empty(); }
};

// A use wants a hook if, on some way from where the iterator was made or last
// looked at, there is an instruction that is not quiet (QuietCalls.h): all else
// can neither have changed the map nor have let another thread do so. What is
// done to a variable must be seen: one whose address the function gives away,
// but to the iterators' own methods and operators, is not followed.
//
// Of maps that are private (PrivateLocals.h) only operations of this function
// count; those that do want their hooks: `Kept` gets their families.
Handles findHandles(llvm::Function &F, const std::vector<MapCall> &Maps,
                    CatalogMatcher &Matcher, QuietCalls &Quiet,
                    PrivateLocals &Locals,
                    llvm::SmallVectorImpl<const Family *> &Kept);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_HANDLES_H
