// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One entry of a catalog file, with its values checked.

#include "EntryFields.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace mapsan {

// The special method names; anything else is a C++ identifier or operator.
static const StringRef SpecialNames[] = {
    "(default-constructor)", "(copy-constructor)", "(move-constructor)",
    "(constructor)",         "(destructor)",       "(copy-assignment)",
    "(move-assignment)",     "(assignment)",
};

EntryFields::EntryFields(const YamlNode &N, StringRef What,
                         ArrayRef<StringRef> Allowed, YamlErrorHandler Report)
    : Node(N), Report(Report) {
  if (!isMapping())
    fault(What + " must be a mapping of keys to values");
  for (const auto &[Key, Value] : N.Entries) {
    if (!is_contained(Allowed, Key.Text))
      fault(Key, "unknown key '" + Key.Text + "' in " + What + " (known: " +
                     join(Allowed.begin(), Allowed.end(), ", ") + ")");
    else if (!ByName.emplace(Key.Text, &Value).second)
      fault(Key, "key '" + Key.Text + "' stands twice in " + What);
  }
}

const YamlNode *EntryFields::find(StringRef Key) const {
  auto It = ByName.find(Key.str());
  return It == ByName.end() ? nullptr : It->second;
}

void EntryFields::fault(const Twine &Reason) { fault(Node, Reason); }

void EntryFields::fault(const YamlNode &At, const Twine &Reason) {
  Sound = false;
  Report(At.Line, At.Column, Reason.str());
}

std::string EntryFields::text(StringRef Key, bool Required) {
  const YamlNode *N = find(Key);
  if (N && N->Is == YamlNode::Scalar && !N->Text.empty())
    return N->Text;
  if (N)
    fault(*N, "'" + Key + "' must be a text");
  else if (Required)
    fault("'" + Key + "' is missing");
  return "";
}

std::vector<const YamlNode *> EntryFields::list(StringRef Key) {
  std::vector<const YamlNode *> Out;
  const YamlNode *N = find(Key);
  if (!N)
    return Out;
  if (N->Is != YamlNode::Sequence) {
    fault(*N, "'" + Key + "' must be a list");
    return Out;
  }
  for (const YamlNode &Item : N->Items) {
    if (Item.Is == YamlNode::Scalar && !Item.Text.empty())
      Out.push_back(&Item);
    else
      fault(Item, "'" + Key + "' must be a list of names");
  }
  return Out;
}

// No method has a name with a tilde, a bracket or a star but an operator: such
// a row would never match, and nobody would hear of it.
std::string EntryFields::methodName() {
  std::string Name = text("name", /*Required=*/true);
  if (StringRef(Name).starts_with("(")) {
    if (!is_contained(SpecialNames, Name))
      fault(*find("name"), "unknown special name '" + Name + "'");
  } else if (StringRef(Name).starts_with("~")) {
    fault(*find("name"), "a destructor's name is (destructor)");
  } else if (!StringRef(Name).starts_with("operator") &&
             StringRef(Name).find_first_of("(<*") != StringRef::npos) {
    fault(*find("name"),
          "a method's name stands without parameters, template arguments and "
          "wildcards: '" +
              Name + "'");
  }
  return Name;
}

const YamlNode *EntryFields::sequence(StringRef Key, bool Required) {
  const YamlNode *N = find(Key);
  if (!N && Required)
    fault("'" + Key + "' is missing");
  if (!N || N->Is == YamlNode::Null ||
      (N->Is == YamlNode::Scalar && N->Text.empty()))
    return nullptr;
  if (N->Is == YamlNode::Sequence)
    return N;
  fault(*N, "'" + Key + "' must be a list");
  return nullptr;
}

int EntryFields::number(StringRef Key, int Default) {
  const YamlNode *N = find(Key);
  int Value = 0;
  if (!N)
    return Default;
  if (N->Is == YamlNode::Scalar && !StringRef(N->Text).getAsInteger(0, Value) &&
      Value >= 0)
    return Value;
  fault(*N, "'" + Key + "' must be a number, zero or more");
  return Default;
}

int EntryFields::wordOffset(StringRef Key, int Default) {
  const YamlNode *N = find(Key);
  int Value = 0;
  if (!N)
    return Default;
  if (N->Is == YamlNode::Scalar && !StringRef(N->Text).getAsInteger(0, Value) &&
      Value % 8 == 0)
    return Value;
  fault(*N, "'" + Key + "' must be a multiple of 8");
  return Default;
}

bool EntryFields::boolean(StringRef Key) {
  const YamlNode *N = find(Key);
  if (!N || N->Text == "false")
    return false;
  if (N->Text != "true")
    fault(*N, "'" + Key + "' must be true or false");
  return N->Text == "true";
}

} // namespace mapsan
