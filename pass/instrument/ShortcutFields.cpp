// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads and writes what a thread's shortcuts say, in emitted code.

#include "ShortcutFields.h"
#include "mapsan/abi.h"

using namespace llvm;

namespace mapsan {

ShortcutFields::ShortcutFields(Module &M) : M(M) {
  Type *const I64 = Type::getInt64Ty(M.getContext());
  Type *const Ptr = PointerType::get(M.getContext(), 0);
  Type *const Table = ArrayType::get(I64, MAPSAN_SHORTCUT_ENTRIES);
  Type *const Lent = ArrayType::get(I64, MAPSAN_LENT_ENTRIES);
  Layout = StructType::get(M.getContext(), {
#define MAPSAN_SHORTCUT_FIELD(Type, Name) Type,
#include "mapsan/callbacks.inc"
                                           });
}

Value *ShortcutFields::own(IRBuilder<> &Builder) const {
  constexpr const char *Name = "__mapsan_shortcuts";
  Type *const Ptr = PointerType::get(M.getContext(), 0);
  GlobalVariable *G = M.getNamedGlobal(Name);
  if (!G)
    G = new GlobalVariable(M, Ptr, /*isConstant=*/false,
                           GlobalValue::ExternalLinkage, nullptr, Name, nullptr,
                           GlobalValue::InitialExecTLSModel);
  return quiet(Builder.CreateLoad(Ptr, Builder.CreateThreadLocalAddress(G)));
}

Value *ShortcutFields::place(IRBuilder<> &Builder, Value *Own, unsigned Field,
                             Value *Index) const {
  SmallVector<Value *, 3> Path = {Builder.getInt32(0), Builder.getInt32(Field)};
  if (Index)
    Path.push_back(Index);
  return Builder.CreateInBoundsGEP(Layout, Own, Path);
}

Value *ShortcutFields::index(IRBuilder<> &Builder, Value *Address,
                             unsigned Entries) {
  Value *Product =
      Builder.CreateMul(Address, Builder.getInt64(MAPSAN_SHORTCUT_MULTIPLIER));
  return Builder.CreateAnd(Builder.CreateLShr(Product, 32), Entries - 1);
}

Value *ShortcutFields::load(IRBuilder<> &Builder, Value *Own, unsigned Field,
                            Value *Index) const {
  return quiet(Builder.CreateLoad(Builder.getInt64Ty(),
                                  place(Builder, Own, Field, Index)));
}

Value *ShortcutFields::loadAtomic(IRBuilder<> &Builder, Value *Own,
                                  unsigned Field, Value *Index) const {
  LoadInst *Load = quiet(Builder.CreateAlignedLoad(
      Builder.getInt64Ty(), place(Builder, Own, Field, Index), Align(8)));
  Load->setAtomic(AtomicOrdering::Monotonic);
  return Load;
}

void ShortcutFields::store(IRBuilder<> &Builder, Value *What, Value *Own,
                           unsigned Field, AtomicOrdering Order) const {
  StoreInst *Store = quiet(Builder.CreateAlignedStore(
      What, place(Builder, Own, Field, nullptr), Align(8)));
  Store->setAtomic(Order);
}

} // namespace mapsan
