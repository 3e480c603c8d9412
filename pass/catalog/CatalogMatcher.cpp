// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Answers what a callee does, by the catalog.

#include "CatalogMatcher.h"
#include "CalleeArguments.h"
#include "CanonicalName.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace mapsan {

namespace {

StringRef firstSegment(StringRef Name) { return Name.split("::").first; }

Returns resultOf(const Function &F) {
  Type *T = F.getReturnType();
  if (F.hasStructRetAttr())
    return Returns::Object;
  if (T->isVoidTy())
    return Returns::Void;
  if (T->isIntegerTy(1))
    return Returns::Boolean;
  if (T->isIntegerTy())
    return Returns::Integer;
  if (T->isPointerTy())
    return Returns::Pointer;
  if (T->isStructTy())
    return Returns::Pair;
  return Returns::Other;
}

// What a report calls the operation.
std::string reportName(const CalleeName &Name, StringRef RowName) {
  if (!Name.Constructor && !Name.Destructor)
    return Name.Base;
  if (RowName.starts_with("(copy-"))
    return "copy constructor";
  if (RowName.starts_with("(move-"))
    return "move constructor";
  return Name.Destructor ? "destructor" : "constructor";
}

// The row of this name whose discriminators fit; the more of them the better,
// and of equals the later one.
const OperationRow *bestRow(ArrayRef<OperationRow> Rows, StringRef Name,
                            Returns Result, unsigned Arguments) {
  const OperationRow *Best = nullptr;
  int BestScore = -1;
  for (const OperationRow &R : Rows) {
    if (R.Name != Name || (R.Result != Returns::Any && R.Result != Result) ||
        (R.Arguments >= 0 && unsigned(R.Arguments) != Arguments))
      continue;
    int Score = (R.Result != Returns::Any) + (R.Arguments >= 0);
    if (Score >= BestScore) {
      Best = &R;
      BestScore = Score;
    }
  }
  return Best;
}

} // namespace

// A stateful hash function, comparator or allocator makes the object larger
// and moves its fields: then all of it is the header, and no count is known.
MapLayout MapArgument::layout() const {
  if (const auto &S = Of->State) {
    MapLayout Told{int(S->Object),   Of->SizeOffset, Of->BucketsOffset,
                   S->Through,       int(S->Offset), int(S->Behind),
                   Of->GrowthOffset, Of->EndOffset};
    // In an object of another kind it is elsewhere.
    if (Of->HeaderBytes && ObjectBytes != Of->HeaderBytes)
      Told.GrowthOffset = -1;
    if (const auto &Shared = Of->Shared) {
      auto Behind = [&](int Offset, int Otherwise) {
        return Offset < 0 ? Otherwise
                          : static_cast<int>(MAPSAN_BEHIND(S->Through, Offset));
      };
      Told.SizeOffset = Behind(Shared->Size, Told.SizeOffset);
      Told.BucketsOffset = Behind(Shared->Buckets, Told.BucketsOffset);
      Told.GrowthOffset = Behind(Shared->Growth, Told.GrowthOffset);
      Told.OwnersBehind = Shared->Owners;
      Told.EndBehind = Shared->End;
    }
    return Told;
  }
  const int Declared = static_cast<int>(ObjectBytes);
  if (Of->HeaderBytes && ObjectBytes &&
      ObjectBytes != alignTo(Of->HeaderBytes, 8)) {
    MapLayout Other{Declared, -1, -1};
    // (that of a sequence, or of a bag, is a field like the others)
    if (!Of->Iterators || !(Of->Iterators->inSequence() ||
                            Of->Iterators->Invalidates & MapsanInBag))
      Other.EndOffset = Of->EndOffset;
    return Other;
  }
  MapLayout Known{static_cast<int>(Of->HeaderBytes), Of->SizeOffset,
                  Of->BucketsOffset};
  // The number of buckets changes when a table grows.
  Known.GrowthOffset =
      Of->GrowthOffset >= 0 ? Of->GrowthOffset : Of->BucketsOffset;
  Known.EndOffset = Of->EndOffset;
  return Known;
}

std::optional<uint64_t> MapArgument::through() const {
  if (RowThrough >= 0)
    return RowThrough;
  if (Of->Through == Family::LastWord)
    return ObjectBytes ? ObjectBytes - 8 : 0;
  if (Of->Through >= 0)
    return Of->Through;
  return std::nullopt;
}

namespace {

// Whether an iterator that the method is given tells which element goes; or, of
// a sequence, where it inserts or erases. (erase_after is given the one
// before.)
bool isGivenPlace(const OperationRow &Row, const Family &Of, StringRef Name,
                  unsigned Arguments) {
  if (Of.Iterators && Of.Iterators->inSequence())
    return Row.Become == Elements::Added || Row.Become == Elements::Removed;
  return Arguments == 1 && Row.Become != Elements::Kept &&
         !Name.starts_with("insert") && !Name.starts_with("emplace") &&
         !Name.ends_with("_after");
}

// Of a method that is given a node handle, or returns one.
void findNodeHandles(const OperationRow &Row, const Family &Of,
                     const CalleeName &Name, const Function &Callee,
                     MapOperation *Op) {
  const unsigned First = firstArgument(Callee) + 1;
  for (unsigned P = 0; P < Name.Parameters.size(); ++P)
    if (is_contained(Of.Iterators->NodeHandles,
                     referredClass(Name.Parameters[P])))
      if (auto Index = pointerIndex(Callee, First, Name.Parameters, P))
        Op->NodeHandle = *Index;
  Op->Extracts =
      Row.Become == Elements::Mixed && !Row.Other && Callee.hasStructRetAttr();
}

MapArgument mapArgument(const Function &F, const Family &Of, unsigned Index) {
  MapArgument A;
  A.Of = &Of;
  A.Argument = Index;
  uint64_t Bytes = F.getArg(Index)->getDereferenceableBytes();
  // What is declared may leave out the tail padding.
  A.ObjectBytes = Bytes > Of.Offset ? alignTo(Bytes - Of.Offset, 8) : 0;
  return A;
}

} // namespace

CatalogMatcher::CatalogMatcher(const Catalog &Rows) : Rows(Rows) {
  for (const Family &F : Rows.Families) {
    for (const std::string &Name : F.BuiltOn)
      Users[Name].push_back(&F);
    for (const std::string &Class : F.Classes)
      Names.add(Families.add(Class, &F));
  }
  for (const IteratorSet &I : Rows.Iterators) {
    for (const std::string &Class : I.Classes)
      if (!I.Lent)
        Names.add(Iterators.add(Class, &I));
      else if (!Iterators.contains(Class)) // it stays its owner's
        Iterators.add(Class, &I);
    for (const std::string &Class : I.InsertResults) {
      InsertResults[Class] = &I;
      Names.add(Class);
    }
    addReversed(I);
    for (const std::string &Name : I.Steps)
      CIterators[Name] = {&I, /*Steps=*/true};
    for (const std::string &Name : I.Uses)
      CIterators[Name] = {&I, /*Steps=*/false};
  }
  for (const auto &C : CIterators)
    CNames[C.first()] = 1;
  for (const OperationRow &F : Rows.Functions) {
    if (F.OfFamily.empty()) {
      Names.add(F.Name);
      continue;
    }
    const CRow Row = {&F, &*find_if(Rows.Families, [&](const Family &Of) {
                        return Of.Name == F.OfFamily;
                      })};
    if (StringRef(F.Name).ends_with("*")) {
      CPrefixes.emplace_back(F.Name.substr(0, F.Name.size() - 1), Row);
      continue;
    }
    CNames[F.Name] = 1;
    CMaps[F.Name] = Row;
  }
  for (const SyncRow &S : Rows.Syncs) {
    if (S.Class.empty())
      CNames[S.Name] = 1;
    Names.add(S.Class.empty() ? S.Name : S.Class);
  }
  for (const AtomicsRow &A : Rows.Atomics)
    Names.add(A.Name);
  for (const LockedRow &L : Rows.Locked)
    Names.add(L.Function);
  for (const SyncRow &B : Rows.Bodies) {
    StringRef Last = lastSegment(B.Name);
    if (!StringRef(B.Name).contains("::"))
      CNames[B.Name] = 1;
    else if (Last.starts_with("operator")) // behind a template's arguments
      BodyNames.add(StringRef(B.Name).drop_back(Last.size() + 2));
    else
      BodyNames.add(B.Name);
  }
}

// The reverse iterators of a set.
void CatalogMatcher::addReversed(const IteratorSet &Of) {
  if (Of.Reversed < 0 || Of.Lent)
    return;
  Reversed.push_back(Of);
  Reversed.back().Base = &Of;
  for (const std::string &Class : Of.Classes)
    for (const char *Template :
         {"std::reverse_iterator", "std::__1::reverse_iterator"})
      Names.add(Iterators.add((Twine(Template) + "<" + Class + ">").str(),
                              &Reversed.back()));
}

bool CatalogMatcher::mayMatch(StringRef Symbol) const {
  auto HasPrefix = [&](auto &P) { return Symbol.contains(P.first); };
  return (Symbol.starts_with("_Z") ? Names.mayContain(Symbol)
                                   : CNames.contains(Symbol)) ||
         any_of(CPrefixes, HasPrefix);
}

const CatalogMatcher::CRow *CatalogMatcher::rowOfC(StringRef Name) const {
  auto It = CMaps.find(Name);
  if (It != CMaps.end())
    return &It->second;
  for (const auto &[Prefix, Row] : CPrefixes)
    if (Name.starts_with(Prefix) && Name.size() > Prefix.size())
      return &Row;
  return nullptr;
}

bool CatalogMatcher::isIterator(const Family &Of, StringRef Parameter) const {
  return (Of.Iterators && Of.Iterators->Pointers && Parameter.ends_with("*")) ||
         Iterators.contains(canonicalName(Parameter));
}

std::optional<MapOperation>
CatalogMatcher::matchMethod(const CalleeName &Name,
                            const Function &Callee) const {
  const Family *Known = Families.find(Name.Scope, Name.ScopeText);
  const unsigned This = firstArgument(Callee);
  if (!Known || This >= Callee.arg_size() ||
      !Callee.getArg(This)->getType()->isPointerTy())
    return std::nullopt;
  const Family &Of = *Known;
  const std::string Row = rowName(Name, [&](StringRef Parameter) {
    const Family *Referred = Families.findReferred(Parameter);
    return Referred && Referred->Identity == Of.Identity;
  });
  const Returns Result = resultOf(Callee);
  const unsigned Arguments = Name.Parameters.size();
  const OperationRow *R = bestRow(Of.Rows, Row, Result, Arguments);
  if (!R && !generalName(Row).empty())
    R = bestRow(Of.Rows, generalName(Row), Result, Arguments);
  if (!R)
    return std::nullopt;

  MapOperation Op;
  Op.Method = true;
  Op.Name = reportName(Name, Row);
  MapArgument Self = mapArgument(Callee, Of, This);
  Self.Effect = R->Effect;
  Self.By = R->By;
  Self.Iterates = R->Iterates;
  Self.Become = R->Become;
  Self.TypeText = Name.ScopeText;
  Op.Maps.push_back(Self);
  Op.Confined = Of.Confined;
  Op.ReturnsThis = Name.Base == "operator=";
  const bool TakesIterator = !Name.Parameters.empty() &&
                             This + 1 < Callee.arg_size() &&
                             isIterator(Of, Name.Parameters[0]) &&
                             Callee.getArg(This + 1)->getType()->isPointerTy();
  if (TakesIterator && isGivenPlace(*R, Of, Name.Base, Arguments))
    Op.Iterator = This + 1;
  if (Of.Iterators && !Of.Iterators->NodeHandles.empty())
    findNodeHandles(*R, Of, Name, Callee, &Op);
  if (!R->Other)
    return Op;
  if (R->Become == Elements::Mixed && Arguments == 3 &&
      isIterator(Of, Name.Parameters.back()))
    if (auto Index = pointerIndex(Callee, This + 1, Name.Parameters, 2))
      Op.Spliced = *Index;
  for (unsigned P = 0; P < Name.Parameters.size(); ++P) {
    const Family *OtherFamily = Families.findReferred(Name.Parameters[P]);
    if (!OtherFamily)
      continue;
    if (auto Index = pointerIndex(Callee, This + 1, Name.Parameters, P)) {
      MapArgument Other = mapArgument(Callee, *OtherFamily, *Index);
      Other.Effect = *R->Other;
      Other.By = Evidence::Header;
      // (what is copied from is only read)
      if (Other.Effect != MapsanEffectRead)
        Other.Become = R->Become;
      Other.Secondary = true;
      Other.TypeText = classText(Name.Parameters[P]);
      Op.Maps.push_back(Other);
      Op.Confined &= OtherFamily->Confined;
    }
    break;
  }
  return Op;
}

std::optional<MapOperation>
CatalogMatcher::matchFunction(const CalleeName &Name,
                              const Function &Callee) const {
  const OperationRow *R = bestRow(Rows.Functions, Name.qualified(),
                                  resultOf(Callee), Name.Parameters.size());
  if (!R)
    return std::nullopt;
  MapOperation Op;
  Op.Name = Name.qualified();
  if (StringRef(Name.Base).starts_with("operator"))
    Op.Name = Name.Base;
  else if (StringRef(Name.Scope).starts_with("std::__")) // __1, __debug
    Op.Name = "std::" + Name.Base;
  for (unsigned P = 0; P < Name.Parameters.size(); ++P) {
    const Family *Of = Families.findReferred(Name.Parameters[P]);
    auto Index =
        pointerIndex(Callee, firstArgument(Callee), Name.Parameters, P);
    if (!Of || !Index)
      continue;
    MapArgument A = mapArgument(Callee, *Of, *Index);
    const bool First = Op.Maps.empty();
    if (!First && !R->Other)
      break;
    A.Effect = First ? R->Effect : *R->Other;
    A.By = First ? R->By : Evidence::Header;
    A.Iterates = First && R->Iterates;
    A.Become = R->Become;
    A.Secondary = !First;
    A.TypeText = classText(Name.Parameters[P]);
    Op.Maps.push_back(A);
    if (Op.Maps.size() == 2)
      break;
  }
  if (Op.Maps.empty())
    return std::nullopt;
  // Somebody else's function may do anything with an address.
  Op.Confined = all_of(Op.Maps, [&](const MapArgument &A) {
    return A.Of->Confined &&
           firstSegment(A.Of->Classes.front()) == firstSegment(Name.Scope);
  });
  return Op;
}

std::optional<MapOperation>
CatalogMatcher::matchC(StringRef Name, const Function &Callee) const {
  const CRow *Row = rowOfC(Name);
  if (!Row)
    return std::nullopt;
  const OperationRow &R = *Row->Row;
  // An argument that is not there, or one more: some other function of the
  // name.
  if (R.Arguments >= 0 && unsigned(R.Arguments) != Callee.arg_size())
    return std::nullopt;
  for (int Index :
       {R.MapIsResult ? -1 : R.Map, R.WritesIf, R.Makes, R.Steps, R.Renews})
    if (Index >= int(Callee.arg_size()))
      return std::nullopt;
  Type *Map =
      R.MapIsResult ? Callee.getReturnType() : Callee.getArg(R.Map)->getType();
  if (!Map->isPointerTy())
    return std::nullopt;
  MapOperation Op;
  Op.Name = Name.str();
  MapArgument A;
  A.Of = Row->Of;
  A.Effect = R.Effect;
  A.By = R.By;
  A.Iterates = R.Iterates;
  A.Become = R.Become;
  A.Argument = R.Map;
  A.IsResult = R.MapIsResult;
  A.RowThrough = R.Through;
  A.WritesIf = R.WritesIf;
  A.TypeText = A.Of->Classes.front();
  Op.Maps.push_back(A);
  Op.Makes = R.Makes;
  Op.Steps = R.Steps;
  Op.Renews = R.Renews;
  Op.ReturnsIterator =
      R.ReturnsIterator && Callee.getReturnType()->isPointerTy();
  return Op;
}

// The rows that fit, of which those for the method's exact special name go
// before those for the general one.
const CatalogMatcher::Answer &CatalogMatcher::answer(const Function &Callee) {
  auto [It, New] = Answers.try_emplace(&Callee);
  if (!New)
    return It->second;
  It->second.MayMatch = mayMatch(Callee.getName());
  if (!It->second.MayMatch)
    return It->second;
  It->second.Map = matchC(Callee.getName(), Callee);
  if (!It->second.Map)
    It->second.Iterator = matchIteratorOfC(Callee);
  if (It->second.Map || It->second.Iterator)
    return It->second;
  CalleeName Name;
  Name.parse(Callee.getName());
  // In C++ a macro's functions have C++ names.
  if (Name.Scope.empty() && !CPrefixes.empty())
    It->second.Map = matchC(Name.Base, Callee);
  if (It->second.Map)
    return It->second;
  It->second.Map = matchMethod(Name, Callee);
  if (!It->second.Map)
    It->second.Map = matchFunction(Name, Callee);
  if (!It->second.Map)
    It->second.Iterator = matchIterator(Name, Callee);
  if (!It->second.Map && !It->second.Iterator)
    matchSync(Name, Callee, It->second);
  return It->second;
}

const MapOperation *CatalogMatcher::mapOperation(const Function &Callee) {
  const Answer &A = answer(Callee);
  return A.Map ? &*A.Map : nullptr;
}

// Most programs have such classes, and few the maps: so their names are no part
// of the filter, but looked for where a function has to do with iterators.
static bool mayBeLent(const Catalog &Rows, StringRef Symbol) {
  return any_of(Rows.Iterators, [&](const IteratorSet &I) {
    return I.Lent && any_of(I.Classes, [&](StringRef Class) {
             return Symbol.contains(lastSegment(Class));
           });
  });
}

const IteratorOperation *
CatalogMatcher::iteratorOperation(const Function &Callee) {
  answer(Callee);
  Answer &A = Answers.find(&Callee)->second;
  if (!A.MayMatch && mayBeLent(Rows, Callee.getName())) {
    CalleeName Name;
    Name.parse(Callee.getName());
    A.Iterator = matchIterator(Name, Callee);
    A.MayMatch = true;
  }
  return A.Iterator ? &*A.Iterator : nullptr;
}

const CatalogMatcher::Caller &CatalogMatcher::nameOf(const Function &F) {
  auto [It, New] = Callers.try_emplace(&F);
  if (New) {
    CalleeName Name;
    Name.parse(F.getName());
    It->second = {Name.Scope, Name.qualified()};
  }
  return It->second;
}

static bool implements(const Family &Of, StringRef Scope) {
  auto Within = [&](StringRef P) {
    return isWithin(Scope, P.split('<').first);
  };
  return any_of(Of.Classes, Within) || any_of(Of.Internals, Within);
}

bool CatalogMatcher::isInternal(const Family &Of, const Function &Caller) {
  const std::string &Scope = nameOf(Caller).Scope;
  if (implements(Of, Scope))
    return true;
  auto It = Users.find(Of.Name);
  return It != Users.end() && any_of(It->second, [&](const Family *User) {
           return implements(*User, Scope);
         });
}

const Family *CatalogMatcher::sharingFamily(const Function &F) {
  const std::string &Scope = nameOf(F).Scope;
  for (const Family &Of : Rows.Families)
    if (Of.Shared && implements(Of, Scope))
      return &Of;
  return nullptr;
}

} // namespace mapsan
