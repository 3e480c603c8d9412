// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A mangled C++ function name taken apart into what the catalog speaks about.

#ifndef MAPSAN_PASS_CATALOG_CALLEENAME_H
#define MAPSAN_PASS_CATALOG_CALLEENAME_H

#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace mapsan {

struct CalleeName {
  std::string ScopeText; // as demangled: "std::__1::map<int, int, ...>"
  std::string Scope;     // canonical: "std::__1::map"; empty for C names
  std::string Base;      // "find", "operator[]", "map", "~map"
  std::vector<std::string> Parameters; // as demangled, without `this`
  bool Whole = true; // else Parameters is one "...": it is not known which
  bool Constructor = false;
  bool Destructor = false;

  // False for what is no C++ function (data, guards, thunks, C names); then
  // only Base is set, to the symbol itself.
  bool parse(llvm::StringRef Symbol);

  // Of a function, unlike Scope, without the inline namespace around it.
  std::string qualified() const;
};

// The canonical name of the first template argument of a function; empty: it
// has none.
std::string firstTemplateArgument(llvm::StringRef Symbol);

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_CALLEENAME_H
