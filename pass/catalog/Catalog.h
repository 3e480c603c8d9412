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
// to the header. Size means the words that the family names, or the header
// where it names none.
enum class Evidence { Inserted, Count, Size, Header, None };

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

// What becomes of a map's elements, where the counts do not tell:
// MapsanSiteReplaces and its like.
// Kept: all stay, also what the operation is given an iterator to. Added and
// Removed: nothing else happens to any.
enum class Elements {
  Counted,
  Kept,
  Added,
  Removed,
  Replaced,
  Exchanged,
  Taken,
  Mixed,
  Ended
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
  Elements Become = Elements::Counted;
  int WritesIf = -1; // the argument of the call that says whether it may write

  // Of a C function: the family of the map, and which argument of the call that
  // is, or leads to it through a pointer; or the result is the map.
  std::string OfFamily;
  int Map = 0;
  bool MapIsResult = false;
  int Through = -1;
  // Which argument of it is the address of an iterator: one that it makes,
  // steps, or changes the map through.
  int Makes = -1, Steps = -1, Renews = -1;
  bool ReturnsIterator = false;

  // Two rows of one key are one row; the later one wins.
  bool sameKeyAs(const OperationRow &R) const {
    return Name == R.Name && Result == R.Result && Arguments == R.Arguments;
  }
};

// Which bytes tell that a map's structure was changed, where these are not just
// the object's own: so many of the object's from its start, whatever its size,
// and so many behind a pointer among these.
struct StateBytes {
  unsigned Object = 0;
  int Through = -1; // where that pointer is; -1: none
  unsigned Offset = 0, Behind = 0;
};

// Data that several objects may share, behind the pointer of StateBytes:
// offsets from what that points to; -1: not there.
struct SharedData {
  int Owners = -1;                          // how many share it (4 bytes)
  int Size = -1, Buckets = -1, Growth = -1; // in place of the family's own
  int End = -1; // iterators past the end have this address
};

// The iterators of a kind of containers, and what invalidates them and
// references to elements.
struct IteratorSet {
  std::string Name;
  // Canonical names, bases among them, as a family's.
  std::vector<std::string> Classes;
  unsigned Invalidates = 0; // MapsanInvalidates bits
  unsigned Element = 0;     // offset of the word that tells elements apart
  // Where that is a number, which may be zero: of a word that is null in those
  // past the end alone. -1: there is no need of it.
  int Null = -1;
  bool Nodes = false; // that is the address of a block of the element's own
  // What holds such a block that is in no container, its address first.
  std::vector<std::string> NodeHandles;
  // What an insertion of one returns, beginning with an iterator.
  std::vector<std::string> InsertResults;
  // Where std::reverse_iterator has the iterator that it is built on; -1: those
  // are not followed. And a set of such, which the matcher makes: the other
  // one.
  int Reversed = -1;
  const IteratorSet *Base = nullptr;
  bool Pointers = false; // they are pointers to elements
  // Functions of C that are given such a pointer first: those that return
  // another one, and others.
  std::vector<std::string> Steps, Uses;

  // Other containers have such iterators, too, of which nothing is known.
  bool Lent = false;

  // The elements have places: Invalidates says how these lie. (In a bag there
  // is none to insert at.)
  bool inSequence() const {
    return Invalidates & (MapsanInOneArray | MapsanInBlocks);
  }
};

// One container class of one library, all template arguments alike.
struct Family {
  std::string Name;
  std::string Identity; // whose id this family shares; its own name by default
  // Canonical names; one with a template argument, "Base<Derived>", is of those
  // that have it among theirs.
  std::vector<std::string> Classes;
  std::vector<std::string> Internals; // canonical names; a trailing * is a glob
  // Names of families that it uses inside: its own calls on these are nobody
  // else's business.
  std::vector<std::string> BuiltOn;
  std::vector<OperationRow> Rows;
  unsigned HeaderBytes = 0;
  std::optional<StateBytes> State; // in place of the header
  std::optional<SharedData> Shared;
  int SizeOffset = -1;
  int BucketsOffset = -1;
  const IteratorSet *Iterators = nullptr; // null: they are not followed
  int GrowthOffset = -1; // a word that changes when the elements move
  unsigned Inside = 0; // MapsanInvalidates bits: elements in the object itself
  // A word that iterators past the end have, and no other map's: from the
  // identity, perhaps before it. -1: none.
  int EndOffset = -1;
  // The address that is the identity: so many bytes from `this`, or from what a
  // pointer that far from `this`, or at the end of the object, points to.
  enum { LastWord = -2 };
  int Through = -1;
  unsigned Offset = 0;
  // Nobody learns an object's address from its methods, nor from the functions
  // of its namespace; none but assignments return it.
  bool Confined = false;
  // Written down from the interface, never seen to work.
  bool Untested = false;
  // The versions that it was run against by hand, as the tests have none.
  std::string ByHand;

  uint64_t id() const;
};

// How the result of a call that may fail says that it did not.
enum class Success { NonZero, Zero, Always };

// One call that synchronises: a method of a class, or a function.
struct SyncRow {
  std::string Class; // canonical; empty for a function
  std::string Name;  // as in OperationRow, or the function's qualified name
  // Classes and functions whose calls the row is about; empty: everybody's.
  std::vector<std::string> Within;
  MapsanSync Does = MapsanSyncInit;
  bool AtEntry = false; // said of the body, not of its calls
  unsigned Object = 0;  // which argument is the object; a method's own: 0
  int Through = -1;     // the object is what a pointer at this offset
                        // of the argument points to
  unsigned Offset = 0;  // added to that address
  int Phase = -1;       // which argument is a barrier's phase or token
  unsigned Size = 0;    // bytes of the object; 0: not stated
  Success SucceedsBy = Success::NonZero;

  // The object need be no argument: what the call returns, or one object for
  // the whole process, told by its name.
  enum { Argument, Result, Named } ObjectIs = Argument;
  std::string ObjectName;
  int Part = -1; // the argument that tells several objects at one address apart
  int ExclusiveIf = -1; // a lock is shared where this argument is zero
  int Group = -1;       // of Spawn: the argument that is joined
  bool Fresh = false;   // MapsanSyncFresh
  MapsanLockMode From = MapsanLockExclusive, To = MapsanLockExclusive;

  std::string Parameter;   // class of the callee's first one; empty: any
  int Arguments = -1;      // as in OperationRow
  bool FromWithin = false; // also where a method of the class makes the call
  bool CallsBack = false;  // MapsanSyncCallsBack
  bool ProgramThreads = false; // MapsanSyncProgramThreads
  int Calls = -1;   // the argument that is a function of the program's
  int On = 0;       // its argument that is the object
  int Finally = -1; // one that is called when that is over, on its first one
  int Follows = -1; // of Spawn: bodies come after what is spawned there, too
  int FollowsThrough = -1; // as Through and Offset, of that
  unsigned FollowsOffset = 0;
  int JoinsIf = -1; // ends are waited for only where this argument is `Is`
  int Is = 0;
  std::vector<SyncRow> More; // what else the same call does
};

// What the atomic instructions in a function's body count for.
enum class AtomicsCount { All, ReleaseOnly, Nothing };

// A class, with all of its methods, or a function whose atomics count for less
// than they do.
struct AtomicsRow {
  std::string Name; // canonical
  AtomicsCount Count = AtomicsCount::All;
};

// A function that accesses an object atomically by holding a lock around it.
struct LockedRow {
  std::string Function; // canonical
  MapsanAtomic Access = MapsanAtomicLoad;
  unsigned Object = 0; // arguments, `this` being 0
  int Order = -1;      // -1: sequentially consistent
  int Failure = -1;    // of a compare-exchange
  // The calls that unlock: the access is over before them; or, of a wait,
  // after those that wait.
  std::vector<std::string> Before, After;
  // Those of Before where a compare-exchange has succeeded. If there are none,
  // what the function is about to return tells.
  std::vector<std::string> Succeeded;
};

struct Catalog {
  std::map<std::string, std::vector<OperationRow>> MethodSets;
  std::deque<IteratorSet> Iterators; // deques: rows keep their addresses
  std::deque<Family> Families;
  std::vector<OperationRow> Functions;
  std::vector<SyncRow> Syncs;
  std::vector<SyncRow>
      Bodies; // functions of the program's, called by libraries
  // Patterns of file names: modules that synchronise nothing for the program,
  // and those whose synchronisation the rows above model.
  std::vector<std::string> Harmless, Modules;
  std::vector<AtomicsRow> Atomics;
  std::vector<LockedRow> Locked;
};

// The words of the format, each list once; null or nullopt: no such word.
const char *effectName(MapsanEffect Effect);
const char *evidenceName(Evidence By);
const char *returnsName(Returns Result);
const char *syncName(MapsanSync Does);
std::optional<MapsanEffect> effectByName(const std::string &Name);
std::optional<Evidence> evidenceByName(const std::string &Name);
std::optional<Returns> returnsByName(const std::string &Name);
std::optional<Elements> elementsByName(const std::string &Name);
std::optional<unsigned> insideByName(const std::string &Name);
std::optional<MapsanSync> syncByName(const std::string &Name);
std::optional<MapsanLockMode> lockModeByName(const std::string &Name);
std::optional<AtomicsCount> atomicsByName(const std::string &Name);
std::optional<Success> successByName(const std::string &Name);
std::optional<MapsanAtomic> accessByName(const std::string &Name);

} // namespace mapsan

#endif // MAPSAN_PASS_CATALOG_CATALOG_H
