// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A finding as plain data: everything a report says, before it is worded.
// Built by maps/mapsan_check.cpp, printed by report/mapsan_printer.cpp.

#ifndef MAPSAN_FINDING_H
#define MAPSAN_FINDING_H

#include "../maps/mapsan_site.h"

namespace __mapsan {

/// Kinds of finding; the words are in mapsan_kinds.inc.
enum class FindingKind : u8 {
#define MAPSAN_KIND(Name, Words) Name,
#include "mapsan_kinds.inc"
};

/// How it is known (DESIGN: grades of proof).
enum class Grade : u8 {
  Overlap,   // both threads were inside the map at once
  Unordered, // no happens-before path orders the two operations in this run
  Candidate, // the same, but code that nobody looks into may have ordered them
  Invalidated, // an iterator or reference was used after an operation before it
               // that the container's rules let invalidate it
  Discipline,  // nothing went wrong in this run, but the locks do not see to it
};

/// What an operation did to an iterator or reference.
enum class Invalidation : u8 {
  None,
  Erased,       // its element is no more
  Moved,        // all elements lie elsewhere
  Inserted,     // an insertion invalidates all of them
  ErasedOthers, // an erasure does
  Behind,       // what lies at the operation's place, or behind, has moved
  Last,         // the last one has taken the place of an erased one
  Changed,      // both do, and which of them it was is not known
  Emptied,      // there are no elements any more
  Replaced,     // there are others
  Destroyed,    // there is no map
};

/// What an operation changed, where the catalog names the words that hold it.
struct Change {
  static constexpr u64 kUnknown = ~0ull;
  u64 size_before = kUnknown, size_after = kUnknown;
  u64 buckets_before = kUnknown, buckets_after = kUnknown;
};

/// One side of a finding: an operation as it was recorded.
struct Access {
  const Site *site = nullptr; // null: not known (overwritten)
  u32 stack = 0;              // StackDepot id; 0: none
  u32 lockset = 0;            // LocksOfSet
  u32 tid = 0;                // ThreadInfoById
  bool wrote = false;         // it changed the map's structure
  bool pending = false;       // a may-write that has not ended yet
  bool in_flight = false;     // it had not ended when this was found
  Change change;
};

/// What kind of race two operations on one map are, one of which wrote.
inline FindingKind KindOfRace(const Access &a, const Access &b) {
  auto destroys = [](const Access &access) {
    return access.site && access.site->Effect() == MapsanEffectDestroy;
  };
  if (destroys(a) || destroys(b))
    return FindingKind::DestructionAccess;
  if (a.wrote && b.wrote)
    return FindingKind::Writes;
  const Access &reader = a.wrote ? b : a;
  return reader.site && reader.site->Iterates() ? FindingKind::IterationWrite
                                                : FindingKind::ReadWrite;
}

/// Why a finding is no more than a candidate.
struct Suspicion {
  const char *module = nullptr; // its file name; never goes
  bool previous = false;        // it concerns the previous side
  bool by_thread = false;       // it started that side's thread
};

/// A finding. Lives on the detecting thread's stack while it is reported.
struct Finding {
  FindingKind kind;
  Grade grade;
  uptr map; // address of the object (of its identity)
  const Family *family;
  Access current;      // the operation of the detecting thread
  Access previous;     // the one it is unordered with
  Access creation;     // site == null: construction was not seen
  Suspicion suspicion; // of a candidate
  u32 map_reports = 0; // findings on this life of the map so far, this included
  // Of an iterator or reference that `previous` invalidated, or could have:
  const Site *made = nullptr; // the operation that it came from
  u32 made_lockset = 0;       // what was held there, if it is about that
  Invalidation why = Invalidation::None;
};

/// `map` is the address of the element.
inline bool IsOfElement(const Finding &finding) {
  return finding.kind == FindingKind::ElementWrites ||
         finding.kind == FindingKind::ElementReadWrite;
}

} // namespace __mapsan

#endif // MAPSAN_FINDING_H
