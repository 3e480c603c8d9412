// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A callee's row name and where its IR has the arguments of its source.

#include "CalleeArguments.h"
#include "CanonicalName.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace mapsan {

std::string referredClass(StringRef Parameter) {
  if (!Parameter.consume_back("&&") && !Parameter.consume_back("&"))
    return "";
  Parameter = Parameter.rtrim();
  Parameter.consume_back("const");
  return canonicalName(Parameter);
}

std::string classText(StringRef Parameter) {
  Parameter = Parameter.rtrim("&").rtrim();
  Parameter.consume_back("const");
  return Parameter.rtrim().str();
}

static bool refersToConst(StringRef Parameter) {
  return Parameter.rtrim("&").rtrim().ends_with("const");
}

std::string rowName(const CalleeName &Name,
                    function_ref<bool(StringRef Parameter)> IsOwn) {
  if (Name.Destructor)
    return "(destructor)";
  const bool Assigns = Name.Base == "operator=";
  if (!Name.Constructor && !Assigns)
    return Name.Base;
  const char *Noun = Assigns ? "assignment)" : "constructor)";
  if (!Assigns && Name.Parameters.empty())
    return "(default-constructor)";
  if (!Name.Parameters.empty() &&
      (referredClass(Name.Parameters[0]) == Name.Scope ||
       (IsOwn && IsOwn(Name.Parameters[0]))))
    return (StringRef(Name.Parameters[0]).ends_with("&&") &&
                    !refersToConst(Name.Parameters[0])
                ? "(move-"
                : "(copy-") +
           std::string(Noun);
  return "(" + std::string(Noun);
}

StringRef generalName(StringRef RowName) {
  if (RowName.ends_with("constructor)"))
    return "(constructor)";
  return RowName.ends_with("assignment)") ? "(assignment)" : "";
}

unsigned firstArgument(const Function &F) {
  return F.hasStructRetAttr() ? 1 : 0;
}

std::optional<unsigned> argumentIndex(const Function &F, unsigned First,
                                      ArrayRef<std::string> Parameters,
                                      unsigned Parameter) {
  auto IsOneWord = [](StringRef P) {
    return P.ends_with("&") || P.ends_with("*");
  };
  if (F.arg_size() != First + Parameters.size() &&
      !all_of(Parameters.take_front(Parameter), IsOneWord))
    return std::nullopt;
  unsigned Index = First + Parameter;
  if (Index >= F.arg_size())
    return std::nullopt;
  return Index;
}

std::optional<unsigned> pointerIndex(const Function &F, unsigned First,
                                     ArrayRef<std::string> Parameters,
                                     unsigned Parameter) {
  auto Index = argumentIndex(F, First, Parameters, Parameter);
  if (Index && !F.getArg(*Index)->getType()->isPointerTy())
    return std::nullopt;
  return Index;
}

} // namespace mapsan
