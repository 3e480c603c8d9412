// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a program has of maps: see ProgramCheck.h.

#include "ProgramCheck.h"
#include "CalleeArguments.h"
#include "CalleeName.h"
#include "CanonicalName.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/DebugInfo/DWARF/DWARFContext.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

namespace mapsan {

namespace {

// What the methods of maps are called, whoever wrote them; lower case, without
// underscores.
enum class Kind { None, LookUp, Insertion, Removal, Iteration, Size };
constexpr struct {
  const char *Name;
  Kind Is;
} Kinds[] = {
    {"find", Kind::LookUp},
    {"get", Kind::LookUp},
    {"at", Kind::LookUp},
    {"lookup", Kind::LookUp},
    {"contains", Kind::LookUp},
    {"count", Kind::LookUp},
    {"has", Kind::LookUp},
    {"containskey", Kind::LookUp},
    {"insert", Kind::Insertion},
    {"emplace", Kind::Insertion},
    {"tryemplace", Kind::Insertion},
    {"insertorassign", Kind::Insertion},
    {"put", Kind::Insertion},
    {"set", Kind::Insertion},
    {"add", Kind::Insertion},
    {"operator[]", Kind::Insertion},
    {"erase", Kind::Removal},
    {"remove", Kind::Removal},
    {"delete", Kind::Removal},
    {"clear", Kind::Removal},
    {"begin", Kind::Iteration},
    {"end", Kind::Iteration},
    {"foreach", Kind::Iteration},
    {"size", Kind::Size},
    {"empty", Kind::Size},
    {"length", Kind::Size},
};

Kind kindOf(StringRef Method) {
  std::string Plain;
  for (char C : Method)
    if (C != '_')
      Plain += toLower(C);
  auto *Found = find_if(Kinds, [&](auto &K) { return K.Name == Plain; });
  return Found == std::end(Kinds) ? Kind::None : Found->Is;
}

// A map is looked up in, inserted into, and more.
bool looksLikeMap(const std::set<std::string> &Methods) {
  std::set<Kind> Has;
  for (const std::string &Method : Methods)
    Has.insert(kindOf(Method));
  return Has.count(Kind::LookUp) && Has.count(Kind::Insertion) &&
         (Has.count(Kind::Removal) || Has.count(Kind::Iteration));
}

// As an entry of a catalog would say it.
StringRef suggestedRow(StringRef Method) {
  switch (kindOf(Method)) {
  case Kind::LookUp:
  case Kind::Size:
    return "effect: read";
  case Kind::Insertion:
  case Kind::Removal:
    return "effect: may-write";
  case Kind::Iteration:
    return Method == "end" ? "effect: read" : "effect: read, iterates: true";
  case Kind::None:
    break;
  }
  return "";
}

bool isOfLibrary(StringRef Class) {
  return Class.starts_with("std::") || Class.starts_with("__gnu_cxx::") ||
         Class.starts_with("__cxxabiv1::");
}

// Quoted where YAML wants it.
std::string scalar(StringRef Text) {
  return Text.find_first_of("[]{}(),:<>~*&# ") == StringRef::npos
             ? Text.str()
             : ("\"" + Text + "\"").str();
}

} // namespace

ProgramCheck::ProgramCheck(const Catalog &Rows) : Rows(Rows) {
  for (const Family &F : Rows.Families)
    for (const std::string &Class : F.Classes)
      FamilyOf.emplace(StringRef(Class).split('<').first.str(), &F);
  for (const OperationRow &F : Rows.Functions)
    Functions.emplace(F.Name, &F);
  for (const SyncRow &S : Rows.Syncs)
    Synchronising.insert(S.Class);
}

bool ProgramCheck::isInternal(StringRef Class) const {
  return any_of(Rows.Families, [&](const Family &F) {
    return any_of(F.Internals, [&](const std::string &Pattern) {
      return isWithin(Class, Pattern);
    });
  });
}

void ProgramCheck::addSymbol(StringRef Symbol) {
  if (!Seen.insert(Symbol.str()).second)
    return;
  CalleeName Name;
  bool IsCxx = Name.parse(Symbol);
  std::string Function = IsCxx ? Name.qualified() : Name.Base;
  // Of C++'s, those that are about something else have the same names.
  if (Functions.count(Function) &&
      (!IsCxx || any_of(Name.Parameters, [&](const std::string &Parameter) {
        return FamilyOf.count(referredClass(Parameter));
      }))) {
    DescribedFunctions.insert(Function);
    return;
  }
  if (!IsCxx || Name.Scope.empty())
    return;
  if (FamilyOf.count(Name.Scope)) {
    Described[Name.Scope].insert(rowName(Name));
    return;
  }
  if (!isOfLibrary(Name.Scope) && !Synchronising.count(Name.Scope) &&
      !Name.Constructor && !Name.Destructor && !isInternal(Name.Scope))
    Others[Name.Scope].insert(Name.Base);
}

Error ProgramCheck::addFile(StringRef Path) {
  Expected<object::OwningBinary<object::ObjectFile>> File =
      object::ObjectFile::createObjectFile(Path);
  if (!File)
    return createFileError(Path, File.takeError());
  const object::ObjectFile &Object = *File->getBinary();
  auto AddAll = [&](auto Symbols) -> Error {
    for (const object::SymbolRef &Symbol : Symbols) {
      Expected<StringRef> Name = Symbol.getName();
      if (!Name)
        return createFileError(Path, Name.takeError());
      addSymbol(Name->split('@').first);
    }
    return Error::success();
  };
  if (Object.symbols().empty())
    errs() << "mapsan-catalog: '" << Path
           << "' is stripped: of its maps little or nothing can be told\n";
  if (Error E = AddAll(Object.symbols()))
    return E;
  if (auto *Elf = dyn_cast<object::ELFObjectFileBase>(&Object))
    if (Error E = AddAll(Elf->getDynamicSymbolIterators()))
      return E;
  // What was inlined is no symbol, but says so.
  std::unique_ptr<DWARFContext> Debug = DWARFContext::create(Object);
  for (const auto &Unit : Debug->compile_units())
    for (const DWARFDebugInfoEntry &Entry : Unit->dies()) {
      DWARFDie Die(Unit.get(), &Entry);
      if (Die.getTag() == dwarf::DW_TAG_subprogram &&
          Die.find(dwarf::DW_AT_inline))
        if (const char *Name = Die.getLinkageName())
          addSymbol(Name);
    }
  return Error::success();
}

void ProgramCheck::printDescribed(raw_ostream &Out) const {
  for (const auto &[Class, Methods] : Described) {
    const Family &F = *FamilyOf.at(Class);
    Out << Class << ": " << F.Name << (F.Untested ? " (untested)" : "") << "\n";
    for (const std::string &Method : Methods) {
      std::set<std::string> Effects;
      for (const OperationRow &R : F.Rows)
        if (R.Name == Method || R.Name == generalName(Method))
          Effects.insert(effectName(R.Effect));
      Out << "  " << Method << ": "
          << (Effects.empty() ? "nothing is said of it" : join(Effects, " or "))
          << "\n";
    }
  }
  for (const std::string &Function : DescribedFunctions)
    Out << Function << ": " << effectName(Functions.at(Function)->Effect)
        << "\n";
}

void ProgramCheck::printUndescribed(raw_ostream &Out) const {
  for (const auto &[Class, Methods] : Others) {
    if (!looksLikeMap(Methods))
      continue;
    Out << "\n"
        << Class
        << ": looks like a map, and is not described. If it is one:\n\n"
        << "mapsan-catalog: 1\n"
        << "method-sets:\n"
        << "  - name: " << scalar("methods of " + Class) << "\n"
        << "    methods:\n";
    for (const std::string &Method : Methods)
      if (StringRef Row = suggestedRow(Method); !Row.empty())
        Out << formatv("      - {{ name: {0}, {1} }\n", scalar(Method), Row);
      else if (!StringRef(Method).starts_with("("))
        Out << formatv("      # - {{ name: {0}, effect: ? }\n", scalar(Method));
    Out << "families:\n"
        << "  - name: " << scalar(Class) << "\n"
        << "    classes: [" << scalar(Class) << "]\n"
        << "    methods: [life, " << scalar("methods of " + Class) << "]\n";
  }
}

void ProgramCheck::print(raw_ostream &Out) const {
  printDescribed(Out);
  printUndescribed(Out);
}

} // namespace mapsan
