// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads catalog files into a Catalog.

#include "CatalogReader.h"
#include "BuiltinCatalog.h"
#include "CanonicalName.h"
#include "YamlTree.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
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

  void error(unsigned Line, unsigned Column, const Twine &Reason) {
    Errors.push_back({File.str(), Line, Column, Reason.str()});
  }

private:
  // A mapping whose keys have been checked; Sound turns false at each error.
  struct Fields {
    const YamlNode *Node = nullptr;
    std::map<std::string, const YamlNode *> ByName;
    bool Sound = true;
  };

  void error(const YamlNode &At, const Twine &Reason) {
    error(At.Line, At.Column, Reason);
  }

  Fields fields(const YamlNode &N, StringRef What, ArrayRef<StringRef> Allowed);
  const YamlNode *find(Fields &F, StringRef Key) {
    auto It = F.ByName.find(Key.str());
    return It == F.ByName.end() ? nullptr : It->second;
  }
  std::string text(Fields &F, StringRef Key, bool Required);
  std::vector<const YamlNode *> list(Fields &F, StringRef Key);
  int number(Fields &F, StringRef Key, int Default);
  bool boolean(Fields &F, StringRef Key);
  template <typename T>
  std::optional<T> word(Fields &F, StringRef Key, StringRef Noun,
                        std::optional<T> (*ByName)(const std::string &));
  template <typename Fn> void each(const YamlNode &N, StringRef Section, Fn Do);

  bool knownMethodName(Fields &F, const std::string &Name);
  std::optional<OperationRow> operation(const YamlNode &N, StringRef What);
  void methodSet(const YamlNode &N);
  void family(const YamlNode &N);
  void function(const YamlNode &N);
  void sync(const YamlNode &N);

  StringRef File;
  Catalog &Into;
  CatalogErrors &Errors;
};

Reader::Fields Reader::fields(const YamlNode &N, StringRef What,
                              ArrayRef<StringRef> Allowed) {
  Fields F;
  F.Node = &N;
  if (N.Is != YamlNode::Mapping) {
    error(N, What + " must be a mapping of keys to values");
    F.Sound = false;
    return F;
  }
  for (const auto &[Key, Value] : N.Entries) {
    if (!is_contained(Allowed, Key.Text)) {
      error(Key, "unknown key '" + Key.Text + "' in " + What + " (known: " +
                     join(Allowed.begin(), Allowed.end(), ", ") + ")");
      F.Sound = false;
    } else if (!F.ByName.emplace(Key.Text, &Value).second) {
      error(Key, "key '" + Key.Text + "' stands twice in " + What);
      F.Sound = false;
    }
  }
  return F;
}

std::string Reader::text(Fields &F, StringRef Key, bool Required) {
  const YamlNode *N = find(F, Key);
  if (N && N->Is == YamlNode::Scalar && !N->Text.empty())
    return N->Text;
  if (N)
    error(*N, "'" + Key + "' must be a text");
  else if (Required)
    error(*F.Node, "'" + Key + "' is missing");
  if (N || Required)
    F.Sound = false;
  return "";
}

std::vector<const YamlNode *> Reader::list(Fields &F, StringRef Key) {
  std::vector<const YamlNode *> Out;
  const YamlNode *N = find(F, Key);
  if (!N)
    return Out;
  if (N->Is != YamlNode::Sequence) {
    error(*N, "'" + Key + "' must be a list");
    F.Sound = false;
    return Out;
  }
  for (const YamlNode &Item : N->Items) {
    if (Item.Is == YamlNode::Scalar && !Item.Text.empty()) {
      Out.push_back(&Item);
      continue;
    }
    error(Item, "'" + Key + "' must be a list of names");
    F.Sound = false;
  }
  return Out;
}

int Reader::number(Fields &F, StringRef Key, int Default) {
  const YamlNode *N = find(F, Key);
  int Value = 0;
  if (!N)
    return Default;
  if (N->Is == YamlNode::Scalar && !StringRef(N->Text).getAsInteger(0, Value) &&
      Value >= 0)
    return Value;
  error(*N, "'" + Key + "' must be a number, zero or more");
  F.Sound = false;
  return Default;
}

bool Reader::boolean(Fields &F, StringRef Key) {
  const YamlNode *N = find(F, Key);
  if (!N || N->Text == "false")
    return false;
  if (N->Text == "true")
    return true;
  error(*N, "'" + Key + "' must be true or false");
  F.Sound = false;
  return false;
}

template <typename T>
std::optional<T> Reader::word(Fields &F, StringRef Key, StringRef Noun,
                              std::optional<T> (*ByName)(const std::string &)) {
  const YamlNode *N = find(F, Key);
  if (!N)
    return std::nullopt;
  std::optional<T> Value = ByName(N->Text);
  if (!Value) {
    error(*N, "unknown " + Noun + " '" + N->Text + "'");
    F.Sound = false;
  }
  return Value;
}

template <typename Fn>
void Reader::each(const YamlNode &N, StringRef Section, Fn Do) {
  if (N.Is == YamlNode::Null || (N.Is == YamlNode::Scalar && N.Text.empty()))
    return; // a section without entries
  if (N.Is != YamlNode::Sequence)
    return error(N, "'" + Section + "' must be a list");
  for (const YamlNode &Item : N.Items)
    Do(Item);
}

bool Reader::knownMethodName(Fields &F, const std::string &Name) {
  if (Name.empty() || Name[0] != '(' || is_contained(SpecialNames, Name))
    return true;
  error(*find(F, "name"), "unknown special name '" + Name + "'");
  return false;
}

std::optional<OperationRow> Reader::operation(const YamlNode &N,
                                              StringRef What) {
  Fields F = fields(N, What,
                    {"name", "effect", "evidence", "other", "returns",
                     "arguments", "iterates"});
  if (N.Is != YamlNode::Mapping)
    return std::nullopt;
  OperationRow Row;
  Row.Name = text(F, "name", true);
  F.Sound &= knownMethodName(F, Row.Name);
  if (!find(F, "effect")) {
    error(N, "'effect' is missing");
    F.Sound = false;
  }
  Row.Effect = word(F, "effect", "effect", effectByName).value_or(Row.Effect);
  Row.Other = word(F, "other", "effect", effectByName);
  Row.Result =
      word(F, "returns", "form of result", returnsByName).value_or(Row.Result);
  Row.Arguments = number(F, "arguments", -1);
  Row.Iterates = boolean(F, "iterates");
  bool MayWrite = Row.Effect == MapsanEffectMayWrite;
  Row.By = word(F, "evidence", "evidence", evidenceByName)
               .value_or(MayWrite ? Evidence::Header : Evidence::None);
  if (find(F, "evidence") && !MayWrite) {
    error(*find(F, "evidence"), "'evidence' needs the effect may-write");
    F.Sound = false;
  }
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
  Fields F = fields(N, "a method set", {"name", "methods"});
  std::string Name = text(F, "name", true);
  if (Name.empty())
    return;
  auto [Set, New] = Into.MethodSets.try_emplace(Name);
  if (!New)
    return error(N, "method set '" + Name + "' is defined twice");
  if (const YamlNode *Methods = find(F, "methods"))
    each(*Methods, "methods", [&, &Rows = Set->second](const YamlNode &Item) {
      if (auto Row = operation(Item, "a method"))
        addRow(Rows, *Row);
    });
  else
    error(N, "'methods' is missing in method set '" + Name + "'");
}

void Reader::family(const YamlNode &N) {
  Fields F = fields(N, "a family",
                    {"name", "same-as", "classes", "internals", "methods",
                     "header", "size", "buckets", "offset"});
  Family New;
  New.Name = text(F, "name", true);
  New.Identity = text(F, "same-as", false);
  if (New.Identity.empty())
    New.Identity = New.Name;
  for (const YamlNode *Class : list(F, "classes"))
    New.Classes.push_back(canonicalName(Class->Text));
  for (const YamlNode *Internal : list(F, "internals"))
    New.Internals.push_back(canonicalName(Internal->Text));
  for (const YamlNode *SetName : list(F, "methods")) {
    auto Set = Into.MethodSets.find(SetName->Text);
    if (Set == Into.MethodSets.end()) {
      error(*SetName, "no method set is named '" + SetName->Text + "'");
      continue;
    }
    for (const OperationRow &Row : Set->second)
      addRow(New.Rows, Row);
  }
  New.HeaderBytes = number(F, "header", 0);
  New.SizeOffset = number(F, "size", -1);
  New.BucketsOffset = number(F, "buckets", -1);
  New.Offset = number(F, "offset", 0);
  // A family without a name or a class is nothing; any other fault has been
  // reported, and what is left of the family still finds races.
  if (New.Name.empty())
    return;
  if (any_of(Into.Families, [&](auto &O) { return O.Name == New.Name; }))
    return error(*find(F, "name"),
                 "family '" + New.Name + "' is defined twice");
  if (New.Classes.empty())
    return error(N, "'classes' is missing in family '" + New.Name + "'");
  if (!find(F, "methods"))
    return error(N, "'methods' is missing in family '" + New.Name + "'");
  if (New.HeaderBytes)
    for (int Field : {New.SizeOffset, New.BucketsOffset})
      if (Field >= 0 && unsigned(Field) + 8 > New.HeaderBytes)
        return error(N, "in family '" + New.Name +
                            "' a count lies outside of the header");
  Into.Families.push_back(std::move(New));
}

void Reader::function(const YamlNode &N) {
  if (auto Row = operation(N, "a function")) {
    Row->Name = canonicalName(Row->Name);
    addRow(Into.Functions, *Row);
  }
}

void Reader::sync(const YamlNode &N) {
  Fields F = fields(
      N, "a sync entry",
      {"class", "methods", "function", "object", "does", "size", "success"});
  auto ReadDoes = [&](Fields &Of, SyncRow &Row) {
    if (!find(Of, "does")) {
      error(*Of.Node, "'does' is missing");
      Of.Sound = false;
    }
    Row.Does = word(Of, "does", "synchronisation", syncByName)
                   .value_or(MapsanSyncInit);
    Row.Size = number(Of, "size", Row.Size);
    std::string Success = text(Of, "success", false);
    Row.SuccessIsZero = Success == "zero";
    if (!Success.empty() && Success != "zero" && Success != "true") {
      error(*find(Of, "success"), "'success' must be true or zero");
      Of.Sound = false;
    }
  };
  if (N.Is != YamlNode::Mapping)
    return;
  if (!find(F, "class") == !find(F, "function"))
    return error(N, "a sync entry needs either 'class' or 'function'");
  if (find(F, "function")) {
    SyncRow Row;
    Row.Name = canonicalName(text(F, "function", true));
    Row.Object = number(F, "object", 0);
    ReadDoes(F, Row);
    if (F.Sound)
      Into.Syncs.push_back(Row);
    return;
  }
  std::string Class = canonicalName(text(F, "class", true));
  unsigned Size = number(F, "size", 0);
  const YamlNode *Methods = find(F, "methods");
  if (!Methods)
    return error(N, "'methods' is missing in sync class '" + Class + "'");
  each(*Methods, "methods", [&](const YamlNode &Item) {
    Fields M =
        fields(Item, "a sync method", {"name", "does", "size", "success"});
    if (Item.Is != YamlNode::Mapping)
      return;
    SyncRow Row;
    Row.Class = Class;
    Row.Size = Size;
    Row.Name = text(M, "name", true);
    M.Sound &= knownMethodName(M, Row.Name);
    ReadDoes(M, Row);
    if (M.Sound)
      Into.Syncs.push_back(Row);
  });
}

void Reader::readDocument(const YamlNode &Root) {
  Fields F = fields(
      Root, "a catalog",
      {"mapsan-catalog", "method-sets", "families", "functions", "sync"});
  if (Root.Is != YamlNode::Mapping)
    return;
  if (text(F, "mapsan-catalog", true) != "1" && find(F, "mapsan-catalog"))
    error(*find(F, "mapsan-catalog"),
          "this MapSan reads format 1 (mapsan-catalog: 1)");
  if (const YamlNode *N = find(F, "method-sets"))
    each(*N, "method-sets", [&](const YamlNode &I) { methodSet(I); });
  if (const YamlNode *N = find(F, "families"))
    each(*N, "families", [&](const YamlNode &I) { family(I); });
  if (const YamlNode *N = find(F, "functions"))
    each(*N, "functions", [&](const YamlNode &I) { function(I); });
  if (const YamlNode *N = find(F, "sync"))
    each(*N, "sync", [&](const YamlNode &I) { sync(I); });
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
