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

// Some manglings are beyond the demangler of this LLVM: 19 knows neither
// constrained template parameters (libc++'s from_range constructors) nor
// members in a decltype (libstdc++'s equal_range), and clang 22 leaves a
// parameter of an alias in the constraint of libc++'s __wrap_iter. The nested
// name stands first: the longest beginning that makes a function of no
// parameters.
// The demangler points into `Mangled`, which is cut to fit.
static bool parseNameAlone(std::string &Mangled, ItaniumPartialDemangler &D) {
  const std::string Symbol = Mangled;
  if (!StringRef(Symbol).starts_with("_ZN"))
    return false;
  for (size_t Length = Symbol.size(); Length > 4; --Length) {
    Mangled = Symbol.substr(0, Length) + "Ev";
    if (!D.partialDemangle(Mangled.c_str()) && D.isFunction())
      return true;
  }
  return false;
}

bool CalleeName::parse(StringRef Symbol) {
  Base = Symbol.str();
  // Clones carry a suffix that the partial demangler does not take.
  std::string Mangled =
      Symbol.take_until([](char C) { return C == '.'; }).str();
  ItaniumPartialDemangler Demangler;
  if (!StringRef(Mangled).starts_with("_Z"))
    return false;
  Whole = !Demangler.partialDemangle(Mangled.c_str());
  if (Whole ? !Demangler.isFunction() : !parseNameAlone(Mangled, Demangler))
    return false;
  size_t Size = 0;
  ScopeText = take(Demangler.getFunctionDeclContextName(nullptr, &Size));
  Scope = canonicalName(ScopeText);
  Size = 0;
  Base = stripArguments(take(Demangler.getFunctionBaseName(nullptr, &Size)));
  Size = 0;
  if (Whole)
    Parameters =
        splitList(take(Demangler.getFunctionParameters(nullptr, &Size)));
  else
    Parameters = {"..."};
  if (Demangler.isCtorOrDtor()) {
    Destructor = !Base.empty() && Base[0] == '~';
    Constructor = !Destructor;
  }
  return true;
}

std::string CalleeName::qualified() const {
  return Scope.empty() ? Base : canonicalName(Scope + "::" + Base);
}

std::string firstTemplateArgument(StringRef Symbol) {
  const std::string Mangled =
      Symbol.take_until([](char C) { return C == '.'; }).str();
  ItaniumPartialDemangler Demangler;
  if (Demangler.partialDemangle(Mangled.c_str()) || !Demangler.isFunction())
    return "";
  size_t Size = 0;
  const std::vector<std::string> All =
      argumentNames(take(Demangler.getFunctionName(nullptr, &Size)));
  return All.empty() ? "" : All.front();
}

} // namespace mapsan
