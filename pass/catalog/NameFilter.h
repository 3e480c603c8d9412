// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which mangled names can be those of catalogued functions: asked of every
// callee, where taking each name apart would cost more than all the rest.

#ifndef MAPSAN_PASS_CATALOG_NAMEFILTER_H
#define MAPSAN_PASS_CATALOG_NAMEFILTER_H

#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"

namespace mapsan {

// The Itanium mangling writes each part of a name behind its length, "3map", or
// "4findEv". So a name that has such a part somewhere in it may match; one that
// has none cannot, whatever it is made of.
class NameFilter {
public:
  // A qualified name: its last part is looked for. An operator's two letters
  // are in too many names, so its scope goes with them: "3__1eq", "Steq".
  void add(llvm::StringRef Name);

  bool mayContain(llvm::StringRef Symbol) const;

private:
  void addPart(llvm::StringRef Part);

  llvm::StringSet<> Parts;              // "map"
  llvm::StringSet<> Operators;          // "__1eq"; of std itself: "eq"
  llvm::SmallBitVector Lengths, Scopes; // of those parts, and of the scopes
};

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_NAMEFILTER_H
