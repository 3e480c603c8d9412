// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One entry of a catalog file, a mapping of keys to values, with its values
// checked as they are taken out. Every fault is reported where it stands.

#ifndef MAPSAN_PASS_CATALOG_ENTRYFIELDS_H
#define MAPSAN_PASS_CATALOG_ENTRYFIELDS_H

#include "YamlTree.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Twine.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mapsan {

class EntryFields {
public:
  // `What` names the kind of entry in messages. Both must outlive the entry.
  EntryFields(const YamlNode &N, llvm::StringRef What,
              llvm::ArrayRef<llvm::StringRef> Allowed, YamlErrorHandler Report);

  // No fault so far. An entry with a fault is not to be used.
  bool Sound = true;

  bool isMapping() const { return Node.Is == YamlNode::Mapping; }

  // Null where the key is absent.
  const YamlNode *find(llvm::StringRef Key) const;

  // Reports a fault: of the entry as a whole, or of one key's value.
  void fault(const llvm::Twine &Reason);
  void fault(const YamlNode &At, const llvm::Twine &Reason);

  // Absent values are empty, Default, false or nullopt.
  std::string text(llvm::StringRef Key, bool Required = false);
  std::vector<const YamlNode *> list(llvm::StringRef Key);
  int number(llvm::StringRef Key, int Default);
  // A multiple of 8, perhaps less than zero.
  int wordOffset(llvm::StringRef Key, int Default);
  bool boolean(llvm::StringRef Key);

  // The key `name`: a C++ identifier or operator, or a special name.
  std::string methodName();

  // Calls back for each entry of a list; one that is empty has none.
  template <typename Fn>
  void each(llvm::StringRef Key, Fn Do, bool Required = false) {
    if (const YamlNode *N = sequence(Key, Required))
      for (const YamlNode &Item : N->Items)
        Do(Item);
  }

  // A value that is one of a list of words, as Catalog.h has them.
  template <typename T>
  std::optional<T> word(llvm::StringRef Key, llvm::StringRef Noun,
                        std::optional<T> (*ByName)(const std::string &)) {
    const YamlNode *N = find(Key);
    if (!N)
      return std::nullopt;
    std::optional<T> Value = ByName(N->Text);
    if (!Value)
      fault(*N, "unknown " + Noun + " '" + N->Text + "'");
    return Value;
  }

private:
  const YamlNode *sequence(llvm::StringRef Key, bool Required);

  const YamlNode &Node;
  YamlErrorHandler Report;
  std::map<std::string, const YamlNode *> ByName;
};

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_ENTRYFIELDS_H
