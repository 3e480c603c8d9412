// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A mangled C++ function name taken apart, with LLVM's own demangler.

#include "CalleeName.h"
#include "CanonicalName.h"
#include "llvm/Demangle/Demangle.h"
#include <cstdlib>

using namespace llvm;

namespace mapsan {

static std::string take(char *Text) {
  std::string Out = Text ? Text : "";
  std::free(Text);
  return Out;
}

bool CalleeName::parse(StringRef Symbol) {
  Base = Symbol.str();
  // Clones carry a suffix that the partial demangler does not take.
  std::string Mangled =
      Symbol.take_until([](char C) { return C == '.'; }).str();
  ItaniumPartialDemangler Demangler;
  if (!StringRef(Mangled).starts_with("_Z") ||
      Demangler.partialDemangle(Mangled.c_str()) || !Demangler.isFunction())
    return false;
  size_t Size = 0;
  ScopeText = take(Demangler.getFunctionDeclContextName(nullptr, &Size));
  Scope = canonicalName(ScopeText);
  Size = 0;
  Base = stripArguments(take(Demangler.getFunctionBaseName(nullptr, &Size)));
  Size = 0;
  Parameters = splitList(take(Demangler.getFunctionParameters(nullptr, &Size)));
  if (Demangler.isCtorOrDtor()) {
    Destructor = !Base.empty() && Base[0] == '~';
    Constructor = !Destructor;
  }
  return true;
}

} // namespace mapsan
