// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What calls of the standard library do to the objects that they are given.

#include "LibraryMethods.h"
#include "catalog/CalleeArguments.h"
#include "catalog/CalleeName.h"
#include "catalog/CanonicalName.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace mapsan {

// Not pair, tuple and array, which leave all to their members: these may be the
// program's classes, and lock.
static bool isLibraryClass(StringRef Class) {
  if (!Class.consume_front("std::"))
    return false;
  auto [Inline, Rest] = Class.split("::");
  if (!Rest.empty() && (isLibcxxNamespace(Inline) || Inline == "__cxx11" ||
                        Inline == "__cxx1998" || Inline == "__debug"))
    Class = Rest;
  return is_contained({"basic_string", "vector", "deque", "list",
                       "forward_list", "stack", "queue", "priority_queue",
                       "optional", "any", "variant", "function", "unique_ptr",
                       "shared_ptr", "weak_ptr",
                       // where the libraries have what these inherit
                       "__shared_ptr", "__weak_ptr", "__shared_ptr_access",
                       "__optional_destruct_base", "__optional_storage_base"},
                      Class);
}

static bool countsAsConst(StringRef Method) {
  return is_contained({"begin", "end", "rbegin", "rend", "front", "back",
                       "data", "at", "operator[]", "operator*", "operator->",
                       "value", "get", "top"},
                      Method);
}

static bool changes(StringRef Method) {
  return is_contained({"operator=", "operator+=", "assign", "append", "insert",
                       "emplace", "push_back", "emplace_back", "pop_back",
                       "push_front", "emplace_front", "pop_front", "push",
                       "pop", "erase", "clear", "resize", "reset", "swap"},
                      Method);
}

// Without template arguments and ABI tags.
static StringRef methodOf(StringRef Base) {
  if (Base.starts_with("operator=<"))
    return "operator=";
  Base = Base.split("[abi:").first;
  return Base.starts_with("operator") ? Base : Base.split('<').first;
}

SmallVector<LibraryAccess, 2> libraryAccesses(const Function &Callee) {
  SmallVector<LibraryAccess, 2> Found;
  CalleeName Name;
  if (!Callee.getName().starts_with("_ZN") || !Name.parse(Callee.getName()) ||
      Name.Destructor || !isLibraryClass(Name.Scope))
    return Found;
  const unsigned This = firstArgument(Callee);
  if (This >= Callee.arg_size() ||
      !Callee.getArg(This)->getType()->isPointerTy())
    return Found;
  const StringRef Method = methodOf(Name.Base);
  if (!Name.Constructor) {
    const bool Const = Callee.getName().starts_with("_ZNK");
    if (changes(Method))
      Found.push_back({This, true});
    else if (Const || countsAsConst(Method))
      Found.push_back({This, false});
  }
  if ((Name.Constructor || Method == "operator=") && !Name.Parameters.empty() &&
      referredClass(Name.Parameters[0]) == Name.Scope)
    if (auto Index = pointerIndex(Callee, This + 1, Name.Parameters, 0))
      Found.push_back(
          {*Index, StringRef(Name.Parameters[0]).ends_with("&&") &&
                       !StringRef(Name.Parameters[0]).ends_with("const&&")});
  return Found;
}

} // namespace mapsan
