// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the catalog knows, as plain data: which classes are maps, what their
// methods do to them, and which calls synchronise. CatalogReader fills it from
// YAML (the format is in docs/catalog.md), CatalogMatcher looks callees up.

#ifndef MAPSAN_PASS_CATALOG_CATALOG_H
#define MAPSAN_PASS_CATALOG_CATALOG_H

#include "mapsan/abi.h"
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mapsan {

// What decides whether a may-write changed its map. Inserted and Count name
// the form of the operation's own result; a result of another form falls back
// to the header.
enum class Evidence { Inserted, Count, Header, None };

// The form of a callee's result, the discriminator `returns:` of a row.
enum class Returns {
  Any,
  Void,
  Boolean,
  Integer,
  Pointer,
  Pair,
  Object,
  Other
};

// One method of a family, or one free function that takes containers.
struct OperationRow {
  std::string Name; // "find", or "(copy-constructor)" and its like
  MapsanEffect Effect = MapsanEffectRead;
  std::optional<MapsanEffect> Other; // on the second map among the arguments
  Evidence By = Evidence::None;
  Returns Result = Returns::Any;
  int Arguments = -1; // of the source, besides `this`; -1: any number
  bool Iterates = false;

  // Two rows of one key are one row; the later one wins.
  bool sameKeyAs(const OperationRow &R) const {
    return Name == R.Name && Result == R.Result && Arguments == R.Arguments;
  }
};

// One container class of one library, all template arguments alike.
struct Family {
  std::string Name;
  std::string Identity; // whose id this family shares; its own name by default
  std::vector<std::string> Classes;   // canonical names
  std::vector<std::string> Internals; // canonical names; a trailing * is a glob
  std::vector<OperationRow> Rows;
  unsigned HeaderBytes = 0;
  int SizeOffset = -1;
  int BucketsOffset = -1;
  unsigned Offset = 0; // from `this` to the address that is the identity

  uint64_t id() const;
};

// One call that synchronises: a method of a class, or a function.
struct SyncRow {
  std::string Class; // canonical; empty for a function
  std::string Name;  // as in OperationRow, or the function's qualified name
  MapsanSync Does = MapsanSyncInit;
  unsigned Object = 0;        // which argument of a function is the object
  unsigned Size = 0;          // bytes of the object; 0: not stated
  bool SuccessIsZero = false; // a try-lock that returns 0 when it succeeds
};

struct Catalog {
  std::map<std::string, std::vector<OperationRow>> MethodSets;
  std::deque<Family> Families; // a deque: rows keep their addresses
  std::vector<OperationRow> Functions;
  std::vector<SyncRow> Syncs;
  // Patterns of file names: modules that synchronise nothing for the program,
  // and those whose synchronisation the rows above model.
  std::vector<std::string> Harmless, Modules;
};

// The words of the format, each list once; null or nullopt: no such word.
const char *effectName(MapsanEffect Effect);
const char *evidenceName(Evidence By);
const char *returnsName(Returns Result);
const char *syncName(MapsanSync Does);
std::optional<MapsanEffect> effectByName(const std::string &Name);
std::optional<Evidence> evidenceByName(const std::string &Name);
std::optional<Returns> returnsByName(const std::string &Name);
std::optional<MapsanSync> syncByName(const std::string &Name);

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_CATALOG_H
