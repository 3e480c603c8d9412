// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// mapsan-catalog: prints the rows of the catalog, checks a user's file, or
// tells what of a program the catalog knows.

#include "CatalogReader.h"
#include "ProgramCheck.h"
#include "llvm/ADT/STLExtras.h"
#include <cstdio>
#include <cstring>

using namespace mapsan;

namespace {

const char Usage[] =
    "usage: mapsan-catalog [--sequences] [FILE...]\n"
    "                                       print the built-in catalog's rows\n"
    "                                       and those of the files\n"
    "       mapsan-catalog --check FILE...  check the files; exit status 1 "
    "and\n"
    "                                       file:line:column: reason if "
    "faulty\n"
    "       mapsan-catalog check [--sequences] [--catalog=FILE]... "
    "PROGRAM...\n"
    "                                       what the catalog says of the maps "
    "in\n"
    "                                       programs or object files, and "
    "which\n"
    "                                       classes look like maps that it "
    "does "
    "not\n"
    "                                       know, with an entry to begin with\n"
    "\n"
    "A row is one line, tab-separated: family, class, method, discriminators,\n"
    "effect, evidence, effect on the other map, iterates, untested (or by "
    "hand,\n"
    "with the version). Free functions have the family (function),\n"
    "synchronisation calls the family (sync), functions of the program's that "
    "a\n"
    "library calls the family (body). Modules\n"
    "that are harmless or modelled: (harmless) or (modules), file name.\n";

std::string discriminators(const OperationRow &Row) {
  std::string Out;
  if (const char *Returns = returnsName(Row.Result))
    Out = std::string("returns=") + Returns;
  if (Row.Arguments >= 0) {
    if (!Out.empty())
      Out += ',';
    Out += "arguments=" + std::to_string(Row.Arguments);
  }
  return Out.empty() ? "-" : Out;
}

void print(const std::string &Family, const std::string &Class,
           const OperationRow &Row, const std::string &Untested) {
  std::printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", Family.c_str(),
              Class.c_str(), Row.Name.c_str(), discriminators(Row).c_str(),
              effectName(Row.Effect), evidenceName(Row.By),
              Row.Other ? effectName(*Row.Other) : "-",
              Row.Iterates ? "iterates" : "-", Untested.c_str());
}

void print(const char *Family, const SyncRow &Row) {
  std::string Discriminators;
  if (!Row.Parameter.empty())
    Discriminators = "parameter=" + Row.Parameter;
  if (Row.Arguments >= 0)
    Discriminators += (Discriminators.empty() ? "arguments=" : ",arguments=") +
                      std::to_string(Row.Arguments);
  auto Print = [&](const SyncRow &Effect) {
    std::printf("%s\t%s\t%s\t%s\t%s\t-\t-\t-\n", Family,
                Row.Class.empty() ? "-" : Row.Class.c_str(), Row.Name.c_str(),
                Discriminators.empty() ? "-" : Discriminators.c_str(),
                syncName(Effect.Does));
  };
  Print(Row);
  for (const SyncRow &Effect : Row.More)
    Print(Effect);
}

/// How well what is said of it was tried.
std::string untested(const Family &F) {
  if (!F.ByHand.empty())
    return "by hand: " + F.ByHand;
  return F.Untested ? "untested" : "-";
}

void print(const Catalog &C) {
  for (const Family &F : C.Families)
    for (const std::string &Class : F.Classes)
      for (const OperationRow &Row : F.Rows)
        print(F.Name, Class, Row, untested(F));
  for (const OperationRow &Row : C.Functions)
    print("(function)", "-", Row, "-");
  for (const SyncRow &Row : C.Syncs)
    print("(sync)", Row);
  for (const SyncRow &Row : C.Bodies)
    print("(body)", Row);
  for (const std::string &Pattern : C.Modules)
    std::printf("(modules)\t%s\n", Pattern.c_str());
  for (const std::string &Pattern : C.Harmless)
    std::printf("(harmless)\t%s\n", Pattern.c_str());
}

} // namespace

// Whether it is there; it is taken away.
static bool takeFlag(std::vector<const char *> &Arguments,
                     llvm::StringRef Flag) {
  const size_t Before = Arguments.size();
  llvm::erase_if(Arguments, [&](const char *A) { return A == Flag; });
  return Arguments.size() != Before;
}

// The arguments after "check".
static int checkPrograms(std::vector<const char *> Arguments) {
  Catalog C;
  CatalogErrors Errors;
  readBuiltinCatalog(C, Errors, takeFlag(Arguments, "--sequences"));
  std::vector<llvm::StringRef> Programs;
  for (llvm::StringRef Argument : Arguments) {
    if (Argument.consume_front("--catalog=")) {
      readCatalogFile(Argument, C, Errors);
    } else if (Argument.starts_with("-")) {
      std::fprintf(stderr, "mapsan-catalog: unknown option '%s'\n%s",
                   Argument.str().c_str(), Usage);
      return 2;
    } else {
      Programs.push_back(Argument);
    }
  }
  if (Programs.empty()) {
    std::fputs(Usage, stderr);
    return 2;
  }
  for (const CatalogError &E : Errors)
    std::fprintf(stderr, "%s\n", E.text().c_str());
  if (!Errors.empty())
    return 1;
  ProgramCheck Check(C);
  for (llvm::StringRef Program : Programs)
    if (llvm::Error E = Check.addFile(Program)) {
      std::fprintf(stderr, "mapsan-catalog: %s\n",
                   toString(std::move(E)).c_str());
      return 1;
    }
  Check.print(llvm::outs());
  return 0;
}

int main(int Argc, char **Argv) {
  std::vector<const char *> Arguments(Argv + 1, Argv + Argc);
  if (!Arguments.empty() && !std::strcmp(Arguments.front(), "check"))
    return checkPrograms({Arguments.begin() + 1, Arguments.end()});
  if (takeFlag(Arguments, "--help")) {
    std::fputs(Usage, stdout);
    return 0;
  }
  const bool Check = takeFlag(Arguments, "--check");
  Catalog C;
  CatalogErrors Errors;
  readBuiltinCatalog(C, Errors, takeFlag(Arguments, "--sequences"));
  for (const char *Argument : Arguments) {
    if (Argument[0] == '-') {
      std::fprintf(stderr, "mapsan-catalog: unknown option '%s'\n%s", Argument,
                   Usage);
      return 2;
    }
    readCatalogFile(Argument, C, Errors);
  }
  if (Check && Arguments.empty()) {
    std::fputs(Usage, stderr);
    return 2;
  }
  for (const CatalogError &E : Errors)
    std::fprintf(stderr, "%s\n", E.text().c_str());
  if (!Check)
    print(C);
  return Errors.empty() ? 0 : 1;
}
