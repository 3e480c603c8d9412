// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which mangled names can be those of catalogued functions.

#include "NameFilter.h"
#include "CanonicalName.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace mapsan {

static void note(size_t Length, SmallBitVector &In) {
  if (In.size() <= Length)
    In.resize(Length + 1);
  In.set(Length);
}

void NameFilter::addPart(StringRef Part) {
  Parts.insert(Part);
  note(Part.size(), Lengths);
}

void NameFilter::add(StringRef Name) {
  static const std::pair<StringRef, StringRef> Codes[] = {
      {"operator==", "eq"},  {"operator!=", "ne"}, {"operator<", "lt"},
      {"operator<=", "le"},  {"operator>", "gt"},  {"operator>=", "ge"},
      {"operator<=>", "ss"}, {"operator()", "cl"}};
  StringRef Last = lastSegment(Name);
  for (auto &[Operator, Code] : Codes) {
    if (Last != Operator)
      continue;
    StringRef Scope = lastSegment(Name.drop_back(Last.size()).rtrim(":"));
    if (Scope == "std")
      Scope = "";
    note(Scope.size(), Scopes);
    Operators.insert((Scope + Code).str());
    if (Scope == "__1")
      for (StringRef Inline : {"__2", "__ndk1", "__Cr"}) {
        note(Inline.size(), Scopes);
        Operators.insert((Inline + Code).str());
      }
    return;
  }
  addPart(Last);
}

bool NameFilter::mayContain(StringRef Symbol) const {
  auto Has = [](const SmallBitVector &Set, size_t Length) {
    return Length < Set.size() && Set[Length];
  };
  for (size_t I = 0; I < Symbol.size(); ++I) {
    if (Symbol[I] == 'S') {
      if (Symbol.substr(I + 1, 1) == "t" && Has(Scopes, 0) &&
          Operators.contains(Symbol.substr(I + 2, 2)))
        return true;
      continue;
    }
    if (!isDigit(Symbol[I]))
      continue;
    // From each digit on: "T_13map" may be a number and "3map".
    size_t Length = 0, At = I;
    while (At < Symbol.size() && isDigit(Symbol[At]) && Length < Symbol.size())
      Length = Length * 10 + (Symbol[At++] - '0');
    if (Has(Lengths, Length) && Parts.contains(Symbol.substr(At, Length)))
      return true;
    if (Length && Has(Scopes, Length) &&
        Operators.contains(Symbol.substr(At, Length + 2)))
      return true;
  }
  return false;
}

} // namespace mapsan
