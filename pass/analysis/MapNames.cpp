// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names the map that a call is made on: walks from the operand back to the
// variable, global or call that its address comes from, and forward again
// through the members that debug info finds at the offsets on the way.

#include "MapNames.h"
#include "Callee.h"
#include "DebugVariables.h"
#include "TypeNames.h"
#include "catalog/CalleeName.h"
#include "catalog/CanonicalName.h"
#include "catalog/CatalogMatcher.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace mapsan {

namespace {

// The object at an address. Text names the object, or with Pointer set a
// pointer to it: its member is Text->member, itself is *Text.
struct Place {
  std::string Text;
  const DIType *Type = nullptr;
  bool Pointer = false;

  std::string object() const {
    if (!Pointer)
      return Text;
    StringRef Inner = Text; // "(*p)" is "**p", not "*(*p)"
    if (Inner.starts_with("(*") && groupLength(Inner) == Inner.size())
      Inner = Inner.drop_front().drop_back();
    return "*" + Inner.str();
  }
};

class Walk {
public:
  explicit Walk(StringRef ClassText) {
    StringRef Name = Class = canonicalName(ClassText);
    size_t Colon = Name.rfind("::");
    if (Colon != StringRef::npos)
      Class = Class.substr(Colon + 2);
  }

  std::string name(const Value &Address) {
    Place P = placeOf(Address);
    if (P.Text.empty())
      return "";
    // A member or base at offset zero has left no trace in the address.
    Place Inner = P;
    for (unsigned Depth = 0; Depth < 8 && Inner.Type; ++Depth) {
      if (isTheClass(Inner.Type))
        return Inner.object();
      auto Sub = subobjectAt(Inner.Type, 0);
      if (!Sub || Sub->Rest)
        break;
      Inner = member(Inner, *Sub);
    }
    return P.object();
  }

  // The outermost object of such a class at the address.
  std::string type(const Value &Address,
                   function_ref<bool(const std::string &)> IsClass) {
    Place P = placeOf(Address);
    for (unsigned Depth = 0; Depth < 8 && P.Type; ++Depth) {
      const std::string Name = qualifiedName(*P.Type);
      if (IsClass(canonicalName(Name)))
        return Name;
      auto Sub = subobjectAt(P.Type, 0);
      if (!Sub || Sub->Rest)
        break;
      P = member(P, *Sub);
    }
    return "";
  }

private:
  // Malformed or cyclic code must not hold the compiler up.
  static constexpr unsigned MaxSteps = 32;

  static std::string qualifiedName(const DIType &T) {
    std::string Name = T.getName().str();
    for (const DIScope *S = T.getScope(); S && !isa<DIFile, DICompileUnit>(S);
         S = S->getScope()) {
      if (isa<DISubprogram>(S))
        return ""; // a class of a function's: nobody's container
      Name.insert(0, (S->getName().empty() ? "(anonymous namespace)"
                                           : S->getName().str()) +
                         "::");
    }
    return Name;
  }

  bool isTheClass(const DIType *T) const {
    StringRef Name = T->getName();
    return Name.consume_front(Class) && (Name.empty() || Name[0] == '<');
  }

  static bool isClosure(const DIType *T) {
    return T && T->getTag() == dwarf::DW_TAG_class_type && T->getName().empty();
  }

  static Place member(const Place &Of, const Subobject &Sub) {
    Place P{Of.Text, Sub.Type, false};
    if (Sub.Access.empty()) { // a base class or an unnamed struct
      P.Pointer = Of.Pointer;
      return P;
    }
    if (Sub.Access[0] == '[') {
      P.Text = (Of.Pointer ? "(*" + Of.Text + ")" : Of.Text) + Sub.Access;
      return P;
    }
    // A lambda's captures are members of a class without a name; the user
    // wrote the bare name of the variable.
    if (Of.Text == "this" && isClosure(Of.Type))
      P.Text = Sub.Access;
    else
      P.Text += (Of.Pointer ? "->" : ".") + Sub.Access;
    return P;
  }

  Place placeOf(const Value &Address);
  Place placeOfLocal(const Value &Memory);
  Place placeOfLoad(const LoadInst &Load);
  Place placeOfOffset(const GEPOperator &Gep);
  Place placeOfCall(const CallBase &Call);

  std::string Class;
  unsigned Steps = 0;
};

// The one value that is ever stored into a compiler's temporary, or into the
// only member of a class that wraps a pointer (an iterator).
const Value *singleStoredValue(const Value &Memory) {
  const Value *Stored = nullptr;
  for (const User *U : Memory.users()) {
    const Value *Here = nullptr;
    if (auto *S = dyn_cast<StoreInst>(U)) {
      if (S->getPointerOperand() == &Memory)
        Here = S->getValueOperand();
    } else if (auto *Gep = dyn_cast<GetElementPtrInst>(U)) {
      if (Gep->hasAllZeroIndices())
        Here = singleStoredValue(*Gep);
    }
    if (Here && Stored)
      return nullptr;
    Stored = Here ? Here : Stored;
  }
  return Stored;
}

Place Walk::placeOf(const Value &Address) {
  if (++Steps > MaxSteps)
    return {};
  if (isa<AllocaInst>(Address) || isa<Argument>(Address))
    return placeOfLocal(Address);
  if (auto *Load = dyn_cast<LoadInst>(&Address))
    return placeOfLoad(*Load);
  if (auto *Gep = dyn_cast<GEPOperator>(&Address))
    return placeOfOffset(*Gep);
  if (auto *G = dyn_cast<GlobalVariable>(&Address)) {
    GlobalName Name = globalName(*G);
    return {Name.Text, plainType(Name.Type), false};
  }
  if (auto *Call = dyn_cast<CallBase>(&Address))
    return placeOfCall(*Call);
  return {}; // a conditional expression, a loop over an array's elements
}

Place Walk::placeOfLocal(const Value &Memory) {
  if (const DILocalVariable *V = localVariable(Memory))
    return {V->getName().str(), plainType(V->getType()), false};
  // A parameter by value that travels by address: its variable is recorded as
  // what the stored address points to.
  if (isa<Argument>(Memory))
    for (const User *U : Memory.users())
      if (auto *S = dyn_cast<StoreInst>(U))
        if (S->getValueOperand() == &Memory)
          if (auto *B = structuredBinding(*S->getPointerOperand(), true, 0))
            return {B->getName().str(), plainType(B->getType()), false};
  return {};
}

Place Walk::placeOfLoad(const LoadInst &Load) {
  const Value &From = *Load.getPointerOperand();
  if (auto *Memory = dyn_cast<AllocaInst>(&From)) {
    const DILocalVariable *V = localVariable(*Memory);
    // Range-for's own variable, or one that the compiler made: what it holds.
    if (!V || V->getName().starts_with("__range")) {
      if (const DILocalVariable *B = structuredBinding(*Memory, true, 0))
        return {B->getName().str(), plainType(B->getType()), false};
      const Value *Stored = singleStoredValue(*Memory);
      return Stored ? placeOf(*Stored) : Place{};
    }
  }
  Place P = placeOf(From);
  if (P.Text.empty())
    return {};
  const DIType *Target = referredType(P.Type);
  bool Reference = Target && !isPointerType(P.Type);
  if (P.Pointer) // the pointer itself is behind a pointer
    P.Text = Reference ? P.Text : "(*" + P.Text + ")";
  return {P.Text, Target, Target && !Reference};
}

Place Walk::placeOfOffset(const GEPOperator &Gep) {
  const Value &Base = *Gep.getPointerOperand();
  const DataLayout *Layout = nullptr;
  if (auto *I = dyn_cast<Instruction>(&Gep))
    Layout = &I->getModule()->getDataLayout();
  else if (auto *G = dyn_cast<GlobalVariable>(Gep.stripInBoundsOffsets()))
    Layout = &G->getParent()->getDataLayout();
  if (!Layout)
    return {};
  APInt Bytes(Layout->getIndexTypeSizeInBits(Gep.getType()), 0);
  if (!Gep.accumulateConstantOffset(*Layout, Bytes)) {
    Place P = placeOf(Base);
    if (P.Text.empty())
      return {};
    auto *Array = dyn_cast_or_null<DICompositeType>(P.Type);
    if (Array && Array->getTag() == dwarf::DW_TAG_array_type)
      P.Type = plainType(Array->getBaseType());
    return {P.Text + "[..]", P.Type, false};
  }
  if (Bytes.isNegative())
    return {};
  const uint64_t Offset = Bytes.getZExtValue();
  const auto *Load = dyn_cast<LoadInst>(&Base);
  const Value &Memory = Load ? *Load->getPointerOperand() : Base;
  if (isa<AllocaInst>(Memory))
    if (const DILocalVariable *B = structuredBinding(Memory, Load, Offset))
      return {B->getName().str(), plainType(B->getType()), false};
  Place P = placeOf(Base);
  if (P.Text.empty())
    return {};
  // Down to the member that starts where the address points, or to the
  // container itself; a member at that place of a type further in is the
  // business of name().
  uint64_t Rest = Offset;
  for (unsigned Depth = 0; Depth < 16; ++Depth) {
    if (Depth && Rest == 0)
      return P;
    auto Sub = subobjectAt(P.Type, Rest);
    if (!Sub)
      break;
    P = member(P, *Sub);
    Rest = Sub->Rest;
  }
  if (Rest)
    P.Text += "+" + std::to_string(Rest);
  P.Type = nullptr;
  return P;
}

Place Walk::placeOfCall(const CallBase &Call) {
  const Function *Callee = directCallee(Call);
  if (!Callee)
    return {};
  if (Callee->getIntrinsicID() == Intrinsic::threadlocal_address)
    return placeOf(*Call.getArgOperand(0));
  // The wrapper that a thread_local of another module is reached through.
  if (Callee->getName().starts_with("_ZTW")) {
    StringRef Text = "thread-local wrapper routine for ";
    std::string Variable = demangle(Callee->getName().str());
    return {StringRef(Variable).consume_front(Text)
                ? Variable.substr(Text.size())
                : "",
            nullptr, false};
  }
  CalleeName Name;
  if (!Name.parse(Callee->getName()))
    return {Name.Base + "()", nullptr, false};

  // What is returned, where the callee is defined here with debug info.
  const DIType *Result = nullptr;
  if (const DISubprogram *P = Callee->getSubprogram())
    if (const DISubroutineType *T = P->getType())
      if (T->getTypeArray().size())
        Result = referredType(T->getTypeArray()[0]);

  const unsigned This = Callee->hasStructRetAttr() ? 1 : 0;
  const bool Member = Call.arg_size() > This && !Name.Scope.empty() &&
                      Call.getArgOperand(This)->getType()->isPointerTy();
  if (Member) {
    const Value &Receiver = *Call.getArgOperand(This);
    Place Of = placeOf(Receiver);
    if (Of.Text.empty() && isa<AllocaInst>(Receiver))
      if (const Value *Stored = singleStoredValue(Receiver))
        if (auto *Maker = dyn_cast<CallBase>(Stored))
          if (++Steps < MaxSteps)
            Of = placeOfCall(*Maker);
    const std::string Object = Of.object();
    const bool Named = !Object.empty();
    if (Name.qualified() == "std::move" || Name.qualified() == "std::forward" ||
        Name.Base == "as_const" || Name.Base == "addressof")
      return Of;
    const std::string Wrapped = Of.Pointer ? "(" + Object + ")" : Object;
    if (Named && (Name.Base == "operator[]" || Name.Base == "at"))
      return {Wrapped + "[..]", Result, false};
    if (Named && Name.Base == "operator->")
      return {Object, Result, true};
    if (Named && Name.Base == "operator*")
      return {"*" + Object, Result, false};
    if (Named && Name.Base != "get")
      return {Of.Text + (Of.Pointer ? "->" : ".") + Name.Base +
                  (Name.Parameters.empty() ? "()" : "(..)"),
              Result, false};
    if (Named && Name.Base == "get" && Name.Scope != "std")
      return {Object, Result, true};
    if (Named && Name.Base == "get")
      return {"std::get(" + Object + ")", Result, false};
  }
  return {Name.Base + (Name.Parameters.empty() ? "()" : "(..)"), Result, false};
}

} // namespace

std::string mapName(const Value &Address, StringRef ClassText) {
  return Walk(ClassText).name(Address);
}

// The class that the program says it has there, one of those that `IsClass`
// tells by their canonical names, with its arguments: what a method was
// inherited from is another one. Empty where debug info does not know.
static std::string
mapTypeName(const Value &Address, StringRef ClassText,
            function_ref<bool(const std::string &)> IsClass) {
  return Walk(ClassText).type(Address, IsClass);
}

std::string mapType(const CallBase &Call, const MapArgument &Map) {
  const std::vector<std::string> &Classes = Map.Of->Classes;
  if (Map.IsResult || Classes.size() == 1)
    return shortTypeName(Map.TypeText);
  const std::string Known = mapTypeName(
      *Call.getArgOperand(Map.Argument), Map.TypeText,
      [&](const std::string &Class) { return is_contained(Classes, Class); });
  // Of the same class the demangler's spelling is that of all other reports.
  return shortTypeName(Known.empty() || canonicalName(Known) ==
                                            canonicalName(Map.TypeText)
                           ? Map.TypeText
                           : Known);
}

} // namespace mapsan
