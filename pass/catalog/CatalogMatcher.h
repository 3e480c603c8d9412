// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Answers what a callee does, by the catalog: to which of its arguments as
// maps, or as an object that synchronises. Answers are cached by function.

#ifndef MAPSAN_PASS_CATALOG_CATALOGMATCHER_H
#define MAPSAN_PASS_CATALOG_CATALOGMATCHER_H

#include "CalleeName.h"
#include "Catalog.h"
#include "ClassTable.h"
#include "NameFilter.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Function.h"
#include <optional>
#include <unordered_map>

namespace mapsan {

// What is known of the bytes of a map object.
struct MapLayout {
  int HeaderBytes, SizeOffset, BucketsOffset;
  int Through = -1, BehindOffset = 0, BehindBytes = 0; // StateBytes
  int GrowthOffset = -1;
  int EndOffset = -1;
  int OwnersBehind = -1, EndBehind = -1; // SharedData
};

// One map that a call operates on.
struct MapArgument {
  const Family *Of = nullptr;
  MapsanEffect Effect = MapsanEffectRead;
  Evidence By = Evidence::None;
  bool Iterates = false;
  Elements Become = Elements::Counted;
  bool Secondary = false;   // not the one that is operated on first
  unsigned Argument = 0;    // index among the call's IR arguments
  bool IsResult = false;    // no argument at all
  int RowThrough = -1;      // where the argument has the pointer to the map
  int WritesIf = -1;        // IR argument that says whether it may write
  uint64_t ObjectBytes = 0; // as the callee declares it; 0: unknown
  std::string TypeText;     // the class as demangled

  MapLayout layout() const;
  // Where in the object the pointer is that leads to the identity.
  std::optional<uint64_t> through() const;
};

struct MapOperation {
  std::string Name; // as a report says it: "find", "copy constructor"
  llvm::SmallVector<MapArgument, 2> Maps; // the one that is operated on first
  // It lets nobody else have the maps' addresses, but may return its `this`.
  bool Confined = false, ReturnsThis = false;
  bool Method = false; // of the first map's class
  // The IR argument that is the one iterator given by value, or of a sequence
  // the first: its first word, or the address of a copy. -1: none, or several.
  int Iterator = -1;
  // The IR argument that is a node handle whose element it may put in; and what
  // it returns is one, of the element that it has taken out.
  int NodeHandle = -1;
  // Or an iterator by value, to the one element that comes from the second map.
  int Spliced = -1;
  bool Extracts = false;
  // IR arguments of a C function: the address of an iterator that it makes,
  // steps, or changes the map through.
  int Makes = -1, Steps = -1, Renews = -1;
  bool ReturnsIterator = false; // as a pointer; of a C function
};

// A call on iterators: of a method of theirs, or of an operator between them.
struct IteratorOperation {
  enum Kind {
    Unknown, // what is left of it is not known
    Forget,  // makes one that points nowhere
    Assign,  // or construct: from the second of Iterators
    Step,    // moves the first of Iterators
    Dereference,
    Read, // likewise, but the result is a copy of the element
    Compare,
    Another, // the result is another iterator into the same map
    Search   // likewise, of ByValue: std::next, std::find_if
  } Does = Unknown;
  std::string Name;                         // as a report says it: "operator++"
  llvm::SmallVector<unsigned, 2> Iterators; // IR arguments: their addresses
  // IR argument: what is assigned, if not by address; or searched from
  int ByValue = -1;
  static constexpr int One = -1, Any = -2;
  int Count = One;         // IR argument: how many steps, of a step or search
  bool ReturnsOld = false; // a step that returns what was
  const IteratorSet *Of = nullptr; // of the first
  bool OfC = false; // a C function; ByValue is a pointer to an element
  // Where in each of Iterators, and in the result, the iterator is that counts:
  // the one that a reverse iterator is built on.
  unsigned Within = 0, ResultWithin = 0;
};

struct SyncOperation {
  const SyncRow *Row = nullptr;
  unsigned Argument = 0;
  // Indices of those arguments; -1: none.
  int Phase = -1, Part = -1, ExclusiveIf = -1, Group = -1, Function = -1,
      Finally = -1, Follows = -1, JoinsIf = -1;
  uint64_t ObjectBytes = 0;        // 0: unknown
  std::vector<SyncOperation> More; // what else the same call does
};

class CatalogMatcher {
public:
  explicit CatalogMatcher(const Catalog &Rows);

  // Null where the catalog says nothing.
  const MapOperation *mapOperation(const llvm::Function &Callee);
  // Null where the callee is not about iterators.
  const IteratorOperation *iteratorOperation(const llvm::Function &Callee);
  // One of those whose iterators these are; null: there is none.
  const Family *familyOf(const IteratorSet &Of) const;
  const SyncOperation *syncOperation(const llvm::Function &Callee,
                                     const llvm::Function &Caller);
  // What begins with the body of `F`.
  const SyncOperation *syncEntry(const llvm::Function &F);
  // What a library may call `F` for.
  std::optional<SyncOperation> body(const llvm::Function &F) const;
  // What the atomic instructions in the body of `F` count for.
  AtomicsCount atomicsOf(const llvm::Function &F);

  // Null where `F` accesses nothing under a lock of its own.
  const LockedRow *lockedAccess(const llvm::Function &F);
  // "std::mutex::unlock", "std::lock_guard::~lock_guard"
  const std::string &qualifiedName(const llvm::Function &F) {
    return nameOf(F).Qualified;
  }

  // Is the caller the family's own implementation, or that of one built on it?
  bool isInternal(const Family &Of, const llvm::Function &Caller);
  // The family whose own implementation this is, if its maps share their data
  // with their copies. Null: none.
  const Family *sharingFamily(const llvm::Function &F);

private:
  struct Answer {
    bool MayMatch = false; // if not, nothing of the catalog is about it
    std::optional<MapOperation> Map;
    std::optional<IteratorOperation> Iterator;
    std::optional<SyncOperation> Sync, Entry;
    std::vector<SyncOperation> SyncWithin; // for some callers; they go first
  };
  struct Caller {
    std::string Scope, Qualified; // canonical
  };

  void addReversed(const IteratorSet &Of);
  const Answer &answer(const llvm::Function &Callee);
  bool mayMatch(llvm::StringRef Symbol) const;
  std::optional<MapOperation> matchMethod(const CalleeName &Name,
                                          const llvm::Function &Callee) const;
  // A parameter of this type is an iterator, of the family's or another's.
  bool isIterator(const Family &Of, llvm::StringRef Parameter) const;
  std::optional<MapOperation> matchFunction(const CalleeName &Name,
                                            const llvm::Function &Callee) const;
  std::optional<MapOperation> matchC(llvm::StringRef Name,
                                     const llvm::Function &Callee) const;
  std::optional<IteratorOperation>
  matchIterator(const CalleeName &Name, const llvm::Function &Callee) const;
  std::optional<IteratorOperation>
  matchInsertResult(const CalleeName &Name, const llvm::Function &Callee) const;
  std::optional<IteratorOperation>
  matchIteratorOfC(const llvm::Function &Callee) const;
  std::optional<IteratorOperation>
  matchAlgorithm(const CalleeName &Name, const llvm::Function &Callee) const;
  void matchSync(const CalleeName &Name, const llvm::Function &Callee,
                 Answer &Into) const;
  std::optional<SyncOperation> place(const SyncRow &Row, bool Method,
                                     const CalleeName &Name,
                                     const llvm::Function &Callee) const;
  const Caller &nameOf(const llvm::Function &F);
  bool isWithinOwnClass(const SyncRow &Row, const llvm::Function &F);

  const Catalog &Rows;
  ClassTable<Family> Families;
  ClassTable<IteratorSet> Iterators;
  std::deque<IteratorSet> Reversed;
  llvm::StringMap<const IteratorSet *> InsertResults;
  llvm::StringMap<std::vector<const Family *>> Users; // who is built on it
  llvm::StringMap<char> CNames; // functions by their symbol
  struct CRow {
    const OperationRow *Row;
    const Family *Of;
  };
  llvm::StringMap<CRow> CMaps; // those of them that take maps
  std::vector<std::pair<std::string, CRow>> CPrefixes; // likewise: "kh_put_"
  const CRow *rowOfC(llvm::StringRef Name) const;
  struct CIterator {
    const IteratorSet *Of;
    bool Steps;
  };
  llvm::StringMap<CIterator> CIterators;
  NameFilter Names;     // a mangled name that matches has one of them in it
  NameFilter BodyNames; // the same for bodies
  std::unordered_map<const llvm::Function *, Answer> Answers;
  std::unordered_map<const llvm::Function *, Caller> Callers;
};

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_CATALOGMATCHER_H
