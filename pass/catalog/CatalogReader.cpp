// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads catalog files into a Catalog.

#include "CatalogReader.h"
#include "BuiltinCatalog.h"
#include "CanonicalName.h"
#include "EntryFields.h"
#include "SyncSection.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <algorithm>
#include <tuple>

using namespace llvm;

namespace mapsan {

namespace {

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

  std::optional<OperationRow> operation(const YamlNode &N, StringRef What,
                                        bool Method);

  void methodSet(const YamlNode &N);
  void iteratorSet(const YamlNode &N);
  unsigned invalidated(EntryFields &Of, StringRef Key, unsigned Insert,
                       unsigned Erase, unsigned Growth, unsigned Survive,
                       unsigned Behind);
  void family(const YamlNode &N);
  std::optional<StateBytes> state(const YamlNode &N);
  std::optional<SharedData> shared(const YamlNode &N);
  void function(const YamlNode &N);
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

std::optional<OperationRow> Reader::operation(const YamlNode &N, StringRef What,
                                              bool Method) {
  EntryFields F =
      fields(N, What,
             {"name", "effect", "evidence", "other", "returns", "arguments",
              "iterates", "elements", "family", "map", "through", "writes-if",
              "makes", "steps", "renews", "returns-iterator"});
  if (!F.isMapping())
    return std::nullopt;
  OperationRow Row;
  Row.Name = Method ? F.methodName() : F.text("name", /*Required=*/true);
  if (!F.find("effect"))
    F.fault("'effect' is missing");
  Row.Effect = F.word("effect", "effect", effectByName).value_or(Row.Effect);
  Row.Other = F.word("other", "effect", effectByName);
  Row.Result =
      F.word("returns", "form of result", returnsByName).value_or(Row.Result);
  Row.Arguments = F.number("arguments", -1);
  Row.Iterates = F.boolean("iterates");
  Row.Become = F.word("elements", "fate of elements", elementsByName)
                   .value_or(Row.Become);
  Row.OfFamily = F.text("family");
  Row.MapIsResult = F.find("map") && F.find("map")->Text == "result";
  if (!Row.MapIsResult)
    Row.Map = F.number("map", 0);
  Row.Through = F.number("through", -1);
  Row.WritesIf = F.number("writes-if", -1);
  Row.Makes = F.number("makes", -1);
  Row.Steps = F.number("steps", -1);
  Row.Renews = F.number("renews", -1);
  Row.ReturnsIterator = F.boolean("returns-iterator");
  for (StringRef Key : {"map", "through", "writes-if", "makes", "steps",
                        "renews", "returns-iterator"})
    if (const YamlNode *N = F.find(Key))
      if (Row.OfFamily.empty())
        F.fault(*N, "'" + Key + "' is for C functions: it needs a 'family'");
  const bool MayWrite = Row.Effect == MapsanEffectMayWrite;
  Row.By = F.word("evidence", "evidence", evidenceByName)
               .value_or(MayWrite ? Evidence::Header : Evidence::None);
  if (const YamlNode *By = F.find("evidence"))
    if (!MayWrite &&
        (Row.Effect != MapsanEffectWrite || Row.By != Evidence::Count))
      F.fault(*By, "'evidence' needs the effect may-write (or is that of a "
                   "write's count)");
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
    if (auto Row = operation(Item, "a method", /*Method=*/true))
      addRow(Rows, *Row);
  };
  F.each("methods", AddTo, /*Required=*/true);
}

// What an insertion and an erasure invalidate: `key: { insert: never | growth |
// always, erase: never | erased | behind | always }`.
unsigned Reader::invalidated(EntryFields &Of, StringRef Key, unsigned Insert,
                             unsigned Erase, unsigned Growth, unsigned Survive,
                             unsigned Behind) {
  const YamlNode *N = Of.find(Key);
  if (!N) {
    Of.fault("'" + Key + "' is missing");
    return 0;
  }
  EntryFields F = fields(*N, "a rule of invalidation", {"insert", "erase"});
  unsigned Bits = 0;
  const std::string By = F.text("insert", /*Required=*/true);
  if (By == "growth")
    Bits |= Growth;
  else if (By == "always")
    Bits |= Insert | Growth;
  else if (By != "never" && F.find("insert"))
    F.fault(*F.find("insert"), "'insert' is never, growth or always");
  const std::string Removes = F.text("erase", /*Required=*/true);
  if (Removes == "always")
    Bits |= Erase;
  else if (Removes == "never")
    Bits |= Survive;
  else if (Removes == "behind")
    Bits |= Behind;
  else if (Removes != "erased" && F.find("erase"))
    F.fault(*F.find("erase"), "'erase' is never, erased, behind or always");
  Of.Sound &= F.Sound;
  return Bits;
}

// "Base", "Base<Argument>" or "Base<Argument, Another>". (A pointer may be an
// argument; a class that a star stands in has no name.)
std::string className(EntryFields &F, const YamlNode &N) {
  const StringRef Text = N.Text;
  auto [Class, Arguments] = Text.split('<');
  if (Class.contains('*'))
    F.fault(N, "a class is named in full, without wildcards: '" + Text + "'");
  if (!Arguments.consume_back(">"))
    return canonicalName(Text);
  auto [First, Second] = Arguments.split(", ");
  std::string Name = canonicalName(Class) + "<" + canonicalName(First);
  if (!Second.empty())
    Name += ", " + canonicalName(Second);
  return Name + ">";
}

void Reader::iteratorSet(const YamlNode &N) {
  EntryFields F =
      fields(N, "an iterator set",
             {"name", "classes", "iterators", "references", "element", "null",
              "nodes", "node-handles", "insert-results", "reversed", "sequence",
              "pointers", "lent", "steps", "uses"});
  IteratorSet New;
  New.Name = F.text("name", /*Required=*/true);
  for (const YamlNode *Class : F.list("classes"))
    New.Classes.push_back(className(F, *Class));
  New.Pointers = F.boolean("pointers");
  New.Lent = F.boolean("lent");
  for (const YamlNode *Function : F.list("steps"))
    New.Steps.push_back(Function->Text);
  for (const YamlNode *Function : F.list("uses"))
    New.Uses.push_back(Function->Text);
  if (New.Classes.empty() && !New.Pointers)
    F.fault("'classes' is missing");
  New.Invalidates =
      invalidated(F, "iterators", MapsanIteratorsOnInsert,
                  MapsanIteratorsOnErase, MapsanIteratorsOnGrowth,
                  MapsanIteratorsSurviveErase, MapsanIteratorsBehind) |
      invalidated(F, "references", MapsanReferencesOnInsert,
                  MapsanReferencesOnErase, MapsanReferencesOnGrowth,
                  MapsanReferencesSurviveErase, MapsanReferencesBehind);
  New.Element = F.number("element", 0);
  New.Null = F.number("null", -1);
  New.Nodes = F.boolean("nodes");
  if (New.Nodes)
    New.Invalidates |= MapsanElementsAreNodes;
  for (const YamlNode *Class : F.list("node-handles"))
    New.NodeHandles.push_back(className(F, *Class));
  if (!New.Nodes && !New.NodeHandles.empty())
    F.fault(*F.find("node-handles"), "'node-handles' are of nodes");
  for (const YamlNode *Class : F.list("insert-results"))
    New.InsertResults.push_back(className(F, *Class));
  New.Reversed = F.number("reversed", -1);
  const std::string Lie = F.text("sequence");
  if (Lie == "array")
    New.Invalidates |= MapsanInOneArray;
  else if (Lie == "blocks")
    New.Invalidates |= MapsanInBlocks;
  else if (Lie == "bag")
    New.Invalidates |= MapsanInBag;
  else if (const YamlNode *N = F.find("sequence"))
    F.fault(*N, "'sequence' is array, bag or blocks");
  if (any_of(Into.Iterators, [&](auto &O) { return O.Name == New.Name; }))
    F.fault("iterator set '" + New.Name + "' is defined twice");
  if (F.Sound)
    Into.Iterators.push_back(std::move(New));
}

// A family without a name, a class or methods is nothing; with any other fault
// in it, what is left of it still finds races.
void Reader::family(const YamlNode &N) {
  EntryFields F =
      fields(N, "a family",
             {"name",     "same-as",   "classes", "internals", "methods",
              "header",   "size",      "buckets", "offset",    "confined",
              "untested", "by-hand",   "state",   "shared",    "through",
              "built-on", "iterators", "growth",  "end",       "inline"});
  Family New;
  New.Name = F.text("name", /*Required=*/true);
  New.Identity = F.text("same-as");
  if (New.Identity.empty())
    New.Identity = New.Name;
  for (const YamlNode *Class : F.list("classes"))
    New.Classes.push_back(className(F, *Class));
  for (const YamlNode *Internal : F.list("internals"))
    New.Internals.push_back(canonicalName(Internal->Text));
  for (const YamlNode *Name : F.list("built-on"))
    New.BuiltOn.push_back(Name->Text);
  for (const YamlNode *SetName : F.list("methods")) {
    auto Set = Into.MethodSets.find(SetName->Text);
    if (Set == Into.MethodSets.end()) {
      F.fault(*SetName, "no method set is named '" + SetName->Text + "'");
      continue;
    }
    for (const OperationRow &Row : Set->second)
      addRow(New.Rows, Row);
  }
  if (const YamlNode *Name = F.find("iterators")) {
    auto Set =
        find_if(Into.Iterators, [&](auto &I) { return I.Name == Name->Text; });
    if (Set == Into.Iterators.end())
      F.fault(*Name, "no iterator set is named '" + Name->Text + "'");
    else
      New.Iterators = &*Set;
  }
  New.GrowthOffset = F.number("growth", -1);
  New.EndOffset = F.wordOffset("end", -1);
  New.Inside = F.word("inline", "form of 'inline'", insideByName).value_or(0);
  New.HeaderBytes = F.number("header", 0);
  if (const YamlNode *N = F.find("state"))
    New.State = state(*N);
  if (const YamlNode *N = F.find("shared")) {
    if (New.State && New.State->Through >= 0)
      New.Shared = shared(*N);
    else
      F.fault(*N, "what is 'shared' is behind the pointer of a 'state'");
    // Not followed as if nobody shared it.
    if (!New.Shared)
      New.Iterators = nullptr;
  }
  New.SizeOffset = F.number("size", -1);
  New.BucketsOffset = F.number("buckets", -1);
  if (F.find("through") && F.find("through")->Text == "last-word")
    New.Through = Family::LastWord;
  else
    New.Through = F.number("through", -1);
  New.Offset = F.number("offset", 0);
  New.Confined = F.boolean("confined");
  New.Untested = F.boolean("untested");
  New.ByHand = F.text("by-hand");
  if (New.Untested && !New.ByHand.empty())
    F.fault(*F.find("by-hand"), "what was run by hand is not 'untested'");
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

std::optional<StateBytes> Reader::state(const YamlNode &N) {
  EntryFields F =
      fields(N, "a state", {"bytes", "through", "offset", "behind"});
  if (!F.isMapping())
    return std::nullopt;
  StateBytes New;
  New.Object = F.number("bytes", 0);
  New.Through = F.number("through", -1);
  New.Offset = F.number("offset", 0);
  New.Behind = F.number("behind", 0);
  // The runtime compares whole words, and keeps a copy of bounded size.
  if (!New.Object || New.Object % 8 || New.Behind % 8 ||
      New.Object + New.Behind > 128)
    F.fault(
        "a state's 'bytes' and 'behind' must be multiples of 8, and no more "
        "than 128 together");
  else if (New.Through >= 0 && unsigned(New.Through) + 8 > New.Object)
    F.fault("a state's pointer lies outside of its 'bytes'");
  if (!F.Sound)
    return std::nullopt;
  return New;
}

std::optional<SharedData> Reader::shared(const YamlNode &N) {
  EntryFields F =
      fields(N, "shared data", {"owners", "size", "buckets", "growth", "end"});
  if (!F.isMapping())
    return std::nullopt;
  SharedData New;
  // The runtime reads whole words, and has few bits for where they are.
  auto Offset = [&](StringRef Key, int Multiple) {
    const int Value = F.number(Key, -1);
    if (Value >= 0 && (Value % Multiple || Value > MAPSAN_MAX_BEHIND))
      F.fault(*F.find(Key), "'" + Key + "' must be a multiple of " +
                                Twine(Multiple) + ", and at most " +
                                Twine(MAPSAN_MAX_BEHIND));
    return Value;
  };
  New.Owners = Offset("owners", 4);
  New.Size = Offset("size", 8);
  New.Buckets = Offset("buckets", 8);
  New.Growth = Offset("growth", 8);
  New.End = Offset("end", 8);
  if (!F.find("owners"))
    F.fault("'owners' is missing");
  if (!F.Sound)
    return std::nullopt;
  return New;
}

void Reader::function(const YamlNode &N) {
  if (auto Row = operation(N, "a function", /*Method=*/false)) {
    if (!Row->OfFamily.empty() && none_of(Into.Families, [&](const Family &F) {
          return F.Name == Row->OfFamily;
        }))
      return error(N.Line, N.Column,
                   "no family is named '" + Row->OfFamily + "'");
    // What a macro makes for each type has a name that ends in the type's.
    const size_t Star = Row->Name.find('*');
    if (Star != std::string::npos &&
        (Row->OfFamily.empty() || Star + 1 != Row->Name.size() || Star < 2))
      return error(N.Line, N.Column,
                   "'*' may only end the name of a C function with a "
                   "'family', behind two letters or more");
    Row->Name = canonicalName(Row->Name);
    addRow(Into.Functions, *Row);
  }
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
             {"mapsan-catalog", "method-sets", "iterators", "families",
              "functions", "sync", "atomics", "locked", "modules", "harmless"});
  if (!F.isMapping())
    return;
  if (F.text("mapsan-catalog", /*Required=*/true) != "1" &&
      F.find("mapsan-catalog"))
    F.fault(*F.find("mapsan-catalog"),
            "this MapSan reads format 1 (mapsan-catalog: 1)");
  F.each("method-sets", [&](const YamlNode &I) { methodSet(I); });
  F.each("iterators", [&](const YamlNode &I) { iteratorSet(I); });
  F.each("families", [&](const YamlNode &I) { family(I); });
  F.each("functions", [&](const YamlNode &I) { function(I); });
  F.each("sync", [&](const YamlNode &I) { readSync(I, Into, Report); });
  modules(F, "modules", Into.Modules);
  modules(F, "harmless", Into.Harmless);
  F.each("atomics", [&](const YamlNode &I) { readAtomics(I, Into, Report); });
  F.each("locked", [&](const YamlNode &I) { readLocked(I, Into, Report); });
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

void readBuiltinCatalog(Catalog &Into, CatalogErrors &Errors, bool Sequences) {
  for (const EmbeddedFile *F = BuiltinCatalog; F->Name; ++F)
    if (Sequences || StringRef(F->Name) != "catalog/sequences.yaml")
      readCatalog(MemoryBufferRef(F->Text, F->Name), Into, Errors);
}

} // namespace mapsan
