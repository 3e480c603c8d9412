// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The names of types and functions as a person writes them.

#include "TypeNames.h"
#include "catalog/CalleeName.h"
#include "catalog/CanonicalName.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace mapsan {

namespace {

bool isNameChar(char C) { return isAlnum(C) || C == '_' || C == '$'; }

// Is this name, as written so far, std's own template of that name?
bool isStd(StringRef Name, StringRef Template) {
  return Name.consume_front("std::") && Name == Template;
}

// Whose templates are known to take what follows by default.
bool isLibrary(StringRef Name) {
  return any_of(ArrayRef<StringRef>{"std::", "absl::", "boost::", "llvm::"},
                [&](StringRef Scope) { return Name.starts_with(Scope); });
}

// Is `Argument` what the libraries' templates take by default after `First`?
bool isDefaultArgument(StringRef Argument, StringRef First) {
  for (StringRef Whole :
       {"llvm::MallocAllocator", "absl::container_internal::StringHash",
        "absl::container_internal::StringEq",
        "absl::container_internal::StringBtreeDefaultLess"})
    if (Argument == Whole)
      return true;
  for (StringRef Template : {"std::allocator<", "llvm::detail::DenseMapPair<"})
    if (Argument.starts_with(Template))
      return true;
  for (StringRef Template :
       {"std::less<", "std::hash<", "std::equal_to<", "std::char_traits<",
        "std::default_delete<", "boost::hash<", "absl::hash_internal::Hash<",
        "llvm::DenseMapInfo<"})
    if (Argument.consume_front(Template)) {
      Argument.consume_back(">");
      Argument.consume_back(", void"); // DenseMapInfo's own default
      return Argument == First;
    }
  // What a MapVector consists of.
  if (Argument.consume_front("llvm::DenseMap<"))
    return Argument.consume_front(First) && Argument == ", unsigned int>";
  return Argument.consume_front("llvm::SmallVector<std::pair<") &&
         Argument.consume_front(First) && Argument.ends_with(">, 0u>");
}

// basic_string<char> and its kin have names of their own.
std::string stringAlias(StringRef Template, StringRef Character) {
  for (StringRef Basic : {"basic_string", "basic_string_view"}) {
    if (!isStd(Template, Basic))
      continue;
    StringRef Prefix = StringSwitch<StringRef>(Character)
                           .Case("char", "std::")
                           .Case("wchar_t", "std::w")
                           .Case("char8_t", "std::u8")
                           .Case("char16_t", "std::u16")
                           .Case("char32_t", "std::u32")
                           .Default("");
    if (!Prefix.empty())
      return (Prefix + Basic.drop_front(6)).str();
  }
  return "";
}

// The demangler spells template arguments out; this puts back what the user
// left to defaults. Works on the text: the debug info may not be there.
std::string templateName(std::string Name, ArrayRef<std::string> Arguments) {
  if (Name == "llvm::DenseMapBase")
    return Arguments[0]; // what derives from it
  SmallVector<StringRef, 6> Kept(Arguments.begin(), Arguments.end());
  const bool Std = StringRef(Name).starts_with("std::");
  bool Polymorphic = false;
  if (Std && Kept.size() > 1 &&
      Kept.back().starts_with("std::pmr::polymorphic_allocator<")) {
    Polymorphic = true;
    Kept.pop_back();
  }
  // The `const K, V` of a node's pair is the allocator's business, not ours.
  while (Kept.size() > 1 && isLibrary(Name) &&
         isDefaultArgument(Kept.back(), Kept[0]))
    Kept.pop_back();
  if (Kept.size() == 1) {
    std::string Alias = stringAlias(Name, Kept[0]);
    if (!Alias.empty()) {
      if (Polymorphic)
        Alias.insert(5, "pmr::");
      return Alias;
    }
  }
  if (Polymorphic)
    Name.insert(5, "pmr::");
  return Name + "<" + join(Kept, ", ") + ">";
}

// Drops inline namespaces from the end of a name that is being read.
bool dropsSegment(StringRef Before, StringRef Segment) {
  if (!Before.consume_back("::"))
    return false;
  StringRef Parent = Before;
  size_t Start = Parent.find_last_not_of(
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
  Parent = Parent.drop_front(Start == StringRef::npos ? 0 : Start + 1);
  if (Parent == "std" && (isLibcxxNamespace(Segment) ||
                          Segment == "__cxx1998" || Segment == "__debug"))
    return true;
  return isVersionNamespace(Parent, Segment);
}

} // namespace

std::string shortTypeName(StringRef Text) {
  std::string Out;
  size_t NameStart = 0; // of the qualified name that is being copied
  for (size_t I = 0; I < Text.size();) {
    StringRef Rest = Text.drop_front(I);
    if (isNameChar(Rest.front())) {
      StringRef Word = Rest.take_while(isNameChar);
      I += Word.size();
      if (Text.drop_front(I).starts_with("::") && dropsSegment(Out, Word)) {
        I += 2;
        continue;
      }
      if (!StringRef(Out).ends_with("::"))
        NameStart = Out.size();
      Out += Word;
    } else if (Rest.starts_with("[abi:")) {
      I += groupLength(Rest);
    } else if (Rest.front() == '<') {
      size_t Length = groupLength(Rest);
      std::vector<std::string> Arguments;
      for (const std::string &A : splitList(Rest.take_front(Length)))
        Arguments.push_back(shortTypeName(A));
      std::string Name = Out.substr(NameStart);
      Out.resize(NameStart);
      Out += Arguments.empty() ? Name + "<>" : templateName(Name, Arguments);
      I += Length;
    } else if (Rest.starts_with("(anonymous namespace)")) {
      NameStart = StringRef(Out).ends_with("::") ? NameStart : Out.size();
      Out += "(anonymous namespace)";
      I += 21;
    } else {
      Out += Rest.front();
      ++I;
    }
  }
  return Out;
}

std::string functionName(const Function &F) {
  CalleeName Name;
  if (!Name.parse(F.getName()))
    return Name.Base;
  std::string Scope = stripArguments(Name.ScopeText);
  return Scope.empty() ? Name.Base : Scope + "::" + Name.Base;
}

} // namespace mapsan
