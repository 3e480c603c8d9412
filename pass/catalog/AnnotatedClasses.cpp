// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads what classes say of their own methods.

#include "AnnotatedClasses.h"
#include "CalleeArguments.h"
#include "CalleeName.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include <set>
#include <tuple>

using namespace llvm;

namespace mapsan {

namespace {

// One of them, as it lies in llvm.global.annotations: what, text, file, line.
struct Annotation {
  const Function *Method;
  StringRef Text, File;
  unsigned Line;
};

StringRef textOf(const Value *V) {
  auto *G = dyn_cast<GlobalVariable>(V->stripPointerCasts());
  auto *Data = G && G->hasInitializer()
                   ? dyn_cast<ConstantDataSequential>(G->getInitializer())
                   : nullptr;
  return Data && Data->isCString() ? Data->getAsCString() : StringRef();
}

std::optional<Annotation> annotation(const Value *Entry) {
  auto *Fields = dyn_cast<ConstantStruct>(Entry);
  if (!Fields || Fields->getNumOperands() < 4)
    return std::nullopt;
  auto *Method =
      dyn_cast<Function>(Fields->getOperand(0)->stripPointerCastsAndAliases());
  auto *Line = dyn_cast<ConstantInt>(Fields->getOperand(3));
  if (!Method || !Line)
    return std::nullopt;
  return Annotation{Method, textOf(Fields->getOperand(1)),
                    textOf(Fields->getOperand(2)),
                    static_cast<unsigned>(Line->getZExtValue())};
}

// What says whether a may-write wrote: its own result, of the forms that the
// evidences are about, or nothing.
Evidence evidenceOf(const Function &F) {
  const Type *Result = F.getReturnType();
  if (Result->isIntegerTy())
    return Evidence::Count;
  return Result->isStructTy() ? Evidence::Inserted : Evidence::None;
}

Family &familyOf(Catalog &Into, const std::string &Class) {
  for (Family &F : Into.Families)
    if (is_contained(F.Classes, Class))
      return F;
  Family New;
  New.Name = New.Identity = Class;
  New.Classes.push_back(Class);
  Into.Families.push_back(std::move(New));
  return Into.Families.back();
}

class Annotations {
public:
  explicit Annotations(Catalog &Into) : Into(Into) {}

  // The reason why it is wrong, or "".
  std::string add(const Annotation &A, StringRef Word);

private:
  Catalog &Into;
  // Class, method and number of arguments of those that are there by now.
  std::set<std::tuple<std::string, std::string, int>> Seen;
};

int strength(MapsanEffect Effect) {
  return Effect == MapsanEffectRead       ? 0
         : Effect == MapsanEffectMayWrite ? 1
                                          : 2;
}

std::string Annotations::add(const Annotation &A, StringRef Word) {
  OperationRow Row;
  Row.Iterates = Word == "iterates";
  const auto Effect = effectByName(Row.Iterates ? "read" : Word.str());
  if (!Effect)
    return "unknown annotation 'mapsan:" + Word.str() + "'";
  CalleeName Name;
  if (!Name.parse(A.Method->getName()) || Name.Scope.empty())
    return "'mapsan:" + Word.str() + "' is for methods of a class";
  Row.Name = rowName(Name);
  Row.Effect = *Effect;
  Row.Arguments = Name.Parameters.size();
  if (*Effect == MapsanEffectMayWrite)
    Row.By = evidenceOf(*A.Method);
  std::vector<OperationRow> &Rows = familyOf(Into, Name.Scope).Rows;
  const bool First = Seen.insert({Name.Scope, Row.Name, Row.Arguments}).second;
  auto Known = find_if(Rows, [&](auto &R) { return R.sameKeyAs(Row); });
  if (Known == Rows.end())
    Rows.push_back(Row);
  else if (First || strength(Known->Effect) < strength(Row.Effect))
    *Known = Row; // of overloads that are told apart by types: the strongest
  return "";
}

} // namespace

void readAnnotations(const Module &M, Catalog &Into, CatalogErrors &Errors) {
  const GlobalVariable *All = M.getNamedGlobal("llvm.global.annotations");
  if (!All || !All->hasInitializer())
    return;
  Annotations Rows(Into);
  for (const Use &Entry : All->getInitializer()->operands()) {
    const auto A = annotation(Entry.get());
    if (!A)
      continue;
    StringRef Word = A->Text;
    if (!Word.consume_front("mapsan:"))
      continue;
    if (std::string Reason = Rows.add(*A, Word); !Reason.empty())
      Errors.push_back({A->File.str(), A->Line, 1, Reason});
  }
}

} // namespace mapsan
