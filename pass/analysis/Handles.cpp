// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Follows iterators and references into maps through a function's variables.

#include "Handles.h"
#include "Callee.h"
#include "HookSites.h"
#include "Places.h"
#include "PrivateLocals.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace mapsan {

namespace {

// Beyond this, nobody has written the function by hand.
const size_t MaxEvents = 20000;

// What an instruction does to memory of local variables, before it is known
// which of them hold handles.
struct Move {
  enum Kind { Made, Copied, Derived, Lost, Used } Does;
  Instruction *At;
  Place To;                  // of a use: what is used
  uint64_t Size = 0;         // bytes written, or copied
  Place From = {nullptr, 0}; // Copied, Derived
  const MapCall *By = nullptr;
  std::string Operation = {};
  bool Steps = false;
  Value *Reference = nullptr;
};

// All moves of a function, in the order of its instructions.
class Moves {
public:
  Moves(Function &F, const std::vector<MapCall> &Maps, CatalogMatcher &Matcher)
      : F(F), Matcher(Matcher), Where(Matcher),
        DL(F.getParent()->getDataLayout()) {
    for (const MapCall &Site : Maps)
      MapCalls[Site.Call] = &Site;
  }

  std::vector<Move> find();
  Places Where;

private:
  void load(LoadInst &I);
  void store(StoreInst &I);
  void memory(MemIntrinsic &I);
  void call(CallBase &I);
  void mapCall(CallBase &I, const MapCall &Site);
  std::optional<Place> given(CallBase &I, unsigned Argument);
  void iteratorCall(CallBase &I, const IteratorOperation &Op);
  void returned(CallBase &I, Value *Into);
  void comesFrom(Instruction &At, Value *What, Place To, uint64_t Size);
  void usesReference(Instruction &At, Value *Address, const char *Operation);

  // What the call returns: a map's element or iterator; or a copy of, or a
  // reference that was got from, one that is an argument.
  struct Result {
    Move::Kind Does = Move::Lost;
    const MapCall *By = nullptr;
    Place From = {nullptr, 0};
  };
  Result resultOf(const CallBase &Call);

  Function &F;
  CatalogMatcher &Matcher;
  const DataLayout &DL;
  DenseMap<const CallBase *, const MapCall *> MapCalls;
  std::vector<Move> Found;
};

Moves::Result Moves::resultOf(const CallBase &Call) {
  auto It = MapCalls.find(&Call);
  if (It != MapCalls.end()) {
    const MapArgument &Map = It->second->Does->Maps.front();
    return Map.Of->Iterators && !Map.IsResult
               ? Result{Move::Made, It->second, {}}
               : Result{};
  }
  const Function *Callee = directCallee(Call);
  const IteratorOperation *Op =
      Callee ? Matcher.iteratorOperation(*Callee) : nullptr;
  if (!Op || Op->Iterators.empty())
    return {};
  const auto From = Where.of(Call.getArgOperand(Op->Iterators.front()));
  if (!From)
    return {};
  if (Op->Does == IteratorOperation::Dereference)
    return {Move::Derived, nullptr, *From};
  if (Op->ReturnsOld || Op->Does == IteratorOperation::Another)
    return {Move::Copied, nullptr, *From};
  return {};
}

// `What` is stored to `To`.
void Moves::comesFrom(Instruction &At, Value *What, Place To, uint64_t Size) {
  Move M{Move::Lost, &At, To, Size};
  auto Is = [&](Move::Kind Does, Place From) {
    M.Does = Does;
    M.From = From;
  };
  // A member of an element is a part of it.
  Value *Base = What;
  while (auto *Part = dyn_cast<GetElementPtrInst>(Base))
    Base = Part->getPointerOperand();
  auto *Word = dyn_cast<ExtractValueInst>(What);
  if (Word && Word->getIndices() == ArrayRef<unsigned>{1}) {
    // The second word of an iterator; or the second iterator of a range, which
    // is told by its class when the first one is.
    auto *Call = dyn_cast<CallBase>(Word->getAggregateOperand());
    const auto It = Call ? MapCalls.find(Call) : MapCalls.end();
    if (It != MapCalls.end() && It->second->Does->Name == "equal_range") {
      M.Does = Move::Made;
      M.By = It->second;
    }
  } else if (auto *Call = dyn_cast<CallBase>(Word ? Word->getAggregateOperand()
                                                  : Base)) {
    const Result R = resultOf(*Call);
    M.By = R.By;
    // A part of what a call returned, or what is got from an iterator, is no
    // iterator.
    if (R.Does == Move::Made || (R.Does == Move::Copied && Base == What) ||
        R.Does == Move::Derived)
      Is(R.Does, R.From);
  } else if (auto *Load = dyn_cast<LoadInst>(Base)) {
    if (auto From = Where.of(Load->getPointerOperand()))
      Is(Base == What ? Move::Copied : Move::Derived, *From);
  }
  Found.push_back(M);
}

void Moves::usesReference(Instruction &At, Value *Address,
                          const char *Operation) {
  Value *Base = Address;
  while (auto *Part = dyn_cast<GetElementPtrInst>(Base))
    Base = Part->getPointerOperand();
  auto *Load = dyn_cast<LoadInst>(Base);
  if (!Load)
    return;
  if (auto From = Where.of(Load->getPointerOperand())) {
    Move M{Move::Used, &At, *From};
    M.Operation = Operation;
    M.Reference = Address;
    Found.push_back(M);
  }
}

void Moves::load(LoadInst &I) {
  usesReference(I, I.getPointerOperand(), "read");
}

void Moves::store(StoreInst &I) {
  usesReference(I, I.getPointerOperand(), "write");
  if (auto To = Where.of(I.getPointerOperand()))
    comesFrom(I, I.getValueOperand(), *To,
              DL.getTypeStoreSize(I.getValueOperand()->getType()));
}

void Moves::memory(MemIntrinsic &I) {
  auto *Transfer = dyn_cast<MemTransferInst>(&I);
  if (Transfer)
    usesReference(I, Transfer->getRawSource(), "read");
  usesReference(I, I.getRawDest(), "write");
  auto To = Where.of(I.getRawDest());
  if (!To)
    return;
  auto *Length = dyn_cast<ConstantInt>(I.getLength());
  const uint64_t Size = Length ? Length->getZExtValue() : ~0ull >> 1;
  Move M{Move::Lost, &I, *To, Size};
  if (Transfer)
    if (auto From = Where.of(Transfer->getRawSource())) {
      M.Does = Move::Copied;
      M.From = *From;
    }
  Found.push_back(M);
}

// What the callee leaves in memory.
void Moves::returned(CallBase &I, Value *Into) {
  auto To = Where.of(Into);
  if (!To)
    return;
  const uint64_t Size = DL.getTypeAllocSize(I.getParamStructRetType(0));
  const Result R = resultOf(I);
  Move M{R.Does, &I, *To, Size, R.From, R.By};
  if (R.Does == Move::Derived) // an object that tells of the element
    M.Does = Move::Lost;
  Found.push_back(M);
  if (R.Does != Move::Made || R.By->Does->Name != "equal_range")
    return;
  M.To.Offset += Size / 2;
  Found.push_back(M);
}

// An iterator that is given by value is loaded from a variable of ours, or is a
// copy in one.
std::optional<Place> Moves::given(CallBase &I, unsigned Argument) {
  Value *What = I.getArgOperand(Argument);
  auto *Load = dyn_cast<LoadInst>(What);
  return Where.of(Load ? Load->getPointerOperand() : What);
}

void Moves::mapCall(CallBase &I, const MapCall &Site) {
  for (const Use &Argument : I.args()) {
    const unsigned Number = I.getArgOperandNo(&Argument);
    if (I.paramHasAttr(Number, Attribute::StructRet) ||
        is_contained(map_range(Site.Does->Maps,
                               [](const MapArgument &M) { return M.Argument; }),
                     Number))
      continue;
    auto From = given(I, Number);
    if (!From)
      continue;
    Move M{Move::Used, &I, *From};
    M.Operation = Site.Does->Name;
    Found.push_back(M);
  }
}

void Moves::iteratorCall(CallBase &I, const IteratorOperation &Op) {
  auto At = [&](unsigned Number) {
    return Where.of(I.getArgOperand(Op.Iterators[Number]));
  };
  auto Target = At(0);
  switch (Op.Does) {
  case IteratorOperation::Assign: {
    if (!Target)
      return;
    Move M{Move::Lost, &I, *Target, 8};
    if (auto From = Op.ByValue >= 0 ? given(I, Op.ByValue) : At(1)) {
      M.Does = Move::Copied;
      M.From = *From;
    }
    Found.push_back(M);
    return;
  }
  case IteratorOperation::Forget:
  case IteratorOperation::Unknown:
    for (unsigned N = 0; N < Op.Iterators.size(); ++N)
      if (auto P = At(N))
        Found.push_back({Move::Lost, &I, *P, 8});
    return;
  default:
    break;
  }
  for (unsigned N = 0; N < Op.Iterators.size(); ++N)
    if (auto P = At(N)) {
      Move M{Move::Used, &I, *P};
      M.Operation = Op.Name;
      M.Steps = Op.Does == IteratorOperation::Step;
      Found.push_back(M);
    }
}

void Moves::call(CallBase &I) {
  const Function *Callee = directCallee(I);
  const IteratorOperation *Op =
      Callee ? Matcher.iteratorOperation(*Callee) : nullptr;
  auto Map = MapCalls.find(&I);
  if (Map != MapCalls.end())
    mapCall(I, *Map->second);
  else if (Op)
    iteratorCall(I, *Op);
  // A reference that is passed on, or that a method is called on.
  for (const Use &Argument : I.args())
    if (I.getParamDereferenceableBytes(I.getArgOperandNo(&Argument)))
      usesReference(I, Argument, "use");
  if (I.hasStructRetAttr())
    returned(I, I.getArgOperand(0));
}

std::vector<Move> Moves::find() {
  for (BasicBlock &BB : F)
    for (Instruction &I : BB) {
      if (auto *Intrinsic = dyn_cast<MemIntrinsic>(&I))
        memory(*Intrinsic);
      else if (isa<IntrinsicInst>(&I))
        continue;
      else if (auto *Call = dyn_cast<CallBase>(&I))
        call(*Call);
      else if (auto *Store = dyn_cast<StoreInst>(&I))
        store(*Store);
      else if (auto *Load = dyn_cast<LoadInst>(&I))
        load(*Load);
      if (Found.size() > MaxEvents)
        return {};
    }
  return std::move(Found);
}

// Which variables hold handles, and where they come from.
class Tracking {
public:
  Tracking(std::vector<Move> &All, Places &Where) : All(All), Where(Where) {}

  void spread();
  // Of the moves, those that concern the places.
  std::vector<HandleEvent> events() const;

  std::vector<HandlePlace> Found;

private:
  bool add(Place At, HandleOrigin From);
  void leave(AllocaInst *Variable);
  template <typename Fn> void forEachIn(Place At, uint64_t Size, Fn Do) const;

  std::vector<Move> &All;
  Places &Where;
  DenseMap<AllocaInst *, SmallVector<unsigned, 2>> Of;
  SmallPtrSet<AllocaInst *, 4> Left; // not to be followed
};

template <typename Fn>
void Tracking::forEachIn(Place At, uint64_t Size, Fn Do) const {
  auto It = Of.find(At.Variable);
  if (It == Of.end())
    return;
  for (unsigned P : SmallVector<unsigned, 2>(It->second)) {
    const int64_t Into = Found[P].Offset - At.Offset;
    if (Into >= 0 && uint64_t(Into) < Size)
      Do(P);
  }
}

// Iterators of two families in one variable: not followed.
void Tracking::leave(AllocaInst *Variable) { Left.insert(Variable); }

bool Tracking::add(Place At, HandleOrigin From) {
  if (Left.contains(At.Variable))
    return false;
  for (unsigned P : Of.lookup(At.Variable)) {
    if (Found[P].Offset != At.Offset)
      continue;
    if (Found[P].From.map().Of->Identity != From.map().Of->Identity)
      leave(At.Variable);
    return false;
  }
  if (!Where.isKept(*At.Variable)) {
    leave(At.Variable);
    return false;
  }
  Of[At.Variable].push_back(Found.size());
  Found.push_back({At.Variable, At.Offset,
                   At.Variable->getAllocatedType()->isPointerTy(), From});
  return true;
}

void Tracking::spread() {
  for (const Move &M : All)
    if (M.Does == Move::Made)
      add(M.To, {M.By->Call, M.By->Does});
  for (bool Changed = !Found.empty(); Changed;) {
    Changed = false;
    for (const Move &M : All) {
      if (M.Does != Move::Copied && M.Does != Move::Derived)
        continue;
      const uint64_t Size = M.Does == Move::Derived ? 1 : M.Size;
      forEachIn(M.From, Size, [&](unsigned P) {
        const int64_t Into = Found[P].Offset - M.From.Offset;
        Changed |= add({M.To.Variable, M.To.Offset + Into}, Found[P].From);
      });
    }
  }
}

std::vector<HandleEvent> Tracking::events() const {
  std::vector<HandleEvent> Events;
  auto Follows = [&](unsigned P) { return !Left.contains(Found[P].Variable); };
  for (const Move &M : All) {
    if (M.Does == Move::Used) {
      forEachIn(M.To, 1, [&](unsigned P) {
        if (!Follows(P) || Found[P].Reference != bool(M.Reference))
          return;
        HandleEvent E{HandleEvent::Used, M.At, P};
        E.Operation = M.Operation;
        E.Steps = M.Steps;
        E.Reference = M.Reference;
        Events.push_back(E);
      });
      continue;
    }
    forEachIn(M.To, M.Size, [&](unsigned P) {
      if (!Follows(P))
        return;
      HandleEvent E{HandleEvent::Lost, M.At, P};
      if (M.Does == Move::Made && Found[P].Offset == M.To.Offset) {
        E.Does = HandleEvent::Made;
        E.By = {M.By->Call, M.By->Does};
      } else if (M.Does == Move::Copied || M.Does == Move::Derived) {
        const int64_t Into =
            M.Does == Move::Derived ? 0 : Found[P].Offset - M.To.Offset;
        forEachIn({M.From.Variable, M.From.Offset + Into}, 1, [&](unsigned S) {
          if (Follows(S)) {
            E.Does = HandleEvent::Copied;
            E.Source = S;
          }
        });
      }
      Events.push_back(E);
    });
  }
  return Events;
}

// Which uses want hooks: data flow over the blocks.
class Flow {
public:
  Flow(Function &F, const std::vector<MapCall> &Maps, Handles &Of,
       QuietCalls &Quiet, PrivateLocals &Locals)
      : Of(Of), Quiet(Quiet), Order(&F), Private(Of.Places.size()) {
    for (unsigned E = 0; E < Of.Events.size(); ++E)
      At[Of.Events[E].At].push_back(E);
    findPrivate(Maps, Locals);
  }

  void solve();
  // The uses that want hooks.
  BitVector wanted();
  bool isPrivate(unsigned Place) const { return Private.test(Place); }

private:
  // Of each place: certainly looked at since anything could have happened; the
  // map certainly read since then, by this handle; perhaps there is one at all.
  struct State {
    BitVector Fresh, Read, Defined;
    bool operator==(const State &S) const {
      return Fresh == S.Fresh && Read == S.Read && Defined == S.Defined;
    }
  };
  State in(BasicBlock &BB) const;
  void pass(Instruction &I, State &S, BitVector *Wanted) const;
  void findPrivate(const std::vector<MapCall> &Maps, PrivateLocals &Locals);

  Handles &Of;
  QuietCalls &Quiet;
  ReversePostOrderTraversal<Function *> Order;
  DenseMap<const Instruction *, SmallVector<unsigned, 2>> At;
  BitVector Private; // places whose handles are all into private maps
  SmallPtrSet<const Instruction *, 8> ChangesPrivate;
  DenseMap<const BasicBlock *, State> Out;
};

void Flow::findPrivate(const std::vector<MapCall> &Maps,
                       PrivateLocals &Locals) {
  auto IsPrivate = [&](const HandleOrigin &By) {
    return Locals.isPrivate(By.Call->getArgOperand(By.map().Argument));
  };
  Private.set();
  for (const HandleEvent &E : Of.Events)
    if (E.Does == HandleEvent::Made && !IsPrivate(E.By))
      Private.reset(E.Place);
  for (bool Changed = Private.any() && !Private.all(); Changed;) {
    Changed = false;
    for (const HandleEvent &E : Of.Events)
      if (E.Does == HandleEvent::Copied && Private.test(E.Place) &&
          !Private.test(E.Source)) {
        Private.reset(E.Place);
        Changed = true;
      }
  }
  if (Private.none())
    return;
  for (const MapCall &Site : Maps)
    for (const MapArgument &Map : Site.Does->Maps)
      if (Map.Effect != MapsanEffectRead && !Map.IsResult &&
          Locals.isPrivate(Site.Call->getArgOperand(Map.Argument)))
        ChangesPrivate.insert(Site.Call);
}

void Flow::pass(Instruction &I, State &S, BitVector *Wanted) const {
  auto Events = At.find(&I);
  auto ForEach = [&](auto Do) {
    if (Events != At.end())
      for (unsigned E : Events->second)
        Do(E, Of.Events[E]);
  };
  ForEach([&](unsigned Number, const HandleEvent &E) {
    if (E.Does != HandleEvent::Used)
      return;
    if (Wanted && S.Defined.test(E.Place) &&
        (!S.Fresh.test(E.Place) || (E.Steps && !S.Read.test(E.Place))))
      Wanted->set(Number);
    S.Fresh.set(E.Place);
    if (E.Steps)
      S.Read.set(E.Place);
  });
  if (!Quiet.isQuiet(I)) {
    S.Fresh &= Private;
    S.Read &= Private;
    if (ChangesPrivate.contains(&I))
      S.Fresh.reset();
  }
  ForEach([&](unsigned, const HandleEvent &E) {
    switch (E.Does) {
    case HandleEvent::Used:
      return;
    case HandleEvent::Lost:
      S.Defined.reset(E.Place);
      return;
    case HandleEvent::Made:
      S.Defined.set(E.Place);
      S.Fresh.set(E.Place);
      S.Read.set(E.Place);
      return;
    case HandleEvent::Copied:
      S.Defined[E.Place] = S.Defined[E.Source];
      S.Fresh[E.Place] = S.Fresh[E.Source];
      S.Read[E.Place] = S.Read[E.Source];
    }
  });
}

Flow::State Flow::in(BasicBlock &BB) const {
  const size_t N = Of.Places.size();
  const bool NotFirst = !BB.isEntryBlock();
  State S{BitVector(N, NotFirst), BitVector(N, NotFirst), BitVector(N)};
  for (BasicBlock *Before : predecessors(&BB)) {
    auto It = Out.find(Before);
    if (It == Out.end())
      continue; // not yet, or never reached
    S.Fresh &= It->second.Fresh;
    S.Read &= It->second.Read;
    S.Defined |= It->second.Defined;
  }
  return S;
}

void Flow::solve() {
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (BasicBlock *BB : Order) {
      State S = in(*BB);
      for (Instruction &I : *BB)
        pass(I, S, nullptr);
      auto [It, New] = Out.try_emplace(BB, S);
      if (!New && It->second == S)
        continue;
      It->second = std::move(S);
      Changed = true;
    }
  }
}

BitVector Flow::wanted() {
  BitVector Wanted(Of.Events.size());
  for (BasicBlock *BB : Order) {
    State S = in(*BB);
    for (Instruction &I : *BB)
      pass(I, S, &Wanted);
  }
  return Wanted;
}

// What the wanted uses need: their places, and what is copied there.
void keepNeeded(Handles &Of, const BitVector &Wanted) {
  BitVector Needed(Of.Places.size());
  for (unsigned E : Wanted.set_bits())
    Needed.set(Of.Events[E].Place);
  for (bool Changed = Needed.any(); Changed;) {
    Changed = false;
    for (const HandleEvent &E : Of.Events)
      if (E.Does == HandleEvent::Copied && Needed.test(E.Place) &&
          !Needed.test(E.Source)) {
        Needed.set(E.Source);
        Changed = true;
      }
  }
  std::vector<HandleEvent> Kept;
  for (unsigned E = 0; E < Of.Events.size(); ++E)
    if (Of.Events[E].Does == HandleEvent::Used
            ? Wanted.test(E)
            : Needed.test(Of.Events[E].Place))
      Kept.push_back(std::move(Of.Events[E]));
  Of.Events = std::move(Kept);
}

} // namespace

Handles findHandles(Function &F, const std::vector<MapCall> &Maps,
                    CatalogMatcher &Matcher, QuietCalls &Quiet,
                    PrivateLocals &Locals,
                    SmallVectorImpl<const Family *> &Kept) {
  Handles Of;
  if (none_of(Maps, [](const MapCall &Site) {
        return Site.Does->Maps.front().Of->Iterators;
      }))
    return Of;
  Moves Find(F, Maps, Matcher);
  std::vector<Move> All = Find.find();
  Tracking Track(All, Find.Where);
  Track.spread();
  Of.Events = Track.events();
  Of.Places = std::move(Track.Found);
  if (none_of(Of.Events, [](auto &E) { return E.Does == HandleEvent::Used; })) {
    Of.Events.clear();
    return Of;
  }
  Flow Ways(F, Maps, Of, Quiet, Locals);
  Ways.solve();
  const BitVector Wanted = Ways.wanted();
  for (unsigned E : Wanted.set_bits())
    if (Ways.isPrivate(Of.Events[E].Place))
      Kept.push_back(Of.Places[Of.Events[E].Place].From.map().Of);
  keepNeeded(Of, Wanted);
  return Of;
}

} // namespace mapsan
