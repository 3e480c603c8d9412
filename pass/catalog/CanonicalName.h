// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Demangled C++ names in the one spelling that the catalog uses: without
// template arguments, parameters, ABI tags and inline version namespaces.

#ifndef MAPSAN_PASS_CATALOG_CANONICALNAME_H
#define MAPSAN_PASS_CATALOG_CANONICALNAME_H

#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace mapsan {

// "f<int>(int) const::$_0" -> "f::$_0". Keeps "operator<", "operator()" and
// "(anonymous namespace)".
std::string stripArguments(llvm::StringRef Name);

// stripArguments, then: std's libc++ inline namespaces become __1, version
// namespaces elsewhere go ("absl::lts_20240116::x" -> "absl::x").
std::string canonicalName(llvm::StringRef Name);

// Is this segment of a name, standing after `Parent`, an inline namespace that
// only carries a version? For std's own, see canonicalName.
bool isVersionNamespace(llvm::StringRef Parent, llvm::StringRef Segment);

// Is it one of the names by which libc++ builds call their inline namespace?
bool isLibcxxNamespace(llvm::StringRef Segment);

// Of a name without template arguments: "a::b::c" -> "c".
llvm::StringRef lastSegment(llvm::StringRef Name);

// The length of the bracket group that opens at Text[0], of one kind of
// bracket; other brackets inside are skipped over where they can mislead.
size_t groupLength(llvm::StringRef Text);

// Is the class `Scope` the one called `Pattern`, or inside of it? A trailing *
// of the pattern is a glob.
bool isWithin(llvm::StringRef Scope, llvm::StringRef Pattern);

// "(A<x, y> const&, int)" -> {"A<x, y> const&", "int"}.
std::vector<std::string> splitList(llvm::StringRef Bracketed);

// The canonical names of a class's template arguments: "ns2::Derived", "char"
// of "ns::Base<ns2::Derived<int>, char>".
std::vector<std::string> argumentNames(llvm::StringRef Class);

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_CANONICALNAME_H
