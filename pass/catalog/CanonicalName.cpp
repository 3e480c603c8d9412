// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Demangled C++ names in the one spelling that the catalog uses.

#include "CanonicalName.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace mapsan {

// Round groups count round brackets alone: the demangler puts every expression
// that contains < or > into them, so what is inside must not be believed.
size_t groupLength(StringRef Text) {
  const char Open = Text.front();
  const char Close = Open == '('   ? ')'
                     : Open == '[' ? ']'
                     : Open == '{' ? '}'
                                   : '>';
  size_t Depth = 0;
  for (size_t I = 0; I < Text.size(); ++I) {
    if (Text[I] == Open) {
      ++Depth;
    } else if (Text[I] == Close) {
      if (Close == '>' && I && Text[I - 1] == '-')
        continue; // an arrow
      if (--Depth == 0)
        return I + 1;
    } else if (Open == '<' && (Text[I] == '(' || Text[I] == '{')) {
      I += groupLength(Text.drop_front(I)) - 1;
    }
  }
  return Text.size();
}

// The length of an operator's name at the start of Text, or 0: its brackets
// are part of the name.
static size_t operatorLength(StringRef Text) {
  if (!Text.starts_with("operator"))
    return 0;
  StringRef Rest = Text.drop_front(8);
  for (StringRef Op : {"()", "[]", "<=>", "<<=", ">>=", "->*", "<<", ">>",
                       "<=", ">=", "->", "<", ">"})
    if (Rest.starts_with(Op))
      return 8 + Op.size();
  return Rest.empty() || !(isAlnum(Rest.front()) || Rest.front() == '_') ? 8
                                                                         : 0;
}

std::string stripArguments(StringRef Name) {
  std::string Out;
  for (size_t I = 0; I < Name.size();) {
    StringRef Rest = Name.drop_front(I);
    bool AtWord = I == 0 || !(isAlnum(Name[I - 1]) || Name[I - 1] == '_');
    if (size_t Length = AtWord ? operatorLength(Rest) : 0) {
      Out += Rest.take_front(Length);
      I += Length;
    } else if (Rest.starts_with("(anonymous namespace)")) {
      Out += "(anonymous namespace)";
      I += 21;
    } else if (Rest.front() == '<' || Rest.starts_with("[abi:")) {
      I += groupLength(Rest);
    } else if (Rest.front() == '(') {
      I += groupLength(Rest);
      // What follows the parameters (const, &&, noexcept) up to the next ::
      size_t Next = Name.find("::", I);
      I = Next == StringRef::npos ? Name.size() : Next;
    } else {
      Out += Rest.front();
      ++I;
    }
  }
  return Out;
}

StringRef lastSegment(StringRef Name) {
  size_t At = Name.rfind("::");
  return At == StringRef::npos ? Name : Name.drop_front(At + 2);
}

bool isLibcxxNamespace(StringRef Segment) {
  // "__1" upstream, "__2" for ABI 2, "__ndk1" on Android, "__Cr" in Chromium.
  return Segment == "__1" || Segment == "__2" || Segment == "__ndk1" ||
         Segment == "__Cr";
}

bool isVersionNamespace(StringRef Parent, StringRef Segment) {
  if (Parent == "std" || Parent == "__gnu_cxx")
    return Segment == "__cxx11" || Segment == "_V2" || Segment == "__8";
  if (Parent == "absl")
    return Segment.starts_with("lts_") || Segment.starts_with("debian");
  auto AllDigits = [](StringRef Text) {
    return !Text.empty() &&
           all_of(Text, [](char C) { return isDigit(C) || C == '_'; });
  };
  if (Segment.starts_with("d") && AllDigits(Segment.drop_front()))
    return Parent == "detail"; // tbb::detail::d1
  return Segment.starts_with("v") && AllDigits(Segment.drop_front());
}

std::string canonicalName(StringRef Name) {
  SmallVector<StringRef, 8> Segments;
  std::string Stripped = stripArguments(Name.trim());
  StringRef(Stripped).split(Segments, "::");
  std::string Out;
  StringRef Parent;
  for (StringRef Segment : Segments) {
    if (Parent == "std" && isLibcxxNamespace(Segment))
      Segment = "__1";
    // The last segment is the entity itself, never an inline namespace.
    bool Last = Segment.end() == Stripped.data() + Stripped.size();
    if (!Last && isVersionNamespace(Parent, Segment))
      continue;
    if (!Out.empty() || !Parent.empty())
      Out += "::";
    Out += Segment;
    Parent = Segment;
  }
  return Out;
}

std::vector<std::string> argumentNames(StringRef Class) {
  std::vector<std::string> Names;
  // The group that the name ends with, if it does.
  for (size_t At = Class.find('<'); At != StringRef::npos;
       At = Class.find('<', At)) {
    StringRef Group = Class.drop_front(At);
    const size_t Length = groupLength(Group);
    if (Length == Group.size())
      for (const std::string &Argument : splitList(Group))
        Names.push_back(canonicalName(Argument));
    At += Length;
  }
  return Names;
}

bool isWithin(StringRef Scope, StringRef Pattern) {
  if (Pattern.consume_back("*"))
    return Scope.starts_with(Pattern);
  return Scope.consume_front(Pattern) &&
         (Scope.empty() || Scope.starts_with("::"));
}

std::vector<std::string> splitList(StringRef Bracketed) {
  std::vector<std::string> Items;
  if (Bracketed.size() < 2)
    return Items;
  // Of "(int) const &" only the list.
  StringRef Text = Bracketed.take_front(groupLength(Bracketed));
  Text = Text.drop_front().drop_back();
  size_t Start = 0;
  for (size_t I = 0; I < Text.size();) {
    char C = Text[I];
    if (C == ',') {
      Items.push_back(Text.slice(Start, I).trim().str());
      Start = ++I;
    } else if (C == '(' || C == '<' || C == '[' || C == '{') {
      I += groupLength(Text.drop_front(I));
    } else {
      ++I;
    }
  }
  StringRef Last = Text.drop_front(Start).trim();
  if (!Last.empty())
    Items.push_back(Last.str());
  return Items;
}

} // namespace mapsan
