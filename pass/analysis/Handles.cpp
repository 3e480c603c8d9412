// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Follows iterators and references into maps through a function's variables.

#include "Handles.h"
#include "HandleMoves.h"
#include "HandleReturns.h"
#include "MapNames.h"
#include "PrivateLocals.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/CFG.h"

using namespace llvm;

namespace mapsan {

namespace {

// Which variables hold handles, and where they come from.
class Tracking {
public:
  Tracking(const std::vector<HandleMove> &All, Places &Where)
      : All(All), Where(Where) {}

  void spread();
  // Of the moves, those that concern the places.
  std::vector<HandleEvent> events() const;

  std::vector<HandlePlace> Found;

private:
  bool add(Place At, HandleOrigin From);
  void leave(Value *Variable);
  template <typename Fn> void forEachIn(Place At, uint64_t Size, Fn Do) const;

  const std::vector<HandleMove> &All;
  Places &Where;
  DenseMap<Value *, SmallVector<unsigned, 2>> Of;
  SmallPtrSet<Value *, 4> Left; // not to be followed
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
void Tracking::leave(Value *Variable) { Left.insert(Variable); }

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
  auto *Variable = dyn_cast<AllocaInst>(At.Variable);
  if (Variable && !Where.isKept(*Variable)) {
    leave(At.Variable);
    return false;
  }
  Of[At.Variable].push_back(Found.size());
  Found.push_back({At.Variable, At.Offset,
                   !Variable || Variable->getAllocatedType()->isPointerTy(),
                   From});
  return true;
}

void Tracking::spread() {
  for (const HandleMove &M : All)
    if (M.Does == HandleMove::Made)
      add(M.To, M.By);
  for (bool Changed = !Found.empty(); Changed;) {
    Changed = false;
    for (const HandleMove &M : All) {
      if (M.Does != HandleMove::Copied && M.Does != HandleMove::Derived)
        continue;
      const uint64_t Size = M.Does == HandleMove::Derived ? 1 : M.Size;
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
  for (const HandleMove &M : All) {
    if (M.Does == HandleMove::Used || M.Does == HandleMove::Renewed ||
        M.Does == HandleMove::Returned) {
      const bool Used = M.Does == HandleMove::Used;
      forEachIn(M.To, 1, [&](unsigned P) {
        if (!Follows(P) || (Used && Found[P].Reference != bool(M.Reference)))
          return;
        HandleEvent E{Used                            ? HandleEvent::Used
                      : M.Does == HandleMove::Renewed ? HandleEvent::Renewed
                                                      : HandleEvent::Returned,
                      M.At, P};
        E.Operation = M.Operation;
        E.Steps = M.Steps;
        E.Compares = M.Compares;
        E.Reference = M.Reference;
        Events.push_back(E);
      });
      continue;
    }
    forEachIn(M.To, M.Size, [&](unsigned P) {
      if (!Follows(P))
        return;
      HandleEvent E{HandleEvent::Lost, M.At, P};
      if (M.Does == HandleMove::Made && Found[P].Offset == M.To.Offset) {
        E.Does = HandleEvent::Made;
        E.By = M.By;
      } else if (M.Does == HandleMove::Copied ||
                 M.Does == HandleMove::Derived) {
        const int64_t Into =
            M.Does == HandleMove::Derived ? 0 : Found[P].Offset - M.To.Offset;
        forEachIn({M.From.Variable, M.From.Offset + Into}, 1, [&](unsigned S) {
          if (Follows(S)) {
            E.Does = HandleEvent::Copied;
            E.Source = S;
            E.Searched = M.Searched;
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
  // The uses that want hooks; and the returns of what was not looked at since
  // anything could have happened.
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
    return !By.Received &&
           Locals.isPrivate(By.Call->getArgOperand(By.map().Argument));
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
    if (E.Does == HandleEvent::Returned && Wanted && S.Defined.test(E.Place) &&
        !S.Fresh.test(E.Place))
      Wanted->set(Number);
    if (E.Does != HandleEvent::Used)
      return;
    if (Wanted && S.Defined.test(E.Place) &&
        (!S.Fresh.test(E.Place) || (E.Steps && !S.Read.test(E.Place))))
      Wanted->set(Number);
    // Locks that are not held do not matter to a comparison, but to what comes
    // after it.
    if (!E.Compares)
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
    case HandleEvent::Returned:
      return;
    case HandleEvent::Renewed: // which a use stands before
      S.Fresh.set(E.Place);
      return;
    case HandleEvent::Lost:
      S.Defined.reset(E.Place);
      return;
    case HandleEvent::Made:
      S.Defined.set(E.Place);
      S.Fresh[E.Place] = S.Read[E.Place] =
          !E.By.Received || E.By.Received->Fresh;
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

// What the wanted events need: their places, and what is copied there.
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
    if (Of.Events[E].isUse() ? Wanted.test(E) : Needed.test(Of.Events[E].Place))
      Kept.push_back(std::move(Of.Events[E]));
  Of.Events = std::move(Kept);
}

// All that the function does with handles.
Handles followHandles(Function &F, const std::vector<MapCall> &Maps,
                      CatalogMatcher &Matcher, const HandleReturns &Returns) {
  Places Where(Matcher);
  const std::vector<HandleMove> All =
      HandleMoves(F, Maps, Matcher, Returns, Where).find();
  Tracking Track(All, Where);
  Track.spread();
  std::vector<HandleEvent> Events = Track.events(); // (which reads the places)
  return {std::move(Track.Found), std::move(Events)};
}

} // namespace

Handles findHandles(Function &F, const std::vector<MapCall> &Maps,
                    CatalogMatcher &Matcher, QuietCalls &Quiet,
                    PrivateLocals &Locals, const HandleReturns &Returns,
                    SmallVectorImpl<const Family *> &Kept) {
  if (!Returns.isCaller(F) && none_of(Maps, [](const MapCall &Site) {
        return Site.Does->Maps.front().Of->Iterators;
      }))
    return {};
  Handles Of = followHandles(F, Maps, Matcher, Returns);
  if (none_of(Of.Events, [](auto &E) { return E.isUse(); })) {
    Of.Events.clear();
    return Of;
  }
  Flow Ways(F, Maps, Of, Quiet, Locals);
  Ways.solve();
  BitVector Wanted = Ways.wanted();
  for (unsigned E = 0; E < Of.Events.size(); ++E)
    if (Of.Events[E].Does == HandleEvent::Returned)
      Wanted[E] = Returns.isWanted(F);
  for (unsigned E : Wanted.set_bits())
    if (Ways.isPrivate(Of.Events[E].Place))
      Kept.push_back(Of.Places[Of.Events[E].Place].From.map().Of);
  keepNeeded(Of, Wanted);
  return Of;
}

std::optional<ReturnedHandle>
findReturnedHandle(Function &F, const std::vector<MapCall> &Maps,
                   CatalogMatcher &Matcher, QuietCalls &Quiet,
                   PrivateLocals &Locals, const HandleReturns &Returns) {
  Handles Of = followHandles(F, Maps, Matcher, Returns);
  std::optional<ReturnedHandle> Answer;
  for (const HandleEvent &E : Of.Events) {
    if (E.Does != HandleEvent::Returned)
      continue;
    const HandleOrigin &From = Of.Places[E.Place].From;
    if (!Answer)
      Answer = ReturnedHandle{From.Does, From.mapType(), /*Fresh=*/true};
    else if (From.map().Of->Identity != Answer->Does->Maps.front().Of->Identity)
      return std::nullopt;
  }
  if (!Answer)
    return std::nullopt;
  Flow Ways(F, Maps, Of, Quiet, Locals);
  Ways.solve();
  const BitVector Wanted = Ways.wanted();
  for (unsigned E = 0; E < Of.Events.size(); ++E)
    if (Of.Events[E].Does == HandleEvent::Returned && Wanted.test(E))
      Answer->Fresh = false;
  return Answer;
}

std::string HandleOrigin::mapType() const {
  return Received ? Received->MapType : mapsan::mapType(*Call, map());
}

} // namespace mapsan
