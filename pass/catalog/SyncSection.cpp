// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads the catalog's sections on synchronisation: calls that synchronise,
// functions of the program's that a library calls (bodies), atomics that count
// for less, functions that access atomically by a lock.

#include "SyncSection.h"
#include "CanonicalName.h"
#include "EntryFields.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace mapsan {

namespace {

// The keys of one thing that a call does: in the row itself, or in each item of
// its list `effects`.
const StringRef EffectKeys[] = {
    "does",           "object",   "through", "offset",  "part",
    "size",           "success",  "fresh",   "group",   "phase",
    "exclusive-if",   "from",     "to",      "follows", "follows-through",
    "follows-offset", "joins-if", "is"};
// Those of the row as a whole.
const StringRef RowKeys[] = {
    "at",      "parameter",       "arguments",  "calls",       "on",
    "finally", "program-threads", "calls-back", "from-within", "effects"};

SmallVector<StringRef, 32> keys(ArrayRef<StringRef> Own,
                                ArrayRef<StringRef> More = {}) {
  SmallVector<StringRef, 32> All(Own.begin(), Own.end());
  All.append(More.begin(), More.end());
  All.append(std::begin(EffectKeys), std::end(EffectKeys));
  return All;
}

// A number, the word "result", or any other word: the name of an object that
// is no argument.
void readObject(EntryFields &F, SyncRow &Row) {
  const YamlNode *N = F.find("object");
  Row.Through = F.number("through", -1);
  Row.Offset = F.number("offset", 0);
  Row.Part = F.number("part", -1);
  if (!N)
    return;
  const bool IsWord =
      N->Is == YamlNode::Scalar && !N->Text.empty() && isAlpha(N->Text[0]);
  if (!IsWord) {
    Row.Object = F.number("object", 0);
  } else if (N->Text == "result") {
    Row.ObjectIs = SyncRow::Result;
    if (Row.Does != MapsanSyncAcquire && Row.Does != MapsanSyncInit)
      F.fault(*N,
              "a result is there after the call: it can be acquired or new, "
              "nothing else");
  } else {
    Row.ObjectIs = SyncRow::Named;
    Row.ObjectName = N->Text;
  }
}

void readEffect(EntryFields &F, SyncRow &Row) {
  if (!F.find("does"))
    F.fault("'does' is missing");
  Row.Does =
      F.word("does", "synchronisation", syncByName).value_or(MapsanSyncInit);
  Row.Size = F.number("size", static_cast<int>(Row.Size));
  readObject(F, Row);
  Row.Phase = F.number("phase", -1);
  Row.ExclusiveIf = F.number("exclusive-if", -1);
  Row.Fresh = F.boolean("fresh");
  Row.Group = F.number("group", -1);
  if (Row.Group >= 0 && Row.Does != MapsanSyncSpawn)
    F.fault(*F.find("group"), "'group' needs 'spawn'");
  Row.Follows = F.number("follows", -1);
  Row.FollowsThrough = F.number("follows-through", -1);
  Row.FollowsOffset = F.number("follows-offset", 0);
  if (Row.Follows >= 0 && Row.Does != MapsanSyncSpawn)
    F.fault(*F.find("follows"), "'follows' needs 'spawn'");
  Row.JoinsIf = F.number("joins-if", -1);
  Row.Is = F.number("is", 0);
  if (Row.JoinsIf >= 0 && Row.Does != MapsanSyncRun && Row.Follows < 0)
    F.fault(*F.find("joins-if"), "'joins-if' needs 'run' or 'follows'");
  Row.From = F.word("from", "mode", lockModeByName).value_or(Row.From);
  Row.To = F.word("to", "mode", lockModeByName).value_or(Row.To);
  const bool Converts =
      Row.Does == MapsanSyncConvert || Row.Does == MapsanSyncTryConvert;
  if (Converts != (F.find("from") && F.find("to")))
    F.fault("'from' and 'to' are for 'convert' and 'try-convert', and both are "
            "needed there");
  Row.SucceedsBy = F.word("success", "way to succeed", successByName)
                       .value_or(Row.SucceedsBy);
}

class SyncReader {
public:
  SyncReader(Catalog &Into, YamlErrorHandler Report)
      : Into(Into), Report(Report) {}

  void entry(const YamlNode &N);

private:
  void row(EntryFields &F, SyncRow &Row);
  void classRows(EntryFields &F, const SyncRow &Common);
  void body(EntryFields &F, SyncRow &Row);
  void bodyEffect(EntryFields &F, SyncRow &Effect);

  Catalog &Into;
  YamlErrorHandler Report;
};

void SyncReader::row(EntryFields &F, SyncRow &Row) {
  Row.Parameter = canonicalName(F.text("parameter"));
  Row.Arguments = F.number("arguments", -1);
  Row.CallsBack = F.boolean("calls-back");
  Row.ProgramThreads = F.boolean("program-threads");
  Row.FromWithin = F.boolean("from-within");
  Row.Calls = F.number("calls", -1);
  Row.On = F.number("on", 0);
  Row.Finally = F.number("finally", -1);
  if (!F.find("effects")) {
    readEffect(F, Row);
  } else {
    if (F.find("does"))
      F.fault("a row has either 'does' or 'effects'");
    bool First = true;
    F.each("effects", [&](const YamlNode &Item) {
      EntryFields E(Item, "an effect", EffectKeys, Report);
      if (!E.isMapping())
        return;
      SyncRow Effect;
      Effect.Size = Row.Size;
      readEffect(E, First ? Row : Effect);
      if (!First)
        Row.More.push_back(Effect);
      First = false;
      F.Sound &= E.Sound;
    });
  }
  std::string At = F.text("at");
  Row.AtEntry = At == "entry";
  if (!At.empty() && !Row.AtEntry)
    F.fault(*F.find("at"), "'at' must be entry");
  if (Row.AtEntry && Row.Does != MapsanSyncAcquire &&
      Row.Does != MapsanSyncRelease)
    F.fault(*F.find("at"), "only acquire and release happen at an entry");
}

// What the words of a row mean in one about a function of the program's.
void SyncReader::body(EntryFields &F, SyncRow &Row) {
  bodyEffect(F, Row);
  for (SyncRow &Also : Row.More)
    bodyEffect(F, Also);
  if (F.Sound)
    Into.Bodies.push_back(Row);
}

void SyncReader::bodyEffect(EntryFields &F, SyncRow &Effect) {
  const MapsanSync Does = Effect.Does;
  if (Does == MapsanSyncRun)
    Effect.Does = MapsanSyncBody;
  else if (Does == MapsanSyncAcquire)
    Effect.Does = MapsanSyncBodyStarts;
  else if (Does == MapsanSyncMeet)
    Effect.Does = MapsanSyncBodyMeets;
  else if (Does != MapsanSyncProgram)
    F.fault("a body does 'run', 'acquire', 'meet' or 'program'");
  if (Effect.ObjectIs == SyncRow::Result)
    F.fault("a body has no result");
}

void SyncReader::classRows(EntryFields &F, const SyncRow &Common) {
  std::vector<std::string> Classes;
  if (F.find("class")->Is == YamlNode::Sequence)
    for (const YamlNode *Class : F.list("class"))
      Classes.push_back(canonicalName(Class->Text));
  else
    Classes.push_back(canonicalName(F.text("class", /*Required=*/true)));
  if (!F.find("methods"))
    return F.fault("'methods' is missing in sync class '" +
                   (Classes.empty() ? "" : Classes.front()) + "'");
  const unsigned Size = F.number("size", 0);
  F.each("methods", [&](const YamlNode &Item) {
    EntryFields M(Item, "a sync method", keys({"name"}, RowKeys), Report);
    if (!M.isMapping())
      return;
    SyncRow Method = Common;
    Method.Size = Size;
    Method.Name = M.methodName();
    row(M, Method);
    for (const std::string &Class : Classes) {
      Method.Class = Class;
      if (M.Sound)
        Into.Syncs.push_back(Method);
    }
  });
}

void SyncReader::entry(const YamlNode &N) {
  EntryFields F(
      N, "a sync entry",
      keys({"class", "methods", "function", "body", "within"}, RowKeys),
      Report);
  if (!F.isMapping())
    return;
  if (!!F.find("class") + !!F.find("function") + !!F.find("body") != 1)
    return F.fault("a sync entry needs either 'class', 'function' or 'body'");
  SyncRow Row;
  for (const YamlNode *Caller : F.list("within"))
    Row.Within.push_back(canonicalName(Caller->Text));
  if (F.find("class"))
    return classRows(F, Row);
  const bool IsBody = F.find("body");
  Row.Name =
      canonicalName(F.text(IsBody ? "body" : "function", /*Required=*/true));
  row(F, Row);
  if (IsBody)
    return body(F, Row);
  if (F.Sound)
    Into.Syncs.push_back(Row);
}

} // namespace

void readSync(const YamlNode &Entry, Catalog &Into, YamlErrorHandler Report) {
  SyncReader(Into, Report).entry(Entry);
}

void readAtomics(const YamlNode &N, Catalog &Into, YamlErrorHandler Report) {
  const StringRef Keys[] = {"of", "count"};
  EntryFields F(N, "an atomics entry", Keys, Report);
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

void readLocked(const YamlNode &N, Catalog &Into, YamlErrorHandler Report) {
  const StringRef Keys[] = {"function", "access", "object", "order",
                            "failure",  "before", "after",  "succeeded"};
  EntryFields F(N, "a locked entry", Keys, Report);
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

} // namespace mapsan
