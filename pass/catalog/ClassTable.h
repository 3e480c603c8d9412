// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the catalog has about classes, found by a class as a symbol names it.

#ifndef MAPSAN_PASS_CATALOG_CLASSTABLE_H
#define MAPSAN_PASS_CATALOG_CLASSTABLE_H

#include "CalleeArguments.h"
#include "CanonicalName.h"
#include "llvm/ADT/StringMap.h"

namespace mapsan {

// Of classes by their canonical names, or as "Base<Derived>": `Base` where that
// is one of its template arguments; or as "Base<A, B>", where both are, one
// before the other.
template <class Entry> class ClassTable {
public:
  // Returns the canonical name alone.
  llvm::StringRef add(llvm::StringRef Class, const Entry *Of) {
    ByClass[Class] = Of;
    const llvm::StringRef Template = Class.split('<').first;
    if (Template != Class)
      ByArgument[Template] = 1;
    return Template;
  }
  // By its canonical name alone.
  bool contains(llvm::StringRef Class) const { return ByClass.contains(Class); }

  // `Class` is the canonical name of the class that is spelt out in `Text`.
  // Null: nothing is known of it.
  const Entry *find(llvm::StringRef Class, llvm::StringRef Text) const {
    if (ByArgument.contains(Class))
      if (const Entry *Of = findByArguments(Class, argumentNames(Text)))
        return Of;
    return ByClass.lookup(Class);
  }
  // The same of the class that a parameter is a reference to.
  const Entry *findReferred(llvm::StringRef Parameter) const {
    const std::string Class = referredClass(Parameter);
    return Class.empty() ? nullptr : find(Class, classText(Parameter));
  }

private:
  const Entry *findByArguments(llvm::StringRef Class,
                               llvm::ArrayRef<std::string> Arguments) const {
    for (; !Arguments.empty(); Arguments = Arguments.drop_front()) {
      const std::string First = (Class + "<" + Arguments.front()).str();
      for (const std::string &Second : Arguments.drop_front())
        if (const Entry *Of = ByClass.lookup(First + ", " + Second + ">"))
          return Of;
      if (const Entry *Of = ByClass.lookup(First + ">"))
        return Of;
    }
    return nullptr;
  }

  llvm::StringMap<const Entry *> ByClass;
  llvm::StringMap<char> ByArgument; // classes of whom that holds an argument
};

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_CLASSTABLE_H
