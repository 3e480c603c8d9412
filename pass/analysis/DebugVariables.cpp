// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What debug info says about a variable's memory and about a type's members.

#include "DebugVariables.h"
#include "catalog/CanonicalName.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/DebugProgramInstruction.h"
#include "llvm/IR/Instruction.h"

using namespace llvm;

namespace mapsan {

namespace {

// Calls Do(variable, expression) for each record until it returns true. With
// optimisation clang's AssignmentTracking has run before us and has turned the
// declares into assignment markers.
template <typename Fn> void eachRecord(const Value &Memory, Fn Do) {
  Value *V = const_cast<Value *>(&Memory);
  for (DbgVariableRecord *R : findDVRDeclares(V))
    if (Do(R->getVariable(), R->getExpression()))
      return;
  auto *I = dyn_cast<Instruction>(V);
  if (!I)
    return;
  for (DbgVariableRecord *R : at::getDVRAssignmentMarkers(I))
    if (Do(R->getVariable(), R->getAddressExpression()))
      return;
}

} // namespace

const DILocalVariable *localVariable(const Value &Memory) {
  const DILocalVariable *Found = nullptr;
  eachRecord(Memory, [&](DILocalVariable *V, DIExpression *E) {
    if (E->getNumElements() == 0)
      Found = V;
    return Found != nullptr;
  });
  return Found;
}

const DILocalVariable *structuredBinding(const Value &Memory, bool Through,
                                         uint64_t Offset) {
  const DILocalVariable *Found = nullptr;
  eachRecord(Memory, [&](DILocalVariable *V, DIExpression *E) {
    ArrayRef<uint64_t> Ops = E->getElements();
    if (Through) {
      if (Ops.empty() || Ops.front() != dwarf::DW_OP_deref)
        return false;
      Ops = Ops.drop_front();
    } else if (Ops.empty()) {
      return false;
    }
    uint64_t At = 0;
    if (Ops.size() == 2 && Ops[0] == dwarf::DW_OP_plus_uconst)
      At = Ops[1];
    else if (!Ops.empty())
      return false;
    if (At == Offset)
      Found = V;
    return Found != nullptr;
  });
  return Found;
}

GlobalName globalName(const GlobalVariable &G) {
  SmallVector<DIGlobalVariableExpression *, 1> Expressions;
  G.getDebugInfo(Expressions);
  for (DIGlobalVariableExpression *E : Expressions) {
    const DIGlobalVariable *V = E->getVariable();
    GlobalName Name{V->getName().str(), V->getType()};
    const DIScope *Scope = V->getScope();
    if (auto *Member = V->getStaticDataMemberDeclaration())
      Scope = Member->getScope();
    while (Scope && (isa<DINamespace>(Scope) || isa<DIType>(Scope))) {
      auto *Namespace = dyn_cast<DINamespace>(Scope);
      if (!Scope->getName().empty() &&
          !(Namespace && Namespace->getExportSymbols()))
        Name.Text = Scope->getName().str() + "::" + Name.Text;
      Scope = Scope->getScope();
    }
    if (!Name.Text.empty())
      return Name;
  }
  if (G.hasPrivateLinkage())
    return {};
  // "guard variable for ..." and the like are no names of variables.
  std::string Text = stripArguments(demangle(G.getName().str()));
  return {Text.find(' ') == std::string::npos ? Text : "", nullptr};
}

const DIType *plainType(const DIType *T) {
  static const unsigned Transparent[] = {
      dwarf::DW_TAG_typedef, dwarf::DW_TAG_const_type,
      dwarf::DW_TAG_volatile_type, dwarf::DW_TAG_atomic_type,
      dwarf::DW_TAG_template_alias};
  auto *D = dyn_cast_or_null<DIDerivedType>(T);
  while (D && is_contained(Transparent, unsigned(D->getTag()))) {
    T = D->getBaseType();
    D = dyn_cast_or_null<DIDerivedType>(T);
  }
  return T;
}

static bool hasTag(const DIType *T, std::initializer_list<unsigned> Tags) {
  T = plainType(T);
  return T && is_contained(Tags, unsigned(T->getTag()));
}

bool isPointerType(const DIType *T) {
  return hasTag(T, {dwarf::DW_TAG_pointer_type});
}

const DIType *referredType(const DIType *T) {
  if (!hasTag(T, {dwarf::DW_TAG_pointer_type, dwarf::DW_TAG_reference_type,
                  dwarf::DW_TAG_rvalue_reference_type}))
    return nullptr;
  return plainType(cast<DIDerivedType>(plainType(T))->getBaseType());
}

static uint64_t bytesOf(const DIType *T) {
  T = plainType(T);
  return T ? T->getSizeInBits() / 8 : 0;
}

std::optional<Subobject> subobjectAt(const DIType *T, uint64_t Offset) {
  auto *C = dyn_cast_or_null<DICompositeType>(plainType(T));
  if (!C)
    return std::nullopt;
  if (C->getTag() == dwarf::DW_TAG_array_type) {
    const DIType *Element = plainType(C->getBaseType());
    uint64_t Bytes = bytesOf(Element);
    if (!Bytes)
      return std::nullopt;
    return Subobject{"[" + std::to_string(Offset / Bytes) + "]", Element,
                     Offset % Bytes};
  }
  // Of several at one place (an empty base) the one that is large enough.
  for (const DINode *N : C->getElements()) {
    auto *D = dyn_cast_or_null<DIDerivedType>(N);
    if (!D || D->isStaticMember())
      continue;
    bool Base = D->getTag() == dwarf::DW_TAG_inheritance;
    if (!Base && D->getTag() != dwarf::DW_TAG_member)
      continue;
    if (Base && (D->getFlags() & DINode::FlagVirtual))
      continue; // its offset is not a constant
    uint64_t Start = D->getOffsetInBits() / 8;
    const DIType *Type = plainType(D->getBaseType());
    if (!Type || Offset < Start || Offset - Start >= bytesOf(Type))
      continue;
    return Subobject{Base ? "" : D->getName().str(), Type, Offset - Start};
  }
  return std::nullopt;
}

} // namespace mapsan
