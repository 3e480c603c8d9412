// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators and references into maps that a function holds in its variables:
// where each comes from, where it is copied, and which of its uses want a look
// at what has happened to the map meanwhile.

#ifndef MAPSAN_PASS_ANALYSIS_HANDLES_H
#define MAPSAN_PASS_ANALYSIS_HANDLES_H

#include "QuietCalls.h"
#include "llvm/IR/Instructions.h"
#include <optional>
#include <string>
#include <vector>

namespace mapsan {

struct MapCall;
class HandleReturns;
class PrivateLocals;

// What a function returns, if that is an iterator or reference into a map.
struct ReturnedHandle {
  const MapOperation *Does; // what it came from
  std::string MapType;      // as reports say it
  bool Fresh; // it returns before anything can have happened to the map
};

// Where an iterator or reference comes from: an operation on maps; or a
// function of the module's that has one and returns it.
struct HandleOrigin {
  llvm::CallBase *Call = nullptr;
  const MapOperation *Does = nullptr;
  const ReturnedHandle *Received = nullptr; // of such a function
  const MapArgument &map() const { return Does->Maps.front(); }
  std::string mapType() const;
};

// What holds an iterator or a reference: a part of a local variable; or nothing
// but a call's result, which is a reference.
struct HandlePlace {
  llvm::Value *Variable; // an alloca, or the call
  int64_t Offset;
  bool Reference; // what is held is the address of an element, or in one
  // An operation that returned one that came here; all that did are on maps of
  // its family.
  HandleOrigin From;
};

// What an instruction does to a place, or by what is in one.
struct HandleEvent {
  enum Kind {
    Made,    // after it: what `By` returned is in it
    Copied,  // after it: what is in `Source` is in it, too
    Lost,    // after it: something is in it that nothing is known of
    Used,    // before it: what is in it is about to be used
    Renewed, // after it: the map has been changed, but what is in it is good
    Returned // before it: what is in it is about to be returned
  } Does;
  bool isUse() const { return Does == Used || Does == Returned; }
  llvm::Instruction *At;
  unsigned Place;
  unsigned Source = 0;
  bool Searched = false; // Copied: what was found from there, and good by then
  HandleOrigin By = {};
  // Of a use: what a report calls it, whether it reads the map, whether it
  // reads nothing at all, and the reference itself (an iterator's word is in
  // the variable); the last also of a return.
  std::string Operation = {};
  bool Steps = false;
  bool Compares = false;
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
// A return of one is of interest if some caller wants to know
// (HandleReturns.h).
Handles findHandles(llvm::Function &F, const std::vector<MapCall> &Maps,
                    CatalogMatcher &Matcher, QuietCalls &Quiet,
                    PrivateLocals &Locals, const HandleReturns &Returns,
                    llvm::SmallVectorImpl<const Family *> &Kept);

// What F returns; nothing: it is no iterator or reference into a map that is
// known.
std::optional<ReturnedHandle>
findReturnedHandle(llvm::Function &F, const std::vector<MapCall> &Maps,
                   CatalogMatcher &Matcher, QuietCalls &Quiet,
                   PrivateLocals &Locals, const HandleReturns &Returns);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_HANDLES_H
