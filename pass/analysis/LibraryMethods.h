// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What calls of the standard library's strings, containers, smart pointers and
// such do to the objects that they are given.

#ifndef MAPSAN_PASS_ANALYSIS_LIBRARYMETHODS_H
#define MAPSAN_PASS_ANALYSIS_LIBRARYMETHODS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Function.h"

namespace mapsan {

struct LibraryAccess {
  unsigned Argument; // the IR argument that is the object's address
  bool Write;
};

// By the library's contract ([res.on.data.races], and of containers
// [container.requirements.dataraces]): const methods, and those that count as
// such, read the object; those that change it write it, whatever they find to
// change. What is constructed or assigned to reads its source, or writes it if
// that is moved from. Of other classes and methods nothing is said.
llvm::SmallVector<LibraryAccess, 2>
libraryAccesses(const llvm::Function &Callee);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_LIBRARYMETHODS_H
