// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads catalog files into a Catalog.

#include "CatalogReader.h"
#include "BuiltinCatalog.h"
#include "CanonicalName.h"
#include "EntryFields.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <algorithm>
#include <tuple>

using namespace llvm;

namespace mapsan {

namespace {

// The special method names; anything else is a C++ identifier or operator.
const StringRef SpecialNames[] = {
    "(default-constructor)", "(copy-constructor)", "(move-constructor)",
    "(constructor)",         "(destructor)",       "(copy-assignment)",
    "(move-assignment)",     "(assignment)",
};

class Reader {
public:
  Reader(StringRef File, Catalog &Into, CatalogErrors &Errors)
      : File(File), Into(Into), Errors(Errors) {}

  void readDocument(const YamlNode &Root);

  void error(unsigned Line, unsigned Column, const std::string &Reason) {
    Errors.push_back({File.str(), Line, Column, Reason});
  }

private:
  EntryFields fields(const YamlNode &N, StringRef What,
                     ArrayRef<StringRef> Allowed) {
    return EntryFields(N, What, Allowed, Report);
  }
  template <typename Fn>
  void each(EntryFields &F, StringRef Section, Fn Do, bool Required = false);

  std::string methodName(EntryFields &F);
  std::optional<OperationRow> operation(const YamlNode &N, StringRef What);
  void does(EntryFields &F, SyncRow &Row);

  void methodSet(const YamlNode &N);
  void family(const YamlNode &N);
  void function(const YamlNode &N);
  void atomics(const YamlNode &N);
  void locked(const YamlNode &N);
  void sync(const YamlNode &N);
  void modules(EntryFields &F, StringRef Section,
               std::vector<std::string> &Patterns);

  StringRef File;
  Catalog &Into;
  CatalogErrors &Errors;
  // Named, because a YamlErrorHandler only refers to what it calls.
  struct Reporter {
    Reader *To;
    void operator()(unsigned Line, unsigned Column, const std::string &Reason) {
      To->error(Line, Column, Reason);
    }
  } Report{this};
};

// Each entry of a section; one that is empty has none.
template <typename Fn>
void Reader::each(EntryFields &F, StringRef Section, Fn Do, bool Required) {
  const YamlNode *N = F.find(Section);
  if (!N && Required)
    F.fault("'" + Section + "' is missing");
  if (!N || N->Is == YamlNode::Null ||
      (N->Is == YamlNode::Scalar && N->Text.empty()))
    return;
  if (N->Is != YamlNode::Sequence)
    return F.fault(*N, "'" + Section + "' must be a list");
  for (const YamlNode &Item : N->Items)
    Do(Item);
}

std::string Reader::methodName(EntryFields &F) {
  std::string Name = F.text("name", /*Required=*/true);
  if (StringRef(Name).starts_with("(") && !is_contained(SpecialNames, Name))
    F.fault(*F.find("name"), "unknown special name '" + Name + "'");
  return Name;
}

std::optional<OperationRow> Reader::operation(const YamlNode &N,
                                              StringRef What) {
  EntryFields F = fields(N, What,
                         {"name", "effect", "evidence", "other", "returns",
                          "arguments", "iterates"});
  if (!F.isMapping())
    return std::nullopt;
  OperationRow Row;
  Row.Name = methodName(F);
  if (!F.find("effect"))
    F.fault("'effect' is missing");
  Row.Effect = F.word("effect", "effect", effectByName).value_or(Row.Effect);
  Row.Other = F.word("other", "effect", effectByName);
  Row.Result =
      F.word("returns", "form of result", returnsByName).value_or(Row.Result);
  Row.Arguments = F.number("arguments", -1);
  Row.Iterates = F.boolean("iterates");
  const bool MayWrite = Row.Effect == MapsanEffectMayWrite;
  Row.By = F.word("evidence", "evidence", evidenceByName)
               .value_or(MayWrite ? Evidence::Header : Evidence::None);
  if (const YamlNode *By = F.find("evidence"))
    if (!MayWrite)
      F.fault(*By, "'evidence' needs the effect may-write");
  if (!F.Sound)
    return std::nullopt;
  return Row;
}

// Where an equal row stands already, the new one takes its place.
void addRow(std::vector<OperationRow> &Rows, const OperationRow &Row) {
  auto It = find_if(Rows, [&](auto &R) { return R.sameKeyAs(Row); });
  if (It != Rows.end())
    *It = Row;
  else
    Rows.push_back(Row);
}

void Reader::methodSet(const YamlNode &N) {
  EntryFields F = fields(N, "a method set", {"name", "methods"});
  std::string Name = F.text("name", /*Required=*/true);
  if (Name.empty())
    return;
  auto [Set, New] = Into.MethodSets.try_emplace(Name);
  if (!New)
    return F.fault("method set '" + Name + "' is defined twice");
  auto AddTo = [&, &Rows = Set->second](const YamlNode &Item) {
    if (auto Row = operation(Item, "a method"))
      addRow(Rows, *Row);
  };
  each(F, "methods", AddTo, /*Required=*/true);
}

// A family without a name, a class or methods is nothing; with any other fault
// in it, what is left of it still finds races.
void Reader::family(const YamlNode &N) {
  EntryFields F = fields(N, "a family",
                         {"name", "same-as", "classes", "internals", "methods",
                          "header", "size", "buckets", "offset"});
  Family New;
  New.Name = F.text("name", /*Required=*/true);
  New.Identity = F.text("same-as");
  if (New.Identity.empty())
    New.Identity = New.Name;
  for (const YamlNode *Class : F.list("classes"))
    New.Classes.push_back(canonicalName(Class->Text));
  for (const YamlNode *Internal : F.list("internals"))
    New.Internals.push_back(canonicalName(Internal->Text));
  for (const YamlNode *SetName : F.list("methods")) {
    auto Set = Into.MethodSets.find(SetName->Text);
    if (Set == Into.MethodSets.end()) {
      F.fault(*SetName, "no method set is named '" + SetName->Text + "'");
      continue;
    }
    for (const OperationRow &Row : Set->second)
      addRow(New.Rows, Row);
  }
  New.HeaderBytes = F.number("header", 0);
  New.SizeOffset = F.number("size", -1);
  New.BucketsOffset = F.number("buckets", -1);
  New.Offset = F.number("offset", 0);
  if (New.Name.empty())
    return;
  if (any_of(Into.Families, [&](auto &O) { return O.Name == New.Name; }))
    return F.fault(*F.find("name"),
                   "family '" + New.Name + "' is defined twice");
  if (New.Classes.empty())
    return F.fault("'classes' is missing in family '" + New.Name + "'");
  if (!F.find("methods"))
    return F.fault("'methods' is missing in family '" + New.Name + "'");
  // The runtime compares whole words, and keeps a copy of bounded size.
  if (New.HeaderBytes % 8 || New.HeaderBytes > 128)
    return F.fault(*F.find("header"), "'header' must be a multiple of 8, and "
                                      "at most 128");
  for (int Field : {New.SizeOffset, New.BucketsOffset})
    if (New.HeaderBytes && Field >= 0 && unsigned(Field) + 8 > New.HeaderBytes)
      return F.fault("in family '" + New.Name +
                     "' a count lies outside of the header");
  Into.Families.push_back(std::move(New));
}

void Reader::function(const YamlNode &N) {
  if (auto Row = operation(N, "a function")) {
    Row->Name = canonicalName(Row->Name);
    addRow(Into.Functions, *Row);
  }
}

void Reader::does(EntryFields &F, SyncRow &Row) {
  if (!F.find("does"))
    F.fault("'does' is missing");
  Row.Does =
      F.word("does", "synchronisation", syncByName).value_or(MapsanSyncInit);
  Row.Size = F.number("size", static_cast<int>(Row.Size));
  Row.Object = F.number("object", 0);
  Row.Through = F.number("through", -1);
  Row.Offset = F.number("offset", 0);
  Row.Phase = F.number("phase", -1);
  std::string At = F.text("at");
  Row.AtEntry = At == "entry";
  if (!At.empty() && !Row.AtEntry)
    F.fault(*F.find("at"), "'at' must be entry");
  if (Row.AtEntry && Row.Does != MapsanSyncAcquire &&
      Row.Does != MapsanSyncRelease)
    F.fault(*F.find("at"), "only acquire and release happen at an entry");
  Row.SucceedsBy = F.word("success", "way to succeed", successByName)
                       .value_or(Row.SucceedsBy);
}

void Reader::atomics(const YamlNode &N) {
  EntryFields F = fields(N, "an atomics entry", {"of", "count"});
  if (!F.isMapping())
    return;
  if (!F.find("of"))
    F.fault("'of' is missing");
  if (!F.find("count"))
    F.fault("'count' is missing");
  auto Count = F.word("count", "way to count", atomicsByName);
  for (const YamlNode *Name : F.list("of"))
    if (F.Sound)
      Into.Atomics.push_back({canonicalName(Name->Text), *Count});
}

void Reader::locked(const YamlNode &N) {
  EntryFields F = fields(N, "a locked entry",
                         {"function", "access", "object", "order", "failure",
                          "before", "after", "succeeded"});
  if (!F.isMapping())
    return;
  LockedRow Row;
  Row.Function = canonicalName(F.text("function", /*Required=*/true));
  if (!F.find("access"))
    F.fault("'access' is missing");
  Row.Access = F.word("access", "access", accessByName).value_or(Row.Access);
  Row.Object = F.number("object", 0);
  Row.Order = F.number("order", -1);
  Row.Failure = F.number("failure", -1);
  auto Names = [&](StringRef Key, std::vector<std::string> &Into) {
    for (const YamlNode *Name : F.list(Key))
      Into.push_back(canonicalName(Name->Text));
  };
  Names("before", Row.Before);
  Names("after", Row.After);
  Names("succeeded", Row.Succeeded);
  if (Row.Before.empty() && Row.After.empty())
    F.fault("a locked entry needs 'before' or 'after'");
  if (F.Sound)
    Into.Locked.push_back(Row);
}

void Reader::sync(const YamlNode &N) {
  EntryFields F =
      fields(N, "a sync entry",
             {"class", "methods", "function", "within", "object", "does",
              "size", "success", "at", "through", "offset", "phase"});
  if (!F.isMapping())
    return;
  if (!F.find("class") == !F.find("function"))
    return F.fault("a sync entry needs either 'class' or 'function'");
  SyncRow Row;
  for (const YamlNode *Caller : F.list("within"))
    Row.Within.push_back(canonicalName(Caller->Text));
  if (F.find("function")) {
    Row.Name = canonicalName(F.text("function", /*Required=*/true));
    does(F, Row);
    if (F.Sound)
      Into.Syncs.push_back(Row);
    return;
  }
  std::vector<std::string> Classes;
  if (F.find("class")->Is == YamlNode::Sequence)
    for (const YamlNode *Class : F.list("class"))
      Classes.push_back(canonicalName(Class->Text));
  else
    Classes.push_back(canonicalName(F.text("class", /*Required=*/true)));
  Row.Size = F.number("size", 0);
  if (!F.find("methods"))
    return F.fault("'methods' is missing in sync class '" + Classes.front() +
                   "'");
  each(F, "methods", [&](const YamlNode &Item) {
    EntryFields M = fields(Item, "a sync method",
                           {"name", "does", "size", "success", "at", "object",
                            "through", "offset", "phase"});
    if (!M.isMapping())
      return;
    SyncRow Method = Row;
    Method.Name = methodName(M);
    does(M, Method);
    for (const std::string &Class : Classes) {
      Method.Class = Class;
      if (M.Sound)
        Into.Syncs.push_back(Method);
    }
  });
}

void Reader::modules(EntryFields &F, StringRef Section,
                     std::vector<std::string> &Patterns) {
  for (const YamlNode *Pattern : F.list(Section)) {
    if (StringRef(Pattern->Text).contains('/'))
      F.fault(*Pattern, "'" + Section + "' lists file names without a folder");
    else if (!is_contained(Patterns, Pattern->Text))
      Patterns.push_back(Pattern->Text);
  }
}

void Reader::readDocument(const YamlNode &Root) {
  EntryFields F =
      fields(Root, "a catalog",
             {"mapsan-catalog", "method-sets", "families", "functions", "sync",
              "atomics", "locked", "modules", "harmless"});
  if (!F.isMapping())
    return;
  if (F.text("mapsan-catalog", /*Required=*/true) != "1" &&
      F.find("mapsan-catalog"))
    F.fault(*F.find("mapsan-catalog"),
            "this MapSan reads format 1 (mapsan-catalog: 1)");
  each(F, "method-sets", [&](const YamlNode &I) { methodSet(I); });
  each(F, "families", [&](const YamlNode &I) { family(I); });
  each(F, "functions", [&](const YamlNode &I) { function(I); });
  each(F, "sync", [&](const YamlNode &I) { sync(I); });
  modules(F, "modules", Into.Modules);
  modules(F, "harmless", Into.Harmless);
  each(F, "atomics", [&](const YamlNode &I) { atomics(I); });
  each(F, "locked", [&](const YamlNode &I) { locked(I); });
}

} // namespace

std::string CatalogError::text() const {
  std::string Out = File;
  if (Line)
    Out += ":" + std::to_string(Line) + ":" + std::to_string(Column);
  return Out + ": " + Reason;
}

void readCatalog(MemoryBufferRef Text, Catalog &Into, CatalogErrors &Errors) {
  const size_t Earlier = Errors.size();
  Reader R(Text.getBufferIdentifier(), Into, Errors);
  YamlNode Root;
  if (parseYaml(Text, Root,
                [&](unsigned Line, unsigned Column, const std::string &Reason) {
                  R.error(Line, Column, Reason);
                }))
    R.readDocument(Root);
  // In the order of the file, for the person who goes through it.
  std::stable_sort(Errors.begin() + Earlier, Errors.end(),
                   [](const CatalogError &A, const CatalogError &B) {
                     return std::tie(A.Line, A.Column) <
                            std::tie(B.Line, B.Column);
                   });
}

void readCatalogFile(StringRef Path, Catalog &Into, CatalogErrors &Errors) {
  auto Buffer = MemoryBuffer::getFile(Path, /*IsText=*/true);
  if (!Buffer) {
    Errors.push_back(
        {Path.str(), 0, 0, "cannot be read: " + Buffer.getError().message()});
    return;
  }
  readCatalog((*Buffer)->getMemBufferRef(), Into, Errors);
}

void readBuiltinCatalog(Catalog &Into, CatalogErrors &Errors) {
  for (const EmbeddedFile *F = BuiltinCatalog; F->Name; ++F)
    readCatalog(MemoryBufferRef(F->Text, F->Name), Into, Errors);
}

} // namespace mapsan
