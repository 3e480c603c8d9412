// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// CatalogMatcher's half for synchronisation: which call synchronises, which
// function is a body, and where the IR has the objects.

#include "CalleeArguments.h"
#include "CanonicalName.h"
#include "CatalogMatcher.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace mapsan {

namespace {

// Of "const A::B<T> &" or "A::B<T> *" the canonical A::B.
std::string parameterClass(StringRef Parameter) {
  Parameter = Parameter.rtrim(" &*");
  Parameter.consume_back("const");
  Parameter.consume_front("const ");
  return canonicalName(Parameter);
}

// The row's discriminators.
bool fits(const SyncRow &Row, const CalleeName &Name) {
  const auto &P = Name.Parameters;
  return (Row.Parameter.empty() ||
          (!P.empty() && parameterClass(P[0]) == Row.Parameter)) &&
         (Row.Arguments < 0 || unsigned(Row.Arguments) == P.size());
}

// The IR argument of that number in the source, a method's `this` being 0.
std::optional<unsigned> irArgument(bool Method, const CalleeName &Name,
                                   const Function &F, unsigned Number) {
  unsigned First = firstArgument(F);
  // Of a C function only the IR is known: what it takes is in a register of
  // its own, unless it is a structure.
  const bool Plain = Name.Parameters.empty() || (Method && Number == 0);
  if (!Plain && Method) {
    ++First;
    --Number;
  }
  if (!Plain)
    return argumentIndex(F, First, Name.Parameters, Number);
  if (First + Number >= F.arg_size())
    return std::nullopt;
  return First + Number;
}

// A thunk's name is that of the method behind an adjustment of `this`:
// _ZThn16_N1T3runEv, _ZTv0_n24_N1T3runEv.
std::string withoutAdjustment(StringRef Symbol) {
  const bool Virtual = Symbol.starts_with("_ZTv");
  if (!Virtual && !Symbol.starts_with("_ZTh"))
    return Symbol.str();
  for (int Underscores = Virtual ? 2 : 1; Underscores; --Underscores)
    Symbol = Symbol.drop_front(1).drop_until([](char C) { return C == '_'; });
  return "_Z" + Symbol.drop_front(1).str();
}

} // namespace

std::optional<SyncOperation>
CatalogMatcher::place(const SyncRow &Row, bool Method, const CalleeName &Name,
                      const Function &Callee) const {
  SyncOperation Op;
  Op.Row = &Row;
  bool Found = true;
  auto Find = [&](int Number, bool IsPointer) {
    if (Number < 0)
      return -1;
    auto Index = irArgument(Method, Name, Callee, Number);
    if (Index &&
        (!IsPointer || Callee.getArg(*Index)->getType()->isPointerTy()))
      return static_cast<int>(*Index);
    Found = false;
    return -1;
  };
  if (Row.ObjectIs == SyncRow::Argument)
    Op.Argument = Find(Row.Object, /*IsPointer=*/true);
  else if (Row.ObjectIs == SyncRow::Result)
    Found = Callee.getReturnType()->isPointerTy();
  if (Row.Phase >= 0 && firstArgument(Callee) + Row.Phase < Callee.arg_size())
    Op.Phase = static_cast<int>(firstArgument(Callee)) + Row.Phase;
  else if (Row.Phase >= 0)
    Found = false;
  Op.Part = Find(Row.Part, false);
  Op.ExclusiveIf = Find(Row.ExclusiveIf, false);
  Op.Group = Find(Row.Group, true);
  Op.Function = Find(Row.Calls, true);
  Op.Finally = Find(Row.Finally, true);
  Op.Follows = Find(Row.Follows, true);
  Op.JoinsIf = Find(Row.JoinsIf, false);
  if (!Found)
    return std::nullopt;
  if (Row.Size)
    Op.ObjectBytes = Row.Size;
  else if (Row.ObjectIs == SyncRow::Argument)
    Op.ObjectBytes = Callee.getArg(Op.Argument)->getDereferenceableBytes();
  for (const SyncRow &Also : Row.More) {
    auto Place = place(Also, Method, Name, Callee);
    if (!Place)
      return std::nullopt;
    Op.More.push_back(*Place);
  }
  return Op;
}

void CatalogMatcher::matchSync(const CalleeName &Name, const Function &Callee,
                               Answer &Into) const {
  const std::string Row = rowName(Name);
  const std::string Qualified = Name.qualified();
  auto Fits = [&](const SyncRow &S, StringRef Method) {
    return (S.Class.empty() ? S.Name == Qualified
                            : S.Class == Name.Scope && S.Name == Method) &&
           fits(S, Name);
  };
  for (StringRef Method : {generalName(Row), StringRef(Row)})
    for (const SyncRow &S : Rows.Syncs) {
      if (Method.empty() || !Fits(S, Method))
        continue;
      auto Op = place(S, !S.Class.empty(), Name, Callee);
      if (!Op)
        continue;
      if (S.AtEntry)
        Into.Entry = Op;
      else if (S.Within.empty())
        Into.Sync = Op;
      else
        Into.SyncWithin.push_back(*Op);
    }
}

std::optional<SyncOperation> CatalogMatcher::body(const Function &F) const {
  const StringRef Symbol = F.getName();
  if (Rows.Bodies.empty() ||
      (Symbol.starts_with("_Z") ? !BodyNames.mayContain(Symbol)
                                : !CNames.contains(Symbol)))
    return std::nullopt;
  CalleeName Name;
  Name.parse(withoutAdjustment(Symbol));
  const std::string Qualified = Name.qualified();
  for (const SyncRow &B : Rows.Bodies) {
    StringRef Pattern = B.Name;
    const bool Same = Pattern.consume_front("*::")
                          ? !Name.Scope.empty() && Name.Base == Pattern
                          : Qualified == Pattern;
    if (Same && fits(B, Name))
      return place(B, /*Method=*/Pattern.size() != B.Name.size() ||
                          StringRef(B.Name).contains("::"),
                   Name, F);
  }
  return std::nullopt;
}

// What a class calls in itself is part of the call that is hooked already;
// but for rows that say what of an implementation counts.
bool CatalogMatcher::isWithinOwnClass(const SyncRow &Row, const Function &F) {
  return (Row.Does < MapsanSyncInternal || Row.Does > MapsanSyncOverwrite) &&
         !Row.FromWithin && !Row.Class.empty() &&
         isWithin(nameOf(F).Scope, Row.Class);
}

const SyncOperation *CatalogMatcher::syncOperation(const Function &Callee,
                                                   const Function &Caller) {
  const Answer &A = answer(Callee);
  for (const SyncOperation &Op : A.SyncWithin) {
    auto Is = [&](const std::string &Name) {
      return Name == nameOf(Caller).Scope || Name == nameOf(Caller).Qualified;
    };
    if (any_of(Op.Row->Within, Is))
      return &Op;
  }
  return A.Sync && !isWithinOwnClass(*A.Sync->Row, Caller) ? &*A.Sync : nullptr;
}

const SyncOperation *CatalogMatcher::syncEntry(const Function &F) {
  const Answer &A = answer(F);
  return A.Entry ? &*A.Entry : nullptr;
}

AtomicsCount CatalogMatcher::atomicsOf(const Function &F) {
  if (!answer(F).MayMatch)
    return AtomicsCount::All;
  const Caller &Name = nameOf(F);
  for (const AtomicsRow &Row : Rows.Atomics)
    if (Row.Name == Name.Qualified || Row.Name == Name.Scope)
      return Row.Count;
  return AtomicsCount::All;
}

const LockedRow *CatalogMatcher::lockedAccess(const Function &F) {
  if (!answer(F).MayMatch)
    return nullptr;
  for (const LockedRow &Row : Rows.Locked)
    if (Row.Function == nameOf(F).Qualified)
      return &Row;
  return nullptr;
}

} // namespace mapsan
