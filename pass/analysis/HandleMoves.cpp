// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a function's instructions do to memory of its own: see HandleMoves.h.

#include "HandleMoves.h"
#include "Callee.h"
#include "HandleReturns.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace mapsan {

// Beyond this, nobody has written the function by hand.
static const size_t MaxMoves = 20000;

HandleMoves::HandleMoves(Function &F, const std::vector<MapCall> &Maps,
                         CatalogMatcher &Matcher, const HandleReturns &Returns,
                         Places &Where)
    : F(F), Matcher(Matcher), Returns(Returns), Where(Where),
      DL(F.getParent()->getDataLayout()) {
  for (const MapCall &Site : Maps)
    MapCalls[Site.Call] = &Site;
}

// What a container is made with, or a copy of what is in it.
static bool isAboutContainer(StringRef Name) {
  return is_contained({"get_allocator", "key_comp", "value_comp",
                       "hash_function", "key_eq", "keys", "values",
                       "uniqueKeys", "toStdMap", "toStdMultiMap"},
                      Name);
}

// What it returns is built on an iterator into the map.
static bool returnsReversed(const MapOperation &Does) {
  return Does.Method &&
         is_contained({"rbegin", "rend", "crbegin", "crend"}, Does.Name);
}

bool returnsHandle(const CallBase &Call, const MapOperation &Does) {
  const MapArgument &Map = Does.Maps.front();
  if (!Map.Of->Iterators || Map.IsResult)
    return false;
  if (!Does.Method)
    return Does.ReturnsIterator;
  if (Does.Extracts ||
      (returnsReversed(Does) && Map.Of->Iterators->Reversed < 0))
    return false;
  // Pointers in memory that several processes share are none: no iterator has
  // the same word.
  if (Map.Of->EndOffset != -1 &&
      StringRef(Map.TypeText).contains("boost::interprocess::"))
    return false;
  // An element's value, which may itself be some iterator: what is returned by
  // name is a reference, or a copy.
  if (is_contained({"operator[]", "value", "take"}, Does.Name) &&
      !Call.getRetDereferenceableBytes())
    return false;
  const StringRef Name = Does.Name;
  const bool Object = Call.hasStructRetAttr() || Call.getType()->isStructTy();
  if (!Object && !Call.getType()->isPointerTy())
    return false; // a number
  // Of a sequence it may be another one.
  if (Object && !Map.Of->Iterators->inSequence())
    return !isAboutContainer(Name);
  // A reference says so in its attributes. An iterator of one word is a
  // pointer, too.
  return Call.getRetDereferenceableBytes() ||
         Name.contains_insensitive("begin") ||
         Name.contains_insensitive("end") ||
         Name.contains_insensitive("find") ||
         Name.contains_insensitive("insert") ||
         Name.contains_insensitive("emplace") || Name.contains("_bound") ||
         Name.ends_with("Bound") || Name.starts_with("erase") ||
         Name == "nth" || Name == "iterator_to" || Name == "put";
}

HandleMoves::Result HandleMoves::resultOf(CallBase &Call) {
  auto It = MapCalls.find(&Call);
  if (It != MapCalls.end()) {
    const MapOperation *Does = It->second->Does;
    if (!returnsHandle(Call, *Does))
      return {};
    Result Made{HandleMove::Made, {&Call, Does}, {}};
    if (returnsReversed(*Does))
      Made.Within = Does->Maps.front().Of->Iterators->Reversed;
    return Made;
  }
  const Function *Callee = directCallee(Call);
  if (!Callee)
    return {};
  if (const ReturnedHandle *Handle = Returns.of(*Callee))
    return {HandleMove::Made, {&Call, Handle->Does, Handle}, {}};
  const IteratorOperation *Op = Matcher.iteratorOperation(*Callee);
  if (Op && Op->Does == IteratorOperation::Search) {
    const auto From = given(Call, Op->ByValue);
    return From ? Result{HandleMove::Copied,
                         {},
                         *From,
                         /*Searched=*/true,
                         Op->ResultWithin}
                : Result{};
  }
  if (!Op || Op->Iterators.empty())
    return {};
  auto From = Where.of(Call.getArgOperand(Op->Iterators.front()));
  if (!From)
    return {};
  From->Offset += Op->Within;
  if (Op->Does == IteratorOperation::Dereference)
    return {HandleMove::Derived, {}, *From};
  if (Op->ReturnsOld || Op->Does == IteratorOperation::Another)
    return {
        HandleMove::Copied, {}, *From, /*Searched=*/false, Op->ResultWithin};
  return {};
}

// `found ? &element : nullptr`: the one arm that is not null.
static Value *onlyArm(PHINode &Phi) {
  Value *Only = nullptr;
  for (Value *Arm : Phi.incoming_values()) {
    if (isa<ConstantPointerNull>(Arm))
      continue;
    if (Only)
      return nullptr;
    Only = Arm;
  }
  return Only;
}

// A member of an element is a part of it, and so is what std::get returns.
// (Bounded: in a loop of optimised code an address may be got from itself.)
Value *HandleMoves::withoutMembers(Value *Address) {
  for (unsigned Depth = 0; Depth < 32; ++Depth) {
    Value *Further = nullptr;
    if (auto *Part = dyn_cast<GetElementPtrInst>(Address))
      Further = Part->getPointerOperand();
    else if (auto *Phi = dyn_cast<PHINode>(Address))
      Further = onlyArm(*Phi);
    else if (auto *Call = dyn_cast<CallBase>(Address))
      Further = Where.passedThrough(*Call, /*Whole=*/false);
    if (!Further)
      break;
    Address = Further;
  }
  return Address;
}

// `What` is stored to `To`.
void HandleMoves::comesFrom(Instruction &At, Value *What, Place To,
                            uint64_t Size) {
  HandleMove M{HandleMove::Lost, &At, To, Size};
  auto Is = [&](HandleMove::Kind Does, Place From) {
    M.Does = Does;
    M.From = From;
  };
  Value *Base = withoutMembers(What);
  auto *Word = dyn_cast<ExtractValueInst>(What);
  if (Word && Word->getIndices() == ArrayRef<unsigned>{1}) {
    // The second word of an iterator; or the second iterator of a range, which
    // is told by its class when the first one is.
    auto *Call = dyn_cast<CallBase>(Word->getAggregateOperand());
    const Result R = Call ? resultOf(*Call) : Result();
    const bool Second =
        R.Within == 8 || (R.Does == HandleMove::Made && !R.By.Received &&
                          R.By.Does->Name == "equal_range");
    if (Second &&
        (R.Does == HandleMove::Made || R.Does == HandleMove::Copied)) {
      Is(R.Does, R.From);
      M.By = R.By;
      M.Searched = R.Searched;
    }
  } else if (auto *Call = dyn_cast<CallBase>(Word ? Word->getAggregateOperand()
                                                  : Base)) {
    const Result R = resultOf(*Call);
    M.By = R.By;
    M.Searched = R.Searched;
    // A part of what a call returned, or what is got from an iterator, is no
    // iterator.
    if (!R.Within && (R.Does == HandleMove::Made ||
                      (R.Does == HandleMove::Copied && Base == What) ||
                      R.Does == HandleMove::Derived))
      Is(R.Does, R.From);
  } else if (auto *Load = dyn_cast<LoadInst>(Base)) {
    if (auto From = Where.of(Load->getPointerOperand()))
      Is(Base == What ? HandleMove::Copied : HandleMove::Derived, *From);
  }
  Found.push_back(M);
}

// What holds the reference by which the address was got: a variable, or the
// call that returned it.
std::optional<Place> HandleMoves::holderOf(Value *Address) {
  Value *Base = withoutMembers(Address);
  if (auto *Load = dyn_cast<LoadInst>(Base))
    return Where.of(Load->getPointerOperand());
  auto *Call = dyn_cast<CallBase>(Base);
  if (!Call || !Call->getType()->isPointerTy())
    return std::nullopt;
  const Result R = resultOf(*Call);
  if (R.Does == HandleMove::Made &&
      (R.By.Received || Call->getRetDereferenceableBytes()))
    return Place{Call, 0};
  return std::nullopt;
}

void HandleMoves::usesReference(Instruction &At, Value *Address,
                                const char *Operation) {
  if (auto From = holderOf(Address)) {
    HandleMove M{HandleMove::Used, &At, *From};
    M.Operation = Operation;
    M.Reference = Address;
    Found.push_back(M);
  }
}

void HandleMoves::load(LoadInst &I) {
  usesReference(I, I.getPointerOperand(), "read");
}

void HandleMoves::store(StoreInst &I) {
  usesReference(I, I.getPointerOperand(), "write");
  if (auto To = Where.of(I.getPointerOperand()))
    comesFrom(I, I.getValueOperand(), *To,
              DL.getTypeStoreSize(I.getValueOperand()->getType()));
}

void HandleMoves::memory(MemIntrinsic &I) {
  auto *Transfer = dyn_cast<MemTransferInst>(&I);
  if (Transfer)
    usesReference(I, Transfer->getRawSource(), "read");
  usesReference(I, I.getRawDest(), "write");
  auto To = Where.of(I.getRawDest());
  if (!To)
    return;
  auto *Length = dyn_cast<ConstantInt>(I.getLength());
  const uint64_t Size = Length ? Length->getZExtValue() : ~0ull >> 1;
  HandleMove M{HandleMove::Lost, &I, *To, Size};
  if (Transfer)
    if (auto From = Where.of(Transfer->getRawSource())) {
      M.Does = HandleMove::Copied;
      M.From = *From;
    }
  Found.push_back(M);
}

// What the callee leaves in memory.
void HandleMoves::left(CallBase &I, Value *Into) {
  auto To = Where.of(Into);
  if (!To)
    return;
  const uint64_t Size = DL.getTypeAllocSize(I.getParamStructRetType(0));
  const Result R = resultOf(I);
  To->Offset += R.Within;
  HandleMove M{R.Does, &I, *To, Size - R.Within, R.From, R.By, R.Searched};
  if (R.Does == HandleMove::Derived) // an object that tells of the element
    M.Does = HandleMove::Lost;
  Found.push_back(M);
  if (R.Does != HandleMove::Made || R.By.Does->Name != "equal_range")
    return;
  M.To.Offset += Size / 2;
  Found.push_back(M);
}

// An iterator that is given by value is loaded from a variable of ours, or is a
// copy in one.
std::optional<Place> HandleMoves::given(CallBase &I, unsigned Argument) {
  Value *What = I.getArgOperand(Argument);
  auto *Load = dyn_cast<LoadInst>(What);
  return Where.of(Load ? Load->getPointerOperand() : What);
}

// One that a function of C is given the address of.
void HandleMoves::iteratorOfC(CallBase &I, const MapOperation &Does) {
  for (const int Number : {Does.Makes, Does.Steps, Does.Renews}) {
    const auto At =
        Number < 0 ? std::nullopt : Where.of(I.getArgOperand(Number));
    if (!At)
      continue;
    if (Number == Does.Makes) {
      Found.push_back({HandleMove::Made, &I, *At, 8, {}, {&I, &Does}});
      continue;
    }
    HandleMove M{HandleMove::Used, &I, *At};
    M.Operation = Does.Name;
    M.Steps = Number == Does.Steps;
    Found.push_back(M);
    if (Number == Does.Renews)
      Found.push_back({HandleMove::Renewed, &I, *At});
  }
}

void HandleMoves::mapCall(CallBase &I, const MapCall &Site) {
  if (Site.Does->Makes >= 0 || Site.Does->Steps >= 0 || Site.Does->Renews >= 0)
    return iteratorOfC(I, *Site.Does);
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
    HandleMove M{HandleMove::Used, &I, *From};
    M.Operation = Site.Does->Name;
    const IteratorSet *Iterators = Site.Does->Maps.front().Of->Iterators;
    if (int(Number) == Site.Does->Iterator && Iterators && Iterators->Pointers)
      M.Reference = Argument;
    Found.push_back(M);
  }
}

// It goes to another element, whatever is in the variables.
static bool surelySteps(const CallBase &I, const IteratorOperation &Op) {
  if (Op.Does != IteratorOperation::Step &&
      Op.Does != IteratorOperation::Search)
    return false;
  if (Op.Count < 0)
    return Op.Count == IteratorOperation::One;
  auto *Count = dyn_cast<ConstantInt>(I.getArgOperand(Op.Count));
  return Count && !Count->isZero();
}

void HandleMoves::iteratorCall(CallBase &I, const IteratorOperation &Op) {
  auto At = [&](unsigned Number) {
    auto P = Where.of(I.getArgOperand(Op.Iterators[Number]));
    if (P)
      P->Offset += Op.Within;
    return P;
  };
  auto Target = Op.Iterators.empty() ? std::nullopt : At(0);
  switch (Op.Does) {
  case IteratorOperation::Assign: {
    if (!Target)
      return;
    HandleMove M{HandleMove::Lost, &I, *Target, 8};
    if (auto From = Op.ByValue >= 0 ? given(I, Op.ByValue) : At(1)) {
      M.Does = HandleMove::Copied;
      M.From = *From;
    }
    Found.push_back(M);
    return;
  }
  case IteratorOperation::Forget:
  case IteratorOperation::Unknown:
    for (unsigned N = 0; N < Op.Iterators.size(); ++N)
      if (auto P = At(N))
        Found.push_back({HandleMove::Lost, &I, *P, 8});
    return;
  default:
    break;
  }
  auto Uses = [&](std::optional<Place> P) {
    if (!P)
      return;
    HandleMove M{HandleMove::Used, &I, *P};
    M.Operation = Op.Name;
    // (A reverse iterator's element is one step before what it is built on.)
    M.Steps = surelySteps(I, Op) ||
              (Op.Of->Base && Op.Does == IteratorOperation::Dereference);
    // (Where there may be no step, perhaps nothing is read.)
    M.Compares = Op.Does == IteratorOperation::Compare ||
                 Op.Count == IteratorOperation::Any ||
                 (Op.Count >= 0 && !M.Steps);
    M.Reference = Op.OfC ? I.getArgOperand(Op.ByValue) : nullptr;
    Found.push_back(M);
  };
  for (unsigned N = 0; N < Op.Iterators.size(); ++N)
    Uses(At(N));
  if (Op.Does == IteratorOperation::Search || Op.OfC)
    Uses(given(I, Op.ByValue));
}

// No call lies between this one and the last use of its result, as in `m[k] =
// 1`, and it is not returned: there is nothing to be followed, and of these
// there are many.
bool HandleMoves::isUsedAtOnce(const CallBase &I) {
  auto *Invoke = dyn_cast<InvokeInst>(&I);
  const Instruction *Next =
      Invoke ? &Invoke->getNormalDest()->front() : I.getNextNode();
  SmallPtrSet<const Value *, 4> Addresses = {&I}; // and those of members
  unsigned Left = I.getNumUses();
  for (; Left && Next; Next = Next->getNextNode()) {
    const unsigned Uses = count_if(
        Next->operands(), [&](const Use &U) { return Addresses.contains(U); });
    if (Uses ? isa<ReturnInst>(Next)
             : isa<CallBase>(Next) && !isa<IntrinsicInst>(Next))
      return false;
    Left -= Uses;
    auto *Call = dyn_cast<CallBase>(Next);
    if (Uses &&
        (isa<GetElementPtrInst>(Next) ||
         (Call && Where.passedThrough(*Call, /*Whole=*/false))) &&
        Addresses.insert(Next).second)
      Left += Next->getNumUses();
  }
  return !Left;
}

void HandleMoves::call(CallBase &I) {
  if (I.isMustTailCall()) // nothing may follow it
    return;
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
    left(I, I.getArgOperand(0));
  // What is returned in a register need not come to a variable.
  if (!I.getType()->isPointerTy())
    return;
  const Result R = resultOf(I);
  const bool Fresh = !R.By.Received || R.By.Received->Fresh;
  if (R.Does == HandleMove::Made && !(Fresh && isUsedAtOnce(I)))
    Found.push_back({HandleMove::Made, &I, Place{&I, 0}, 8, {}, R.By});
}

// The handle goes with it to whoever has called.
void HandleMoves::returns(ReturnInst &I) {
  Value *What = I.getReturnValue();
  if (!What || I.getParent()->getTerminatingMustTailCall())
    return;
  HandleMove M{HandleMove::Returned, &I, {nullptr, 0}};
  M.Reference = What->getType()->isPointerTy() ? What : nullptr;
  Value *Base = withoutMembers(What);
  if (auto *Load = dyn_cast<LoadInst>(Base)) {
    if (auto From = Where.of(Load->getPointerOperand()))
      M.To = *From;
  } else if (auto *Call = dyn_cast<CallBase>(Base)) {
    const Result R = resultOf(*Call);
    if (R.Does == HandleMove::Made && M.Reference)
      M.To = {Call, 0};
    else if ((R.Does == HandleMove::Copied && !R.Searched) ||
             R.Does == HandleMove::Derived)
      M.To = R.From;
  }
  if (M.To.Variable)
    Found.push_back(M);
}

std::vector<HandleMove> HandleMoves::find() {
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
      else if (auto *Return = dyn_cast<ReturnInst>(&I))
        returns(*Return);
      if (Found.size() > MaxMoves)
        return {};
    }
  return std::move(Found);
}

} // namespace mapsan
