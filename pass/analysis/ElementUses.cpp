// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds accesses to elements of maps.

#include "ElementUses.h"
#include "Callee.h"
#include "HookSites.h"
#include "LibraryMethods.h"
#include "Places.h"
#include "PrivateLocals.h"
#include "TypeNames.h"
#include "catalog/CalleeArguments.h"
#include "catalog/CalleeName.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace mapsan {

namespace {

const unsigned MaxDepth = 8;

// Beyond this, nobody has written the function by hand.
const size_t MaxUses = 20000;

// What the call returns is a reference to an element; not to the map, as
// assignments do, and no pointer that somebody has put in.
bool returnsElement(const CallBase &Call, const MapOperation &Does) {
  return Call.getType()->isPointerTy() && !Does.Maps.front().IsResult &&
         (Call.hasRetAttr(Attribute::NonNull) ||
          Call.getRetDereferenceableBytes()) &&
         is_contained({"operator[]", "at", "front", "back", "first", "last",
                       "FindAndConstruct", "getOrInsertDefault"},
                      Does.Name);
}

// Where the iterators in one variable come from.
struct IteratorSource {
  const MapCall *By = nullptr; // one of them
  bool Others = false;         // there are more
  bool Private = true;         // all of them, from private maps

  void unknown() {
    Others = true;
    Private = false;
  }
};

class Search {
public:
  Search(Function &F, const std::vector<MapCall> &Maps, CatalogMatcher &Matcher,
         PrivateLocals &Locals)
      : F(F), Matcher(Matcher), Locals(Locals), Where(Matcher),
        DL(F.getParent()->getDataLayout()) {
    for (const MapCall &Site : Maps)
      MapCalls[Site.Call] = &Site;
  }

  std::vector<ElementUse> find();

private:
  struct Answer {
    ElementOrigin Origin;
    bool Private;
  };
  const Answer *originOf(Value *Address, unsigned Depth = MaxDepth);
  std::optional<Answer> computeOrigin(Value *Base, unsigned Depth);
  std::optional<Answer> dereferenced(const CallBase &Call,
                                     const IteratorOperation &Op);
  const Family *sharingFamily();
  std::optional<Answer> ownElement(const Family &Of);
  IteratorSource sourceOf(Value *Iterator);
  void comesFrom(Value *What, SmallVectorImpl<Value *> &Further,
                 IteratorSource &Into);
  void followWrites(Value *Address, SmallVectorImpl<Value *> &Further,
                    IteratorSource &Into, unsigned Depth);
  bool isPrivate(const MapCall &Site) {
    return Locals.isPrivate(
        Site.Call->getArgOperand(Site.Does->Maps.front().Argument));
  }

  void use(Instruction &At, Value *Address, bool Write, uint64_t Size,
           Value *Length = nullptr);
  void access(Instruction &At, Value *Address, bool Write, Type *Of) {
    const TypeSize Size = DL.getTypeStoreSize(Of);
    if (!Size.isScalable())
      use(At, Address, Write, Size);
  }
  void memory(MemIntrinsic &I);
  void call(CallBase &I);

  Function &F;
  CatalogMatcher &Matcher;
  PrivateLocals &Locals;
  Places Where;
  const DataLayout &DL;
  DenseMap<const CallBase *, const MapCall *> MapCalls;
  std::optional<const Family *> Own;                // sharingFamily, if known
  DenseMap<Value *, std::unique_ptr<Answer>> Known; // null: no element's
  DenseMap<Value *, IteratorSource> Sources;
  std::vector<ElementUse> Found;
};

Value *baseOf(Value *Address) {
  while (auto *Part = dyn_cast<GEPOperator>(Address))
    Address = Part->getPointerOperand();
  return Address;
}

const Search::Answer *Search::originOf(Value *Address, unsigned Depth) {
  Value *Base = baseOf(Address);
  if (!isa<CallBase, LoadInst>(Base) || !Depth)
    return nullptr;
  auto It = Known.find(Base);
  if (It == Known.end()) {
    auto Found = computeOrigin(Base, Depth);
    It = Known
             .try_emplace(Base,
                          Found ? std::make_unique<Answer>(std::move(*Found))
                                : nullptr)
             .first;
  }
  return It->second.get();
}

std::optional<Search::Answer> Search::computeOrigin(Value *Base,
                                                    unsigned Depth) {
  auto Same = [&](Value *As) -> std::optional<Answer> {
    const Answer *Other = originOf(As, Depth - 1);
    return Other ? std::optional<Answer>(*Other) : std::nullopt;
  };
  if (auto *Load = dyn_cast<LoadInst>(Base)) {
    auto *Reference = dyn_cast<AllocaInst>(Load->getPointerOperand());
    StoreInst *Store = Reference ? Where.onlyStore(*Reference) : nullptr;
    return Store ? Same(Store->getValueOperand()) : std::nullopt;
  }
  auto &Call = *cast<CallBase>(Base);
  auto It = MapCalls.find(&Call);
  if (It != MapCalls.end()) {
    const MapCall &Site = *It->second;
    if (!returnsElement(Call, *Site.Does))
      return std::nullopt;
    return Answer{{{&Call, Site.Does}, Site.Does->Maps.front().Of, ""},
                  isPrivate(Site)};
  }
  const Function *Callee = directCallee(Call);
  const IteratorOperation *Op =
      Callee ? Matcher.iteratorOperation(*Callee) : nullptr;
  if (Op && Op->Does == IteratorOperation::Dereference)
    return dereferenced(Call, *Op);
  if (Callee && Callee->getName().contains("valueImpl"))
    if (const Family *Own = sharingFamily();
        Own &&
        Matcher.qualifiedName(*Callee) == Own->Classes.front() + "::valueImpl")
      return ownElement(*Own);
  Value *Argument = Where.passedThrough(Call, /*Whole=*/false);
  return Argument ? Same(Argument) : std::nullopt;
}

std::optional<Search::Answer>
Search::dereferenced(const CallBase &Call, const IteratorOperation &Op) {
  if (!Call.getType()->isPointerTy() || !Op.Of)
    return std::nullopt;
  const Family *Of = Matcher.familyOf(*Op.Of);
  if (const Family *Own = sharingFamily())
    return ownElement(*Own);
  const IteratorSource Source =
      sourceOf(Call.getArgOperand(Op.Iterators.front()));
  // Whose data copies share, of that it must be known where the data are.
  if (Of && Of->Shared && (!Source.By || Source.Others))
    return std::nullopt;
  if (Source.By)
    return Answer{{{Source.By->Call, Source.By->Does},
                   Source.By->Does->Maps.front().Of,
                   ""},
                  Source.Private};
  if (!Of)
    return std::nullopt;
  CalleeName Name;
  Name.parse(directCallee(Call)->getName());
  return Answer{{{}, Of, shortTypeName(Name.ScopeText)}, false};
}

// Asked for few functions, as it costs their names.
const Family *Search::sharingFamily() {
  if (!Own)
    Own = Matcher.sharingFamily(F);
  return *Own;
}

// In the library's own code, on maps of this family: only what a method returns
// of the map that it is called on is its caller's business.
std::optional<Search::Answer> Search::ownElement(const Family &Of) {
  if (Matcher.qualifiedName(F) != Of.Classes.front() + "::value")
    return std::nullopt;
  const unsigned This = firstArgument(F);
  CalleeName Name;
  Name.parse(F.getName());
  return Answer{{{}, &Of, shortTypeName(Name.ScopeText), F.getArg(This)},
                false};
}

// --- iterators

IteratorSource Search::sourceOf(Value *Iterator) {
  const auto At = Where.of(Iterator);
  if (!At)
    return {nullptr, /*Others=*/true, /*Private=*/false};
  auto It = Sources.find(At->Variable);
  if (It != Sources.end())
    return It->second;
  IteratorSource Source;
  SmallVector<Value *, 4> Variables = {At->Variable};
  SmallPtrSet<Value *, 4> Seen;
  while (!Variables.empty()) {
    Value *Variable = Variables.pop_back_val();
    if (Seen.insert(Variable).second)
      followWrites(Variable, Variables, Source, MaxDepth);
  }
  Source.Private &= Source.By != nullptr;
  return Sources[At->Variable] = Source;
}

// `What` is stored to a variable that has iterators.
void Search::comesFrom(Value *What, SmallVectorImpl<Value *> &Further,
                       IteratorSource &Into) {
  if (auto *Word = dyn_cast<ExtractValueInst>(What))
    What = Word->getAggregateOperand();
  auto FromVariable = [&](Value *Address) {
    if (const auto From = Where.of(Address))
      Further.push_back(From->Variable);
    else
      Into.unknown();
  };
  if (auto *Call = dyn_cast<CallBase>(What)) {
    auto It = MapCalls.find(Call);
    const Function *Callee = directCallee(*Call);
    const IteratorOperation *Op =
        Callee ? Matcher.iteratorOperation(*Callee) : nullptr;
    if (It != MapCalls.end()) {
      Into.Others |= Into.By && Into.By != It->second;
      if (!Into.By)
        Into.By = It->second;
      Into.Private &= isPrivate(*It->second);
    } else if (Op && !Op->Iterators.empty() &&
               (Op->ReturnsOld || Op->Does == IteratorOperation::Another)) {
      FromVariable(Call->getArgOperand(Op->Iterators.front()));
    } else if (Op && Op->Does == IteratorOperation::Search) {
      Value *Given = Call->getArgOperand(Op->ByValue);
      auto *Load = dyn_cast<LoadInst>(Given);
      FromVariable(Load ? Load->getPointerOperand() : Given);
    } else {
      Into.unknown();
    }
  } else if (auto *Load = dyn_cast<LoadInst>(What)) {
    FromVariable(Load->getPointerOperand());
  } else if (!isa<Constant>(What)) { // a sentinel, or the bool of a pair
    Into.unknown();
  }
}

void Search::followWrites(Value *Address, SmallVectorImpl<Value *> &Further,
                          IteratorSource &Into, unsigned Depth) {
  for (const Use &U : Address->uses()) {
    User *By = U.getUser();
    if (auto *Store = dyn_cast<StoreInst>(By)) {
      if (U.getOperandNo() == StoreInst::getPointerOperandIndex())
        comesFrom(Store->getValueOperand(), Further, Into);
      else
        Into.unknown(); // somebody else may change it
    } else if (auto *Part = dyn_cast<GetElementPtrInst>(By)) {
      if (Depth)
        followWrites(Part, Further, Into, Depth - 1);
    } else if (auto *Transfer = dyn_cast<MemTransferInst>(By)) {
      if (Transfer->getRawDest() != U.get())
        continue;
      if (const auto From = Where.of(Transfer->getRawSource()))
        Further.push_back(From->Variable);
      else
        Into.unknown();
    } else if (auto *Call = dyn_cast<CallBase>(By)) {
      if (isa<IntrinsicInst>(Call) || !Call->isArgOperand(&U) ||
          Call->isByValArgument(Call->getArgOperandNo(&U)))
        continue;
      const Function *Callee = directCallee(*Call);
      const IteratorOperation *Op =
          Callee ? Matcher.iteratorOperation(*Callee) : nullptr;
      const unsigned Argument = Call->getArgOperandNo(&U);
      if (Call->paramHasAttr(Argument, Attribute::StructRet)) {
        comesFrom(Call, Further, Into);
      } else if (Op && Op->Does == IteratorOperation::Assign) {
        const auto From = Op->Iterators.size() == 2
                              ? Where.of(Call->getArgOperand(Op->Iterators[1]))
                              : std::nullopt;
        if (Argument != Op->Iterators.front())
          continue;
        if (From)
          Further.push_back(From->Variable);
        else
          Into.unknown();
      } else if (!Op || Op->Does == IteratorOperation::Unknown) {
        Into.unknown();
      }
    }
  }
}

// --- accesses

void Search::use(Instruction &At, Value *Address, bool Write, uint64_t Size,
                 Value *Length) {
  if ((!Size && !Length) || Address->getType()->getPointerAddressSpace())
    return;
  const Answer *Of = originOf(Address);
  if (Of && !Of->Private)
    Found.push_back({&At, Address, Write, Size, Length, Of->Origin});
}

void Search::memory(MemIntrinsic &I) {
  if (I.isVolatile())
    return;
  auto *Constant = dyn_cast<ConstantInt>(I.getLength());
  const uint64_t Size = Constant ? Constant->getZExtValue() : 0;
  Value *Length = Constant ? nullptr : I.getLength();
  if (auto *Transfer = dyn_cast<MemTransferInst>(&I))
    use(I, Transfer->getRawSource(), /*Write=*/false, Size, Length);
  use(I, I.getRawDest(), /*Write=*/true, Size, Length);
}

void Search::call(CallBase &I) {
  bool Any = false;
  for (const Use &Argument : I.args()) {
    if (!Argument->getType()->isPointerTy() || !originOf(Argument))
      continue;
    Any = true;
    const unsigned Number = I.getArgOperandNo(&Argument);
    if (I.isByValArgument(Number))
      access(I, Argument, /*Write=*/false, I.getParamByValType(Number));
  }
  const Function *Callee = Any ? directCallee(I) : nullptr;
  if (!Callee || Callee->isIntrinsic())
    return;
  for (const LibraryAccess &A : libraryAccesses(*Callee)) {
    const uint64_t Size = I.getParamDereferenceableBytes(A.Argument);
    use(I, I.getArgOperand(A.Argument), A.Write, std::min<uint64_t>(Size, 8));
  }
}

std::vector<ElementUse> Search::find() {
  for (BasicBlock &BB : F)
    for (Instruction &I : BB) {
      if (I.hasMetadata(LLVMContext::MD_nosanitize))
        continue;
      if (auto *Intrinsic = dyn_cast<MemIntrinsic>(&I))
        memory(*Intrinsic);
      else if (isa<IntrinsicInst>(&I))
        continue;
      else if (auto *Call = dyn_cast<CallBase>(&I))
        call(*Call);
      else if (auto *Store = dyn_cast<StoreInst>(&I);
               Store && Store->isSimple())
        access(I, Store->getPointerOperand(), /*Write=*/true,
               Store->getValueOperand()->getType());
      else if (auto *Load = dyn_cast<LoadInst>(&I); Load && Load->isSimple())
        access(I, Load->getPointerOperand(), /*Write=*/false, Load->getType());
      if (Found.size() > MaxUses)
        return {};
    }
  return std::move(Found);
}

// --- repetitions

// The same address, if no variable that holds one has been written meanwhile.
bool isSameAddress(const Value *A, const Value *B, unsigned Depth = MaxDepth) {
  if (A == B)
    return true;
  auto *I = dyn_cast<Instruction>(A), *J = dyn_cast<Instruction>(B);
  if (!I || !J || !Depth || !I->isSameOperationAs(J))
    return false;
  if (isa<LoadInst>(I))
    return I->getOperand(0) == J->getOperand(0) &&
           isa<AllocaInst>(I->getOperand(0));
  return isa<GetElementPtrInst>(I) &&
         isSameAddress(I->getOperand(0), J->getOperand(0), Depth - 1) &&
         equal(drop_begin(I->operand_values()),
               drop_begin(J->operand_values()));
}

bool covers(const ElementUse &By, const ElementUse &Use) {
  return !By.Length && !Use.Length && By.Size >= Use.Size &&
         By.Write >= Use.Write && isSameAddress(By.Address, Use.Address);
}

// One block's, in its order: which of them are not needed.
class Repetitions {
public:
  Repetitions(std::vector<ElementUse> &Uses, QuietCalls &Quiet)
      : Uses(Uses), Quiet(Quiet), Dropped(Uses.size()) {}

  void look(BasicBlock &BB);
  void drop();

private:
  std::vector<ElementUse> &Uses;
  QuietCalls &Quiet;
  std::vector<char> Dropped;
  size_t Next = 0;
};

void Repetitions::look(BasicBlock &BB) {
  SmallVector<size_t, 8> Told;  // nothing loud since
  SmallVector<size_t, 8> Reads; // nothing at all since, that may not come back
  for (Instruction &I : BB) {
    for (; Next < Uses.size() && Uses[Next].At == &I; ++Next) {
      const ElementUse &U = Uses[Next];
      if (any_of(Told, [&](size_t E) { return covers(Uses[E], U); })) {
        Dropped[Next] = true;
        continue;
      }
      if (U.Write)
        for (size_t R : Reads)
          if (covers(U, Uses[R]))
            Dropped[R] = true;
      Told.push_back(Next);
      if (!U.Write)
        Reads.push_back(Next);
    }
    auto *Call = dyn_cast<CallBase>(&I);
    auto *Intrinsic = dyn_cast<IntrinsicInst>(&I);
    const bool Plain =
        !I.isAtomic() && (!Call || (Intrinsic && Quiet.isQuiet(I)));
    // A reference is another one from here on. (Nothing but a store makes it
    // so, or it is not followed.)
    auto *Store = dyn_cast<StoreInst>(&I);
    const bool Moves = Store && isa<AllocaInst>(Store->getPointerOperand()) &&
                       Store->getValueOperand()->getType()->isPointerTy();
    if (!Plain || Moves)
      Reads.clear();
    if (Moves || !Quiet.isQuiet(I))
      Told.clear();
  }
}

void Repetitions::drop() {
  std::vector<ElementUse> Kept;
  for (size_t U = 0; U < Uses.size(); ++U)
    if (!Dropped[U])
      Kept.push_back(std::move(Uses[U]));
  Uses = std::move(Kept);
}

} // namespace

std::vector<ElementUse> findElementUses(Function &F,
                                        const std::vector<MapCall> &Maps,
                                        CatalogMatcher &Matcher,
                                        QuietCalls &Quiet,
                                        PrivateLocals &Locals) {
  std::vector<ElementUse> Uses = Search(F, Maps, Matcher, Locals).find();
  if (Uses.size() > 1) {
    Repetitions Same(Uses, Quiet);
    for (BasicBlock &BB : F)
      Same.look(BB);
    Same.drop();
  }
  return Uses;
}

} // namespace mapsan
