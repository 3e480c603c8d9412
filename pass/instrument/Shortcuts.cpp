// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lets emitted code pass by the runtime: see Shortcuts.h.

#include "Shortcuts.h"
#include "Callbacks.h"
#include "ShortcutFields.h"
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
      : Calls(M), Fields(M), I64(Type::getInt64Ty(M.getContext())),
        Ptr(PointerType::get(M.getContext(), 0)) {
    // Taken mostly: the other side is out of the way.
    Weights = MDBuilder(M.getContext()).createBranchWeights(2000, 1);
  }

  void begin(const Hook &H) {
    IRBuilder<> Builder(H.Call);
    Value *Map = Builder.CreatePtrToInt(H.map(), I64);
    Value *Mine = Fields.own(Builder);
    Value *Wanted =
        Builder.CreateXor(Map, Fields.load(Builder, Mine, shortcut_field::key));
    Wanted = Builder.CreateXor(
        Wanted, loadShared(Builder, H.Family, family_field::tag));
    Value *Differs = Builder.CreateXor(Wanted, entry(Builder, H, Map, Mine));
    Differs = Builder.CreateOr(
        Differs, Fields.load(Builder, Mine, shortcut_field::in_flight));
    Differs = Builder.CreateOr(Differs,
                               loadShared(Builder, H.Site, site_field::fresh));
    auto [Short, Long] = fork(Builder.CreateIsNull(Differs), H);

    Builder.SetInsertPoint(Short);
    if (H.Effect == MapsanEffectMayWrite)
      Fields.store(Builder,
                   quiet(Builder.CreateAlignedLoad(
                       I64,
                       Builder.CreateConstInBoundsGEP1_64(
                           Builder.getInt8Ty(), H.map(), H.SizeOffset),
                       Align(8))),
                   Mine, shortcut_field::size);
    Fields.store(Builder, H.Site, Mine, shortcut_field::site);
    Fields.store(Builder,
                 Builder.CreateIntrinsic(Intrinsic::frameaddress, {Ptr},
                                         {Builder.getInt32(0)}),
                 Mine, shortcut_field::frame);
    Fields.store(Builder, Map, Mine, shortcut_field::in_flight);
    Builder.SetInsertPoint(Long);
    Calls.call(Builder, Callback::map_begin_long, {H.Site, H.map()});
    H.Call->eraseFromParent();
  }

  // A use that does not read the map, of a handle that is null, or whose map is
  // as it was.
  void used(CallInst &Use) {
    IRBuilder<> Builder(&Use);
    Value *Handle = Use.getArgOperand(0);
    Value *Watch = quiet(Builder.CreateAlignedLoad(Ptr, Handle, Align(8)));
    Instruction *Known = SplitBlockAndInsertIfThen(
        Builder.CreateIsNotNull(Watch), &Use, /*Unreachable=*/false);
    Builder.SetInsertPoint(Known);
    LoadInst *Now = quiet(Builder.CreateAlignedLoad(I64, Watch, Align(8)));
    Now->setAtomic(AtomicOrdering::Monotonic);
    Value *Then = quiet(Builder.CreateAlignedLoad(
        I64, Builder.CreateConstInBoundsGEP1_64(Builder.getInt8Ty(), Handle, 8),
        Align(8)));
    Instruction *Changed = SplitBlockAndInsertIfThen(
        Builder.CreateICmpNE(Now, Then), Known, /*Unreachable=*/false,
        MDBuilder(Use.getContext()).createBranchWeights(1, 2000));
    Use.moveBefore(Changed);
  }

  void end(const Hook &H) {
    IRBuilder<> Builder(H.Call);
    Value *Map = Builder.CreatePtrToInt(H.map(), I64);
    Value *Mine = Fields.own(Builder);
    auto [Short, Long] =
        fork(Builder.CreateICmpEQ(
                 Fields.load(Builder, Mine, shortcut_field::in_flight), Map),
             H);
    Builder.SetInsertPoint(Short);
    Fields.store(Builder, Builder.getInt64(0), Mine, shortcut_field::in_flight);
    Builder.SetInsertPoint(Long);
    Calls.call(Builder, Callback::map_end_long,
               {H.Site, H.map(), H.Call->getArgOperand(2)});
    H.Call->eraseFromParent();
  }

private:
  Value *entry(IRBuilder<> &Builder, const Hook &H, Value *Map,
               Value *Mine) const {
    return Fields.load(
        Builder, Mine,
        H.Effect == MapsanEffectRead ? shortcut_field::reads
                                     : shortcut_field::writes,
        ShortcutFields::index(Builder, Map, MAPSAN_SHORTCUT_ENTRIES));
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

  mutable Callbacks Calls;
  ShortcutFields Fields;
  Type *I64, *Ptr;
  MDNode *Weights;
};

} // namespace

PreservedAnalyses ShortcutsPass::run(Module &M, ModuleAnalysisManager &) {
  const Function *Begin = M.getFunction("__mapsan_map_begin");
  const Function *End = M.getFunction("__mapsan_map_end");
  const Function *Used = M.getFunction("__mapsan_handle_used");
  std::vector<Hook> Begins, Ends;
  std::vector<CallInst *> Uses;
  for (Function &F : M) {
    if (F.hasOptNone() || F.hasOptSize())
      continue;
    for (Instruction &I : instructions(F)) {
      auto *Call = dyn_cast<CallInst>(&I);
      const Function *Callee = Call ? Call->getCalledFunction() : nullptr;
      if (Callee && Callee == Used) {
        auto *Site = dyn_cast<GlobalVariable>(Call->getArgOperand(1));
        if (Site && Site->hasInitializer() &&
            !(number(*Site, site_field::flags) & MapsanSiteIterates))
          Uses.push_back(Call);
        continue;
      }
      if (!Callee || (Callee != Begin && Callee != End))
        continue;
      if (auto H = asHook(*Call); H && H->mayPass())
        (Callee == Begin ? Begins : Ends).push_back(*H);
    }
  }
  if (Begins.empty() && Ends.empty() && Uses.empty())
    return PreservedAnalyses::all();
  Expansion Expand(M);
  for (const Hook &H : Begins)
    Expand.begin(H);
  for (const Hook &H : Ends)
    Expand.end(H);
  for (CallInst *Use : Uses)
    Expand.used(*Use);
  return PreservedAnalyses::none();
}

} // namespace mapsan
