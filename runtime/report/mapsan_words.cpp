// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How findings, operations, threads and locks are called in reports.

#include "mapsan_words.h"

#include "../clock/mapsan_thread.h"
#include "mapsan_view.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

const char *KindWords(FindingKind kind) {
  static const char *const kWords[] = {
#define MAPSAN_KIND(Name, Words) Words,
#include "mapsan_kinds.inc"
  };
  return kWords[static_cast<u32>(kind)];
}

const char *KindPrefix(Grade grade) {
  return grade == Grade::Candidate ? "possible " : "";
}

const char *GradeWords(Grade grade) {
  static const char *const kWords[] = {"overlap", "unordered", "candidate",
                                       "invalidated", "discipline"};
  return kWords[static_cast<u32>(grade)];
}

const char *GradeExplained(Grade grade) {
  static const char *const kWords[] = {
      "both threads were inside the map at once",
      "nothing in this run orders one operation before the other",
      "code that MapSanitizer cannot see into may order the two",
      "the use came after the operation that the container's rules name",
      "nothing went wrong in this run, but no lock sees to that"};
  return kWords[static_cast<u32>(grade)];
}

namespace {

bool Sized(const Change &change) {
  return change.size_before != Change::kUnknown &&
         change.size_after != Change::kUnknown;
}
bool Grew(const Change &change) {
  return Sized(change) && change.size_after > change.size_before;
}
bool Rehashed(const Change &change) {
  return change.buckets_before != Change::kUnknown &&
         change.buckets_after != Change::kUnknown &&
         change.buckets_before != change.buckets_after;
}

} // namespace

const char *InvalidationWords(TextArena *arena, const Finding &finding) {
  bool iterator = finding.kind == FindingKind::InvalidIterator;
  const char *all = iterator ? "all iterators" : "all references";
  const Change &change = finding.previous.change;
  switch (finding.why) {
  case Invalidation::None:
    break;
  case Invalidation::Erased:
    return iterator ? "the element it pointed to was erased"
                    : "the element it referred to was erased";
  case Invalidation::Moved: {
    const char *what = Grew(change) ? "insertion" : "operation";
    if (!Rehashed(change))
      return arena->Format("the %s moved the elements", what);
    return arena->Format(
        "the %s moved the elements (rehash %llu -> %llu buckets)", what,
        change.buckets_before, change.buckets_after);
  }
  case Invalidation::Inserted:
    return arena->Format("an insertion invalidates %s of this container", all);
  case Invalidation::ErasedOthers:
    return arena->Format("an erasure invalidates %s of this container", all);
  case Invalidation::Behind:
    return arena->Format("the operation invalidates %s at its place and behind",
                         all);
  case Invalidation::Last:
    return "the last element took the place of one that was erased";
  case Invalidation::Changed:
    return arena->Format(
        "insertions and erasures invalidate %s of this container", all);
  case Invalidation::Emptied:
    return "the map was emptied";
  case Invalidation::Replaced:
    return "all elements of the map were replaced or removed";
  case Invalidation::Destroyed:
    return "the map was destroyed";
  }
  return nullptr;
}

const char *HandleWords(const Site *site) {
  return site->flags & MapsanSiteReference ? "reference" : "iterator";
}

const char *NounOf(const Access &access) {
  switch (access.site->Effect()) {
  case MapsanEffectConstruct:
    return "construction";
  case MapsanEffectDestroy:
    return "destruction";
  default:
    break;
  }
  if (access.wrote)
    return "write";
  if (access.pending)
    return "possible write";
  return access.site->Iterates() ? "iteration" : "read";
}

const char *Intention(const Site *site) {
  static const char *const kInserting[] = {
      "insert", "emplace", "operator[]", "try_emplace", "add", "put"};
  static const char *const kErasing[] = {"erase", "extract", "clear", "remove",
                                         "std::erase_if"};
  for (u32 i = 0; i < ARRAY_SIZE(kInserting); i++)
    if (internal_strstr(site->operation, kInserting[i]))
      return "insert";
  for (u32 i = 0; i < ARRAY_SIZE(kErasing); i++)
    if (internal_strstr(site->operation, kErasing[i]))
      return "erase";
  return "change the map";
}

const char *OperationWords(TextArena *arena, const Access &access) {
  InternalScopedString details;
  auto add = [&details] { details.Append(details.length() ? ", " : ""); };
  const Change &change = access.change;
  MapsanEffect effect = access.site->Effect();
  bool whole_life =
      effect == MapsanEffectConstruct || effect == MapsanEffectDestroy;
  if (access.site->flags & MapsanSiteSecondary)
    details.Append("the map is its argument");
  if (access.pending) {
    add();
    details.AppendF("was about to %s", Intention(access.site));
  } else if (effect == MapsanEffectMayWrite && !access.wrote) {
    add();
    details.Append("changed nothing");
  } else if (access.wrote && !whole_life && Sized(change)) {
    if (Grew(change)) {
      add();
      details.Append("inserted");
    } else if (change.size_after < change.size_before) {
      add();
      details.Append("erased");
    }
    add();
    if (change.size_after != change.size_before)
      details.AppendF("size %llu -> %llu", change.size_before,
                      change.size_after);
    else
      details.AppendF("size %llu", change.size_after);
  }
  if (access.wrote && !whole_life && Rehashed(change)) {
    add();
    details.AppendF("rehash %llu -> %llu buckets", change.buckets_before,
                    change.buckets_after);
  }
  if (access.site->flags & MapsanSiteHandle) {
    const char *what = HandleWords(access.site);
    return access.site->name
               ? arena->Format("%s of %s `%s`", access.site->operation, what,
                               access.site->name)
               : arena->Format("%s of %s %s", access.site->operation,
                               what[0] == 'i' ? "an" : "a", what);
  }
  if (!details.length())
    return access.site->operation;
  return arena->Format("%s (%s)", access.site->operation, details.data());
}

const char *MapNameOf(const Site *site) {
  return site->flags & MapsanSiteHandle ? nullptr : site->name;
}

const char *ThreadWords(TextArena *arena, u32 tid) {
  ThreadInfo info;
  if (!tid || !ThreadInfoById(tid, &info))
    return "a thread that is not known";
  if (tid == 1)
    return "the main thread";
  if (info.name[0])
    return arena->Format("thread T%u '%s'", tid, info.name);
  return arena->Format("thread T%u", tid);
}

namespace {

const LockView *FindLock(const OperationView &operation, uptr address) {
  for (u32 i = 0; i < operation.lock_count; i++)
    if (operation.locks[i].address == address)
      return &operation.locks[i];
  return nullptr;
}

// "M1, M2": the locks of `a` that `b` did not hold; the first common one.
struct Comparison {
  InternalScopedString only;
  u32 only_count = 0;
  const LockView *common = nullptr;
};

void Compare(const OperationView &a, const OperationView &b,
             Comparison *result) {
  for (u32 i = 0; i < a.lock_count; i++) {
    if (FindLock(b, a.locks[i].address)) {
      if (!result->common)
        result->common = &a.locks[i];
    } else {
      result->only.AppendF(result->only_count++ ? ", M%u" : "M%u",
                           a.locks[i].number);
    }
  }
}

} // namespace

const char *LockWords(TextArena *arena, const OperationView &current,
                      const OperationView &previous) {
  if (!current.known || !previous.known || current.locks_unknown ||
      current.locks_forgotten || previous.locks_forgotten)
    return nullptr;
  // Two operations of one kind are told apart by their order.
  const char *here = current.noun, *there = previous.noun;
  if (!internal_strcmp(here, there)) {
    here = "first operation above";
    there = "second";
  }
  if (!current.lock_count && !previous.lock_count)
    return "neither side held a lock";
  Comparison mine, others;
  Compare(current, previous, &mine);
  Compare(previous, current, &others);
  if (mine.common) {
    bool my_shared = mine.common->shared;
    bool their_shared = FindLock(previous, mine.common->address)->shared;
    if (my_shared && their_shared)
      return arena->Format("both sides held M%u, but in shared mode only, "
                           "which does not keep a writer from the others",
                           mine.common->number);
    return arena->Format(
        "both sides held M%u, yet not in one uninterrupted order",
        mine.common->number);
  }
  if (mine.only_count && others.only_count)
    return arena->Format("the two sides held different locks: %s at the %s, "
                         "%s at the %s",
                         mine.only.data(), here, others.only.data(), there);
  if (mine.only_count)
    return arena->Format("the %s held %s, the %s did not", here,
                         mine.only.data(), there);
  return arena->Format("the %s held %s, the %s did not", there,
                       others.only.data(), here);
}

const char *OutsideLockWords(TextArena *arena, const ReportView &view) {
  Comparison making;
  Compare(view.making, view.previous, &making);
  const char *what = HandleWords(view.finding->current.site);
  if (!making.common) // the sets are too old
    return arena->Format("a lock was held where the %s was made and where the "
                         "map is changed, but not here",
                         what);
  return arena->Format(
      "M%u was held where the %s was made and where the map is "
      "changed, but not here",
      making.common->number, what);
}

} // namespace __mapsan
