// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The part of CatalogMatcher that is about iterators.

#include "CalleeArguments.h"
#include "CanonicalName.h"
#include "CatalogMatcher.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace mapsan {

static IteratorOperation::Kind kindOf(StringRef Base) {
  // A conversion to another iterator, or to something that nobody follows.
  if (Base.starts_with("operator "))
    return IteratorOperation::Another;
  return StringSwitch<IteratorOperation::Kind>(Base)
      .Cases("operator++", "operator--", IteratorOperation::Step)
      .Cases("operator+=", "operator-=", IteratorOperation::Step)
      .Cases("operator*", "operator->", IteratorOperation::Dereference)
      .Cases("key", "value", IteratorOperation::Dereference) // Qt, Tessil
      .Case("operator[]", IteratorOperation::Dereference)
      .Cases("operator==", "operator!=", IteratorOperation::Compare)
      .Cases("operator<", "operator>", IteratorOperation::Compare)
      .Cases("operator<=", "operator>=", IteratorOperation::Compare)
      .Cases("operator+", "operator-", IteratorOperation::Another)
      .Default(IteratorOperation::Unknown);
}

// "operator++<true, false>" and the like.
static StringRef baseOf(const CalleeName &Name) {
  StringRef Base = Name.Base;
  return Base.starts_with("operator") ? Base : Base.split('<').first;
}

const Family *CatalogMatcher::familyOf(const IteratorSet &Of) const {
  if (Of.Lent)
    return nullptr;
  const IteratorSet *Own = Of.Base ? Of.Base : &Of;
  for (const Family &F : Rows.Families)
    if (F.Iterators == Own)
      return &F;
  return nullptr;
}

// What Boost's operators give an iterator of theirs: `it++`.
static bool isStepOfFriend(const CalleeName &Name) {
  return (Name.Base == "operator++" || Name.Base == "operator--") &&
         Name.Parameters.size() == 2 && Name.Parameters[1] == "int";
}

// Which reads nothing but the two.
static bool isDistance(const IteratorOperation &Op) {
  return Op.Name == "operator-" && Op.Iterators.size() == 2;
}

// Functions of std that return an iterator into the range that their first
// argument, an iterator by value, begins or is in.
static bool searches(StringRef Name) {
  return is_contained({"next", "prev", "find", "find_if", "find_if_not",
                       "find_end", "find_first_of", "adjacent_find",
                       "lower_bound", "upper_bound", "partition_point",
                       "min_element", "max_element", "search", "search_n",
                       "is_sorted_until", "make_reverse_iterator"},
                      Name);
}

static unsigned withinReversed(const IteratorSet &Of) {
  return Of.Base ? Of.Base->Reversed : 0;
}

std::optional<IteratorOperation>
CatalogMatcher::matchAlgorithm(const CalleeName &Name,
                               const Function &Callee) const {
  if (Name.Parameters.empty() || !is_contained({"std", "std::__1"}, Name.Scope))
    return std::nullopt;
  const unsigned First = firstArgument(Callee);
  const auto It = pointerIndex(Callee, First, Name.Parameters, 0);
  if (!It)
    return std::nullopt;
  IteratorOperation Op;
  Op.Name = Name.Base;
  if (Name.Base == "advance") {
    Op.Of = Iterators.findReferred(Name.Parameters[0]);
    Op.Does = IteratorOperation::Step;
    Op.Iterators.push_back(*It);
  } else if (searches(Name.Base)) {
    // (The demangler says auto for all of them where one is a generic lambda.)
    const StringRef Given = Name.Parameters[0];
    Op.Of = Given == "auto"
                ? Iterators.find(firstTemplateArgument(Callee.getName()), "")
                : Iterators.find(canonicalName(Given), Given);
    Op.Does = IteratorOperation::Search;
    Op.ByValue = *It;
  }
  if (!Op.Of || (Op.Of->Base && Op.ByValue >= 0))
    return std::nullopt;
  if (Op.Name == "make_reverse_iterator") {
    if (Op.Of->Reversed < 0)
      return std::nullopt;
    Op.ResultWithin = Op.Of->Reversed;
  }
  Op.Within = withinReversed(*Op.Of);
  if (Op.Name != "advance" && Op.Name != "next" && Op.Name != "prev")
    Op.Count = IteratorOperation::Any;
  else if (Name.Parameters.size() == 2)
    Op.Count = Callee.arg_size() - 1;
  return Op;
}

std::optional<IteratorOperation>
CatalogMatcher::matchIteratorOfC(const Function &Callee) const {
  auto It = CIterators.find(Callee.getName());
  if (It == CIterators.end() || Callee.arg_empty() ||
      !Callee.getArg(0)->getType()->isPointerTy())
    return std::nullopt;
  IteratorOperation Op;
  Op.Name = Callee.getName();
  Op.Of = It->second.Of;
  Op.Does =
      It->second.Steps ? IteratorOperation::Search : IteratorOperation::Read;
  Op.ByValue = 0;
  Op.OfC = true;
  return Op;
}

// What converts an iterator to a constant one, where the name does not tell
// its parameter (CalleeName::Whole): one reference to as much as it makes.
static bool convertsOne(const CalleeName &Name, const Function &Callee,
                        unsigned This) {
  return Name.Constructor && !Name.Whole && Callee.arg_size() == This + 2 &&
         Callee.getArg(This + 1)->getType()->isPointerTy() &&
         Callee.getParamDereferenceableBytes(This + 1) != 0 &&
         Callee.getParamDereferenceableBytes(This + 1) ==
             Callee.getParamDereferenceableBytes(This);
}

// A pair of an iterator and other things: it is known while nobody but its
// destructor is given it.
std::optional<IteratorOperation>
CatalogMatcher::matchInsertResult(const CalleeName &Name,
                                  const Function &Callee) const {
  const IteratorSet *Of = InsertResults.lookup(Name.Scope);
  if (!Of || !Name.Destructor || Callee.arg_empty())
    return std::nullopt;
  IteratorOperation Op;
  Op.Name = Name.Base;
  Op.Of = Of;
  Op.Does = IteratorOperation::Forget;
  Op.Iterators.push_back(0);
  return Op;
}

std::optional<IteratorOperation>
CatalogMatcher::matchIterator(const CalleeName &Name,
                              const Function &Callee) const {
  if (auto Algorithm = matchAlgorithm(Name, Callee))
    return Algorithm;
  if (auto Result = matchInsertResult(Name, Callee))
    return Result;
  IteratorOperation Op;
  Op.Name = Name.Base;
  unsigned First = firstArgument(Callee);
  const IteratorSet *Own = Iterators.find(Name.Scope, Name.ScopeText);
  if (Own) {
    if (Name.Destructor || First >= Callee.arg_size() ||
        !Callee.getArg(First)->getType()->isPointerTy())
      return std::nullopt;
    Op.Of = Own;
    Op.Iterators.push_back(First++);
    if (convertsOne(Name, Callee, First - 1))
      Op.Iterators.push_back(First);
  }
  for (unsigned P = 0; P < Name.Parameters.size(); ++P) {
    auto Index = pointerIndex(Callee, First, Name.Parameters, P);
    if (!Index)
      continue;
    const IteratorSet *Of = Iterators.findReferred(Name.Parameters[P]);
    if (!Of) {
      if (Iterators.contains(canonicalName(Name.Parameters[P])))
        Op.ByValue = *Index;
      continue;
    }
    if (!Op.Of)
      Op.Of = Of;
    Op.Iterators.push_back(*Index);
  }
  if (!Op.Of)
    return std::nullopt;
  Op.Within = withinReversed(*Op.Of);
  if (!Own) {
    // A function of iterators by reference: an operator between two, or
    // something that may do anything to them.
    if (!StringRef(Name.Base).starts_with("operator"))
      return std::nullopt;
    Op.Does = kindOf(baseOf(Name));
    Op.ReturnsOld = isStepOfFriend(Name);
    if (isDistance(Op))
      Op.Does = IteratorOperation::Compare;
    if (Op.Does != IteratorOperation::Compare &&
        Op.Does != IteratorOperation::Another && !Op.ReturnsOld)
      Op.Does = IteratorOperation::Unknown;
    return Op;
  }
  const bool Assigns = Name.Constructor || Name.Base == "operator=";
  if (Assigns)
    Op.Does = Op.Iterators.size() == 2 || Op.ByValue >= 0
                  ? IteratorOperation::Assign
              : Name.Parameters.empty() ? IteratorOperation::Forget
                                        : IteratorOperation::Unknown;
  else
    Op.Does =
        isDistance(Op) ? IteratorOperation::Compare : kindOf(baseOf(Name));
  if (Own->Base && Name.Base == "base")
    Op.Does = IteratorOperation::Another;
  // What is not a reference may be a pointer that was put in.
  if (Name.Base == "operator*" &&
      !Callee.getAttributes().getRetDereferenceableBytes())
    Op.Does = IteratorOperation::Read;
  Op.ReturnsOld = Op.Does == IteratorOperation::Step &&
                  (Name.Base == "operator++" || Name.Base == "operator--") &&
                  !Name.Parameters.empty();
  Op.ResultWithin = Op.ReturnsOld ? Op.Within : 0;
  if (Op.Does == IteratorOperation::Step ||
      Op.Does == IteratorOperation::Dereference ||
      Op.Does == IteratorOperation::Read)
    Op.Iterators.truncate(1);
  return Op;
}

} // namespace mapsan
