// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Accesses to elements of maps, through what a map operation or an iterator has
// returned in the same function.

#ifndef MAPSAN_PASS_ANALYSIS_ELEMENTUSES_H
#define MAPSAN_PASS_ANALYSIS_ELEMENTUSES_H

#include "Handles.h"
#include "QuietCalls.h"
#include "llvm/IR/Instructions.h"
#include <string>
#include <vector>

namespace mapsan {

struct MapCall;
class PrivateLocals;

// Where an address of an element came from: the operation, if it is known, else
// what is known by the class of an iterator; or, in a method of the map's own,
// from the map itself. Of maps whose data copies share one of both is known.
struct ElementOrigin {
  HandleOrigin From;
  const Family *Of = nullptr;
  std::string TypeText; // if From is not known: of the iterator, or the map
  llvm::Argument *Map = nullptr; // of the function: the method's `this`
};

struct ElementUse {
  llvm::Instruction *At; // before it
  llvm::Value *Address;
  bool Write;
  uint64_t Size;                 // bytes; of a variable Length 0
  llvm::Value *Length = nullptr; // null: it is Size
  ElementOrigin Origin;
};

// An address is an element's if it is, or lies in what is pointed to by,
//  - the reference that a map operation has returned (operator[], at and the
//    like), or what operator* or operator-> of an iterator has;
//  - what is loaded from a variable that one of these was stored to once: a
//    local reference. std::get and std::move hand it on.
//
// Uses of it are plain loads and stores, copies and fills of memory, arguments
// that are passed by value in memory, and calls of methods of the standard
// library's strings, containers, smart pointers and such on it, of which it is
// known whether they read or write: that is the first word of the object (its
// size, if it has less; pair, tuple and array have none of their own, so what
// their members do, which may lock, is not told). Atomic and volatile accesses
// are none; what other calls do with an element is their own business.
//
// A method that returns an element of a map by value (QMap::value) is looked
// into: it does what its caller is said to do.
//
// Left out are those of maps that are private (PrivateLocals.h); those of maps
// whose data copies share, where it is not known whose they are; what an
// earlier use of the same block has told with nothing but quiet instructions
// in between; and a read that a write of the same follows at once: whatever
// conflicts with the read does so with the write, and nothing can have happened
// in between.
std::vector<ElementUse> findElementUses(llvm::Function &F,
                                        const std::vector<MapCall> &Maps,
                                        CatalogMatcher &Matcher,
                                        QuietCalls &Quiet,
                                        PrivateLocals &Locals);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_ELEMENTUSES_H
