// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Local variables whose address the function keeps to itself: what only
// concerns them cannot race and wants no hooks.

#ifndef MAPSAN_PASS_ANALYSIS_PRIVATELOCALS_H
#define MAPSAN_PASS_ANALYSIS_PRIVATELOCALS_H

#include "HookSites.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/PointerIntPair.h"
#include "llvm/ADT/SmallVector.h"

namespace mapsan {

// Answers whether an address can only be that of such a variable. It follows
// the address both ways, to all that it may be and to all that is done with it,
// through pointers to members and elements, phis, and local references (which
// at PipelineStart are variables that an address is stored to and loaded from).
// The answer holds for all that is connected in this way, so that a map has all
// of its hooks or none.
//
// What may be done with a private variable's address:
//  - it is called with by the operations of a catalogued family that is
//    `confined`, whose methods and functions let nobody have it. In the
//    standard library that is so: iterators and node handles do not give the
//    container back ([container.reqmts] has no such member), and of a functor
//    or an allocator, which may well lie inside of the container, only the
//    address of that is known ([hash.requirements], [allocator.requirements]:
//    it is called with keys, and with memory that it allocated itself). An
//    iterator of _GLIBCXX_DEBUG keeps the container's address for the library's
//    own checks. Assignments return it; so their result is followed, too.
//  - the object is read and written by it, plainly or atomically.
//  - it is compared.
// Anything else is an escape: a store of it (a member, a capture, an element, a
// static), any other call (std::ref, a constructor of a class that has the map
// inside), a conversion to an integer, a return.
//
// That longjmp jumps out of the function, or back into it, changes nothing: no
// other thread learns the address from it. A coroutine's variables live in a
// frame that another thread may resume, so there nothing is private.
//
// Not thread-safe; for one function, while that has no hooks yet.
class PrivateLocals {
public:
  PrivateLocals(const llvm::Function &F, CatalogMatcher &Matcher)
      : Matcher(Matcher), Possible(!F.isPresplitCoroutine()) {}

  bool isPrivate(const llvm::Value *Address);

private:
  // An address; or, marked, a local variable that holds one.
  using Node = llvm::PointerIntPair<const llvm::Value *, 1, bool>;

  void meet(Node N);
  void escape() { Escaped = true; }
  void findOrigins(const llvm::Value *Address);
  void followUse(const llvm::Use &U);
  void followHolder(const llvm::Value *Holder);
  void hold(const llvm::Value *Holder);

  CatalogMatcher &Matcher;
  const bool Possible;
  llvm::DenseMap<Node, bool> Private; // what has been connected so far
  // Of the question that is being answered:
  llvm::SmallVector<Node, 16> Met, Origins, Uses;
  bool Escaped = false;
};

// Takes away what only concerns private variables: of calls on maps such maps,
// but those of the families `Kept`, and such atomic accesses.
void dropPrivateLocals(PrivateLocals &Locals,
                       llvm::ArrayRef<const Family *> Kept, HookSites &Sites);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_PRIVATELOCALS_H
