// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lets emitted code pass by the runtime: see Shortcuts.h.

#include "Shortcuts.h"
#include "Callbacks.h"
#include "mapsan/abi.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace mapsan {

namespace {

namespace site_field {
enum {
#define MAPSAN_SITE_FIELD(Type, Name) Name,
#include "mapsan/callbacks.inc"
};
} // namespace site_field

namespace family_field {
enum {
#define MAPSAN_FAMILY_FIELD(Type, Name) Name,
#include "mapsan/callbacks.inc"
};
} // namespace family_field

namespace shortcut_field {
enum {
#define MAPSAN_SHORTCUT_FIELD(Type, Name) Name,
#include "mapsan/callbacks.inc"
};
} // namespace shortcut_field

// A hook whose site is known, and what the site says.
struct Hook {
  CallInst *Call;
  GlobalVariable *Site, *Family;
  int Effect, Flags, SizeOffset;

  Value *map() const { return Call->getArgOperand(1); }
  bool mayPass() const {
    return Effect == MapsanEffectRead || Effect == MapsanEffectWrite ||
           (Effect == MapsanEffectMayWrite && (Flags & MapsanSiteShort));
  }
};

int number(const GlobalVariable &G, unsigned Field) {
  auto *Value =
      dyn_cast<ConstantInt>(G.getInitializer()->getAggregateElement(Field));
  return Value ? static_cast<int>(Value->getSExtValue()) : 0;
}

// Nothing if it is a hook of another kind, or for whatever reason not as the
// first pass has left it.
std::optional<Hook> asHook(CallInst &Call) {
  auto *Site = dyn_cast<GlobalVariable>(Call.getArgOperand(0));
  if (!Site || !Site->hasInitializer())
    return std::nullopt;
  auto *Family = dyn_cast_or_null<GlobalVariable>(
      Site->getInitializer()->getAggregateElement(site_field::family));
  if (!Family || !Family->hasInitializer())
    return std::nullopt;
  return Hook{&Call,
              Site,
              Family,
              number(*Site, site_field::effect),
              number(*Site, site_field::flags),
              number(*Family, family_field::size_offset)};
}

class Expansion {
public:
  explicit Expansion(Module &M)
      : M(M), Calls(M), I64(Type::getInt64Ty(M.getContext())),
        Ptr(PointerType::get(M.getContext(), 0)) {
    Type *const Table = ArrayType::get(I64, MAPSAN_SHORTCUT_ENTRIES);
    Shortcuts = StructType::get(M.getContext(), {
#define MAPSAN_SHORTCUT_FIELD(Type, Name) Type,
#include "mapsan/callbacks.inc"
                                                });
    // Taken mostly: the other side is out of the way.
    Weights = MDBuilder(M.getContext()).createBranchWeights(2000, 1);
  }

  void begin(const Hook &H) {
    IRBuilder<> Builder(H.Call);
    Value *Map = Builder.CreatePtrToInt(H.map(), I64);
    Value *Mine = shortcuts(Builder);
    Value *Wanted = Builder.CreateXor(Map, load(Builder, Mine, key()));
    Wanted = Builder.CreateXor(
        Wanted, loadShared(Builder, H.Family, family_field::tag));
    Value *Differs =
        Builder.CreateXor(Wanted, load(Builder, Mine, entry(Builder, H, Map)));
    Differs = Builder.CreateOr(Differs, load(Builder, Mine, inFlight()));
    Differs = Builder.CreateOr(Differs,
                               loadShared(Builder, H.Site, site_field::fresh));
    auto [Short, Long] = fork(Builder.CreateIsNull(Differs), H);

    Builder.SetInsertPoint(Short);
    if (H.Effect == MapsanEffectMayWrite)
      store(Builder,
            quiet(Builder.CreateAlignedLoad(
                I64,
                Builder.CreateConstInBoundsGEP1_64(Builder.getInt8Ty(), H.map(),
                                                   H.SizeOffset),
                Align(8))),
            Mine, shortcut_field::size);
    store(Builder, H.Site, Mine, shortcut_field::site);
    store(Builder,
          Builder.CreateIntrinsic(Intrinsic::frameaddress, {Ptr},
                                  {Builder.getInt32(0)}),
          Mine, shortcut_field::frame);
    store(Builder, Map, Mine, shortcut_field::in_flight);
    Builder.SetInsertPoint(Long);
    Calls.call(Builder, Callback::map_begin_long, {H.Site, H.map()});
    H.Call->eraseFromParent();
  }

  void end(const Hook &H) {
    IRBuilder<> Builder(H.Call);
    Value *Map = Builder.CreatePtrToInt(H.map(), I64);
    Value *Mine = shortcuts(Builder);
    auto [Short, Long] =
        fork(Builder.CreateICmpEQ(load(Builder, Mine, inFlight()), Map), H);
    Builder.SetInsertPoint(Short);
    store(Builder, Builder.getInt64(0), Mine, shortcut_field::in_flight);
    Builder.SetInsertPoint(Long);
    Calls.call(Builder, Callback::map_end_long,
               {H.Site, H.map(), H.Call->getArgOperand(2)});
    H.Call->eraseFromParent();
  }

private:
  // Where in the structure.
  using Place = SmallVector<Value *, 3>;
  Place field(unsigned Field) const {
    Type *I32 = Type::getInt32Ty(M.getContext());
    return {ConstantInt::get(I32, 0), ConstantInt::get(I32, Field)};
  }
  Place key() const { return field(shortcut_field::key); }
  Place inFlight() const { return field(shortcut_field::in_flight); }
  Place entry(IRBuilder<> &Builder, const Hook &H, Value *Map) const {
    Place P = field(H.Effect == MapsanEffectRead ? shortcut_field::reads
                                                 : shortcut_field::writes);
    Value *Product =
        Builder.CreateMul(Map, Builder.getInt64(MAPSAN_SHORTCUT_MULTIPLIER));
    P.push_back(Builder.CreateAnd(Builder.CreateLShr(Product, 32),
                                  MAPSAN_SHORTCUT_ENTRIES - 1));
    return P;
  }

  // What another sanitizer is not to look at.
  template <class Instruction> static Instruction *quiet(Instruction *I) {
    I->setMetadata(LLVMContext::MD_nosanitize,
                   MDNode::get(I->getContext(), {}));
    return I;
  }

  Value *shortcuts(IRBuilder<> &Builder) const {
    constexpr const char *Name = "__mapsan_shortcuts";
    GlobalVariable *G = M.getNamedGlobal(Name);
    if (!G)
      G = new GlobalVariable(M, Ptr, /*isConstant=*/false,
                             GlobalValue::ExternalLinkage, nullptr, Name,
                             nullptr, GlobalValue::InitialExecTLSModel);
    return quiet(Builder.CreateLoad(Ptr, Builder.CreateThreadLocalAddress(G)));
  }

  // The thread's own, which others read but never write.
  Value *load(IRBuilder<> &Builder, Value *Mine, const Place &P) const {
    return quiet(
        Builder.CreateLoad(I64, Builder.CreateInBoundsGEP(Shortcuts, Mine, P)));
  }
  void store(IRBuilder<> &Builder, Value *What, Value *Mine,
             unsigned Field) const {
    StoreInst *Store = quiet(Builder.CreateAlignedStore(
        What, Builder.CreateInBoundsGEP(Shortcuts, Mine, field(Field)),
        Align(8)));
    Store->setAtomic(AtomicOrdering::Monotonic);
  }
  // Of a descriptor, which the runtime writes to.
  Value *loadShared(IRBuilder<> &Builder, GlobalVariable *G,
                    unsigned Field) const {
    LoadInst *Load = quiet(Builder.CreateAlignedLoad(
        I64, Builder.CreateConstInBoundsGEP2_32(G->getValueType(), G, 0, Field),
        Align(8)));
    Load->setAtomic(AtomicOrdering::Monotonic);
    return Load;
  }

  std::pair<Instruction *, Instruction *> fork(Value *Passes,
                                               const Hook &H) const {
    Instruction *Short, *Long;
    SplitBlockAndInsertIfThenElse(Passes, H.Call, &Short, &Long, Weights);
    return {Short, Long};
  }

  Module &M;
  mutable Callbacks Calls;
  Type *I64, *Ptr;
  StructType *Shortcuts;
  MDNode *Weights;
};

} // namespace

PreservedAnalyses ShortcutsPass::run(Module &M, ModuleAnalysisManager &) {
  const Function *Begin = M.getFunction("__mapsan_map_begin");
  const Function *End = M.getFunction("__mapsan_map_end");
  std::vector<Hook> Begins, Ends;
  for (Function &F : M) {
    if (F.hasOptNone() || F.hasOptSize())
      continue;
    for (Instruction &I : instructions(F)) {
      auto *Call = dyn_cast<CallInst>(&I);
      const Function *Callee = Call ? Call->getCalledFunction() : nullptr;
      if (!Callee || (Callee != Begin && Callee != End))
        continue;
      if (auto H = asHook(*Call); H && H->mayPass())
        (Callee == Begin ? Begins : Ends).push_back(*H);
    }
  }
  if (Begins.empty() && Ends.empty())
    return PreservedAnalyses::all();
  Expansion Expand(M);
  for (const Hook &H : Begins)
    Expand.begin(H);
  for (const Hook &H : Ends)
    Expand.end(H);
  return PreservedAnalyses::none();
}

} // namespace mapsan
