// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators and references that leave their lock: see mapsan_discipline.h.

#include "mapsan_discipline.h"

#include "../clock/mapsan_lockset_table.h"
#include "../clock/mapsan_stack.h"
#include "../clock/mapsan_thread.h"
#include "mapsan_watches.h"

namespace __mapsan {

namespace {

enum class Exclusion { Unknown, None, Some };

// Whether who holds the locks of one set keeps out who holds those of another.
// (Sets are small; and the program's stack may be.)
Exclusion ExclusionOf(u32 these, u32 those) {
  Exclusion found = Exclusion::None;
  while (these) {
    LockOfSet one, other;
    if (!InnermostOfSet(&these, &one))
      return Exclusion::Unknown;
    for (u32 rest = those; rest;) {
      if (!InnermostOfSet(&rest, &other))
        return Exclusion::Unknown;
      if (one.addr == other.addr && (one.mode == LockMode::Exclusive ||
                                     other.mode == LockMode::Exclusive))
        found = Exclusion::Some;
    }
  }
  return found;
}

} // namespace

// What may come of an insertion, which is a matter of the next one.
static u8 ConcernsOfInsertions(const Family *family) {
  u8 concerns = LockedChange::kSteps;
  constexpr u32 kIterators = MapsanIteratorsOnInsert | MapsanIteratorsOnGrowth;
  constexpr u32 kReferences =
      MapsanReferencesOnInsert | MapsanReferencesOnGrowth;
  if (family->invalidates & kIterators)
    concerns |= LockedChange::kIterators;
  if (family->invalidates & kReferences)
    concerns |= LockedChange::kReferences;
  return concerns;
}

u8 ConcernsOf(const MapSizes &sizes, bool erased, const Site *site) {
  const Family *family = site->GetFamily();
  u8 concerns = LockedChange::kSteps;
  if (sizes.size_after == MapSizes::kUnknown ||
      sizes.size_before == MapSizes::kUnknown) {
    if (erased || site->flags & MapsanSiteErases)
      return LockedChange::kAll;
    if (site->flags & MapsanSiteInserts)
      return ConcernsOfInsertions(family);
    // It has inserted or erased.
    auto either = [family](u32 insert, u32 erase) {
      return family->invalidates & insert && family->invalidates & erase;
    };
    if (either(MapsanIteratorsOnInsert, MapsanIteratorsOnErase))
      concerns |= LockedChange::kIterators;
    if (either(MapsanReferencesOnInsert, MapsanReferencesOnErase))
      concerns |= LockedChange::kReferences;
    return concerns;
  }
  if (sizes.size_after < sizes.size_before)
    return LockedChange::kAll;
  if (sizes.size_after == sizes.size_before &&
      sizes.buckets_after == sizes.buckets_before)
    return concerns;
  return ConcernsOfInsertions(family);
}

void LearnLockedChange(Thread *thr, Watch *watch, MapKey key) {
  LockedChange change = {};
  {
    Bucket *bucket = map_table.For(AddressOf(key));
    ScopedLock lock(bucket);
    const MapState *state = FindMap(bucket, key);
    if (!state || state->Dead())
      return;
    const Access16 last = state->LastWrite()->Read();
    change.word = last.word;
    change.details = last.details;
    change.sizes = SizesOf(state);
  }
  if (!change.word || !change.details.lockset || IsOwnWord(thr, change.word))
    return;
  // When that was is not known, but that the other had begun.
  change.newest_tid = ThreadOfWord(change.word);
  const Site *site = SiteOfStack(change.details.stack);
  if (!site || site->Effect() == MapsanEffectConstruct)
    return;
  change.concerns = ConcernsOf(change.sizes, /*erased=*/false, site);
  if (!watches.KnowsLocked(watch, key, change))
    watches.NoteLocked(watch, key, change);
}

// It runs, and is not this one. (The label may be stale by the time it is
// printed: it may end at any time.)
static bool IsAnotherThatRuns(const Thread *thr, AccessWord word) {
  if (IsOwnWord(thr, word))
    return false;
  const Thread *other = ThreadBySlot(SlotOf(word));
  u32 tid = ThreadOfWord(word);
  return other && tid && tid != thr->tid && IsThread(other, tid);
}

static u8 ConcernOf(const Site *use) {
  return use->Iterates()                    ? LockedChange::kSteps
         : use->flags & MapsanSiteCompares  ? 0
         : use->flags & MapsanSiteReference ? LockedChange::kReferences
                                            : LockedChange::kIterators;
}

NOINLINE void CheckLocks(Thread *thr, Handle *handle, const Site *site, uptr pc,
                         uptr bp) {
  ScopedRuntime runtime(thr);
  u8 concern = ConcernOf(site);
  u32 made = static_cast<u32>(handle->locks);
  // (Of locks beyond those that are listed nobody knows whether they are held.)
  if (!concern || thr->locks_over || LocksetId(thr) == made)
    return;
  Watch *watch = handle->GetWatch();
  LockedChange changes[WatchLog::kLocked];
  u32 count = watches.FindLocked(watch, *handle, concern, changes);
  for (u32 i = 0; i < count; i++) {
    const LockedChange &change = changes[i];
    // What was done before this thread began is how it found the map.
    if (change.newest_tid < thr->tid || !IsAnotherThatRuns(thr, change.word))
      continue;
    // A step that is not ordered after it is a race, and told as one.
    if (site->Iterates() &&
        !thr->clock.Contains(SlotOf(change.word), EpochOf(change.word)))
      continue;
    u32 theirs = change.details.lockset;
    if (ExclusionOf(made, theirs) != Exclusion::Some ||
        ExclusionOf(LocksetId(thr), theirs) != Exclusion::None)
      continue;
    HandleFinding about = {};
    about.kind = FindingKind::OutsideLock;
    about.grade = Grade::Discipline;
    about.map = AddressOf(watch->Key());
    about.word = change.word;
    about.details = change.details;
    about.sizes = change.sizes;
    ReportHandle(thr, *handle, site, about, pc, bp);
    // Once is enough.
    handle->locks = 0;
    handle->stamp = handle->Stamp();
    return;
  }
}

} // namespace __mapsan
