// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What operations do to maps that are watched: see mapsan_mutations.h.

#include "mapsan_mutations.h"

#include "../clock/mapsan_stack.h"
#include "../clock/mapsan_thread.h"
#include "mapsan_discipline.h"
#include "mapsan_header.h"
#include "mapsan_watch.h"
#include "mapsan_watches.h"

#include <errno.h>

namespace __mapsan {

static constexpr u32 kOnTwoMaps = MapsanSiteReplaces | MapsanSiteExchanges |
                                  MapsanSiteTakes | MapsanSiteMixes;

// Mostly this thread has been here before.
static Watch *WatchOf(Thread *thr, MapKey key) {
  OpenedWatches::Entry *opened = thr->opened_watches.For(AddressOf(key));
  u64 stamp;
  MapKey now;
  if (opened->key == key && opened->watch->Look(opened->life, &stamp, &now) &&
      now == key)
    return opened->watch;
  Watch *watch = watches.Find(key, &stamp);
  if (watch) {
    *opened = {key, watch, Watch::LifeOf(stamp)};
    thr->operations.shortcuts.ForgetWrites(AddressOf(key));
  }
  return watch;
}

void WatchedBegins(Thread *thr, Operation *op) {
  ScopedRuntime runtime(thr); // for the fast ways, which do without
  const Site *site = SiteOf(*op);
  const Family *family = site->GetFamily();
  uptr map = MapOf(*op);
  MapKey key = KeyOf(map, family->Number());
  MapsanEffect effect = site->Effect();
  if (effect == MapsanEffectConstruct)
    return watches.Retire(key); // that one's end was not seen
  uptr erased = thr->erases.map == map ? thr->erases.element : 0;
  thr->erases.map = 0;
  Watch *watch = WatchOf(thr, key);
  if (!watch)
    return; // it is another map's
  // Somebody that is not seen has changed it: nobody knows what became of which
  // element.
  if (watch->Print() != PrintOf(map, family))
    return watches.Retire(key);
  if (family->SharesItsData()) {
    // What others own, too, stays where it is, for the iterators that are
    // there, until the last of them lets go of it.
    if (!IsSoleOwner(map, family))
      return watches.Retire(key);
    watch->SetShared(false);
  }
  op->watch = watch;
  op->erased = erased;
  // Of elements that may be here or elsewhere, those that it frees were here.
  if (effect == MapsanEffectDestroy && !watch->HasLeft())
    return;
  op->growth_before = GrowthWord(map, family);
  if (!thr->freed.of)
    thr->freed.BeginFor(op);
}

static void StopWatching(Thread *thr, Operation *op) {
  op->watch = nullptr;
  if (thr->freed.of == op)
    thr->freed.End();
}

void TellPartner(Thread *thr, const Operation &op) {
  u32 n = thr->operations.size();
  if (n < 2)
    return;
  Operation *outer = thr->operations.At(n - 2);
  u32 flags = SiteOf(*outer)->flags, becomes = SiteOf(op)->flags & kOnTwoMaps;
  if (flags & MapsanSiteSecondary)
    return;
  // (What is copied from is only read, and of no interest unless it is what is
  // assigned to.)
  if ((becomes && (flags & becomes) == becomes) ||
      (flags & MapsanSiteReplaces && KeyOf(*outer) == KeyOf(op)))
    outer->partner = KeyOf(op);
}

static Mutation Describe(Thread *thr, Operation *op, uptr pc, uptr bp) {
  Mutation mutation = {};
  mutation.word = MakeWord(thr->clock.slot(), thr->clock.OpenEpoch());
  mutation.details = {op->stack, op->lockset};
  if (!op->recorded) // no stack, or that of the record it relies on
    mutation.details = {StackIdHere(thr, SiteOf(*op), pc, bp), LocksetId(thr)};
  mutation.sizes = MapSizes::Of(op->change);
  return mutation;
}

namespace {

/// Where the elements of a sequence are: the first one's address, and what
/// iterators past the end have; before an operation and after it.
struct Bounds {
  bool known = false;
  u64 first_before = 0, first = 0, last_before = 0, last = 0;

  explicit Bounds(const Operation &op) {
    const Family *family = SiteOf(op)->GetFamily();
    if (!family->IsSequence() || !op.watch || !HasEndWord(family))
      return;
    known = true;
    first_before = op.growth_before;
    first = GrowthWord(MapOf(op), family);
    last_before = op.watch->EndWord();
    last = EndWordOf(MapOf(op), family);
  }
  bool HaveMet() const { return first == last && first_before != last_before; }
  u64 Before() const { return last_before - first_before; }
  u64 Now() const { return last - first; }
};

/// What has become of the elements, by the words that tell.
struct Difference {
  bool sized; // the count tells of insertions and erasures
  bool inserted, erased, emptied, moved;
  Bounds bounds;

  explicit Difference(const Operation &op) : bounds(op) {
    const Change &change = op.change;
    const u32 flags = SiteOf(op)->flags;
    const Family *family = SiteOf(op)->GetFamily();
    sized = change.size_before != Change::kUnknown &&
            change.size_after != Change::kUnknown;
    const bool measured = family->invalidates & MapsanInBag && bounds.known;
    inserted = sized      ? change.size_after > change.size_before
               : measured ? bounds.Now() > bounds.Before()
                          : flags & MapsanSiteInserts;
    erased = sized      ? change.size_after < change.size_before
             : measured ? bounds.Now() < bounds.Before()
                        : flags & MapsanSiteErases;
    emptied = sized ? erased && !change.size_after : bounds.HaveMet();
    // (In blocks it is another element that comes first.)
    moved = op.watch && op.growth_before != Change::kUnknown &&
            !(family->invalidates & MapsanInBlocks) &&
            op.growth_before != GrowthWord(MapOf(op), family);
  }

  /// Of all iterators, or of all references, by the family's rules for them.
  Invalidation Of(bool on_insert, bool on_erase, bool on_growth) const {
    return emptied                           ? Invalidation::Emptied
           : on_growth && moved              ? Invalidation::Moved
           : on_insert && inserted           ? Invalidation::Inserted
           : on_erase && erased              ? Invalidation::ErasedOthers
           : on_insert && on_erase && !sized ? Invalidation::Changed
                                             : Invalidation::None;
  }
};

} // namespace

// Others who hold one of this thread's locks while they make an iterator need
// it while they use it.
static void NoteLocks(Thread *thr, Operation *op, u8 concerns, uptr pc,
                      uptr bp) {
  if (LIKELY(!thr->lock_count) || !op->watch)
    return;
  LockedChange change = {};
  change.word = MakeWord(thr->clock.slot(), thr->clock.OpenEpoch());
  change.details.lockset = LocksetId(thr);
  change.newest_tid = NewestTid();
  change.concerns = concerns;
  if (watches.KnowsLocked(op->watch, KeyOf(*op), change))
    return;
  Mutation mutation = Describe(thr, op, pc, bp);
  change.details = mutation.details;
  change.sizes = mutation.sizes;
  watches.NoteLocked(op->watch, KeyOf(*op), change);
}

// From where on elements that lie in one array have moved, if not all have. 0:
// from nowhere, or only what was past the end, as at each addition there, of
// which the log would soon be full.
static uptr PlaceInArray(const Operation &op, const Difference &difference) {
  const Bounds &bounds = difference.bounds;
  if (!op.erased)
    return bounds.last < bounds.last_before ? bounds.last : 0;
  bool appended = difference.inserted && op.erased == bounds.last_before;
  return appended ? 0 : op.erased;
}

// (What iterators past the end have after an erasure is the place of what went,
// if that was the last.)
static bool IsInTheMiddle(const Operation &op, const Difference &difference) {
  const Bounds &bounds = difference.bounds;
  return op.erased && bounds.known && op.erased != bounds.first_before &&
         op.erased != (difference.erased ? bounds.last : bounds.last_before);
}

// Which element of a sequence in blocks is gone, by the place or by the end
// that it was at; 0: none that is known.
static uptr GoneFromBlocks(const Operation &op, const Difference &difference) {
  const Bounds &bounds = difference.bounds;
  if (!difference.erased)
    return 0;
  return op.erased                             ? op.erased
         : bounds.first != bounds.first_before ? bounds.first_before
         : bounds.last != bounds.last_before   ? bounds.last
                                               : 0;
}

// What the place of an operation on a sequence tells.
static void FindPlace(const Operation &op, const Difference &difference,
                      Mutation *mutation) {
  const u32 rules = SiteOf(op)->GetFamily()->invalidates;
  if (!op.watch)
    return;
  if (rules & MapsanInOneArray) {
    mutation->element = PlaceInArray(op, difference);
    mutation->onwards = mutation->element;
  } else if (rules & MapsanInBag) {
    mutation->element = difference.erased ? op.erased : 0;
  } else if (rules & MapsanInBlocks) {
    mutation->element = GoneFromBlocks(op, difference);
    if (mutation->references != Invalidation::None ||
        !IsInTheMiddle(op, difference))
      return;
    mutation->references =
        difference.erased ? Invalidation::ErasedOthers : Invalidation::Inserted;
    mutation->iterators = mutation->references;
  }
}

// What the program said of an element was that it is put in, as it was in no
// map. Its passage; 0: it was erased.
static u64 PutIn(const Operation &op, const Difference &difference) {
  u64 passage = 0;
  if (SiteOf(op)->GetFamily()->invalidates & MapsanElementsAreNodes &&
      op.watch && op.erased && (difference.inserted || !difference.sized))
    watches.FamilyOfAbsent(op.erased, &passage);
  return passage;
}

static void NoteChange(Thread *thr, Operation *op, uptr pc, uptr bp) {
  Difference difference(*op);
  const Family *family = SiteOf(*op)->GetFamily();
  u32 rules = family->invalidates;
  Mutation change = {};
  change.iterators = difference.Of(rules & MapsanIteratorsOnInsert,
                                   rules & MapsanIteratorsOnErase,
                                   rules & MapsanIteratorsOnGrowth);
  change.references = difference.Of(rules & MapsanReferencesOnInsert,
                                    rules & MapsanReferencesOnErase,
                                    rules & MapsanReferencesOnGrowth);
  // What an operation frees that erased nothing was never an element, unless it
  // is where all of them were; or some, in a table that grows piece by piece.
  bool erased = difference.erased || !difference.sized;
  const u64 put_in = PutIn(*op, difference);
  if (family->IsSequence())
    FindPlace(*op, difference, &change);
  else
    change.element = op->watch && erased && !put_in ? op->erased : 0;
  bool moved = difference.moved ||
               (difference.inserted && rules & MapsanReferencesOnGrowth);
  const FreedBlocks *freed =
      (erased || moved) && thr->freed.of == op && thr->freed.count ? &thr->freed
                                                                   : nullptr;
  NoteLocks(thr, op,
            ConcernsOf(MapSizes::Of(op->change),
                       /*erased=*/op->watch && op->erased && !put_in,
                       SiteOf(*op)),
            pc, bp);
  if (change.iterators != Invalidation::None ||
      change.references != Invalidation::None || change.element || freed) {
    Mutation mutation = Describe(thr, op, pc, bp);
    mutation.iterators = change.iterators;
    mutation.references = change.references;
    mutation.element = change.element;
    mutation.onwards = change.onwards;
    if (op->watch)
      watches.NoteAt(op->watch, KeyOf(*op), mutation, freed);
    else
      watches.Note(KeyOf(*op), mutation, freed);
  }
  if (put_in)
    watches.NoteArrived(put_in, op->watch);
}

// --- elements that go to another map, or out of one

// How many of its elements have left the map of an operation that frees none.
// False: that is not known, or what leaves is no element as it was.
static bool CountLeft(const Operation &op, u64 *left) {
  const Change &change = op.change;
  if (!op.watch || change.size_before == Change::kUnknown ||
      change.size_after == Change::kUnknown ||
      change.size_after > change.size_before ||
      !(SiteOf(op)->GetFamily()->invalidates & MapsanElementsAreNodes))
    return false;
  *left = change.size_before - change.size_after;
  return true;
}

// The number of their passage.
static u64 NoteLeaving(Thread *thr, Operation *op, uptr pc, uptr bp) {
  Mutation mutation = Describe(thr, op, pc, bp);
  mutation.element = op->erased;
  mutation.leaves = op->erased               ? Leaves::One
                    : !op->change.size_after ? Leaves::All
                                             : Leaves::Some;
  return watches.NoteLeft(op->watch, KeyOf(*op), mutation,
                          SiteOf(*op)->GetFamily());
}

// What a merge or splice has taken from its second map, which is that of `op`.
static void NoteTaken(Thread *thr, Operation *op, Operation *into, uptr pc,
                      uptr bp) {
  u64 left;
  if (!CountLeft(*op, &left))
    return;
  into->passage = left ? NoteLeaving(thr, op, pc, bp) : Operation::kNothingCame;
}

// It has come to the first one.
static void NoteBrought(Operation *op) {
  if (!op->passage || op->passage == Operation::kNothingCame)
    return;
  const Family *family = SiteOf(*op)->GetFamily();
  u64 stamp;
  if (Watch *watch =
          watches.Open(KeyOf(*op), LooksOf(MapOf(*op), family), &stamp))
    watches.NoteArrived(op->passage, watch);
}

// An extraction.
static void NoteExtracted(Thread *thr, Operation *op, uptr pc, uptr bp) {
  u64 left;
  if (thr->erases.map == MapOf(*op)) // the one that its key has told
    op->erased = thr->erases.element;
  thr->erases.map = 0;
  if ((op->watch && op->erased) || (CountLeft(*op, &left) && left == 1))
    NoteLeaving(thr, op, pc, bp);
  else
    watches.Retire(KeyOf(*op));
}

// In a bag nothing is any more where the last one was, whichever was erased.
static void NoteLastOfBag(Thread *thr, Operation *op, uptr pc, uptr bp) {
  const Bounds bounds(*op);
  if (!(SiteOf(*op)->GetFamily()->invalidates & MapsanInBag) ||
      bounds.last >= bounds.last_before)
    return;
  Mutation mutation = Describe(thr, op, pc, bp);
  mutation.element = bounds.last;
  mutation.onwards = true;
  watches.NoteAt(op->watch, KeyOf(*op), mutation, nullptr);
}

// What becomes of all elements at once. False: nothing like that.
static bool NoteWhole(Thread *thr, Operation *op, bool unwound, uptr pc,
                      uptr bp) {
  u32 flags = SiteOf(*op)->flags;
  MapKey key = KeyOf(*op), partner = op->partner;
  bool whole = flags & kOnTwoMaps;
  if (!whole)
    return false;
  if (flags & MapsanSiteSecondary) {
    // The enclosing operation looks to it, if there is one.
    u32 n = thr->operations.size();
    Operation *outer = n < 2 ? nullptr : thr->operations.At(n - 2);
    if (!outer || outer->partner != key)
      watches.Retire(key);
    else if (flags & MapsanSiteMixes && !unwound)
      NoteTaken(thr, op, outer, pc, bp);
    return true;
  }
  bool two = partner && partner != key;
  bool follow = flags & (MapsanSiteExchanges | MapsanSiteTakes);
  auto inside = [op](MapKey of) {
    return MayBeInside(AddressOf(of), SiteOf(*op)->GetFamily());
  };
  const u32 rules = SiteOf(*op)->GetFamily()->invalidates;
  bool stay = rules & MapsanElementsAreNodes || !(flags & MapsanSiteMixes);
  if (partner == key && !follow && stay && !unwound)
    return true; // an assignment to itself, or other places in it
  auto replaced = [&] {
    Mutation mutation = Describe(thr, op, pc, bp);
    mutation.iterators = mutation.references = Invalidation::Replaced;
    return mutation;
  };
  if (unwound || partner == key || (!two && (flags & MapsanSiteExchanges)) ||
      (two && follow && partner >> kMapAddressBits != key >> kMapAddressBits)) {
    // Half done, or the map with itself, or with one that nobody knows.
    watches.Retire(key);
    if (two)
      watches.Retire(partner);
  } else if (flags & MapsanSiteExchanges) {
    if (inside(key) || inside(partner)) { // one by one
      watches.Retire(key);
      watches.Retire(partner);
    } else {
      watches.Exchange(key, partner);
    }
  } else if (flags & MapsanSiteTakes) {
    if (two && !inside(key)) {
      watches.Move(partner, key, replaced());
    } else {
      watches.Note(key, replaced(), nullptr);
      if (two)
        watches.Retire(partner);
    }
  } else if (flags & MapsanSiteReplaces) {
    watches.Note(key, replaced(), nullptr);
  } else if (two) { // some come from there
    if (!op->passage)
      watches.Retire(partner);
    return false;
  } else {
    NoteExtracted(thr, op, pc, bp);
  }
  return true;
}

// What the next operation is to find; and that there is none which
// takes the short way, though the map may not have been watched before.
static void Expect(Thread *thr, MapKey key, const Family *family) {
  uptr map = AddressOf(key);
  if (Watch *watch = WatchOf(thr, key))
    watch->SetLooks(LooksOf(map, family));
  thr->operations.shortcuts.ForgetWrites(map);
}

// Another object may have become an owner of the same data.
static void NoteCopy(Thread *thr, Operation *op) {
  const Site *site = SiteOf(*op);
  if (!(site->flags & MapsanSiteSecondary) ||
      !site->GetFamily()->SharesItsData())
    return;
  if (Watch *watch = WatchOf(thr, KeyOf(*op)))
    if (!IsSoleOwner(MapOf(*op), site->GetFamily()))
      watch->SetShared(true);
}

void WatchedEnds(Thread *thr, Operation *op, MapsanEvidence evidence,
                 bool unwound, uptr pc, uptr bp) {
  const Site *site = SiteOf(*op);
  const Family *family = site->GetFamily();
  MapsanEffect effect = site->Effect();
  bool construct = effect == MapsanEffectConstruct;
  if (effect == MapsanEffectDestroy || site->flags & MapsanSiteEnds) {
    Mutation mutation = Describe(thr, op, pc, bp);
    mutation.iterators = mutation.references = effect == MapsanEffectDestroy
                                                   ? Invalidation::Destroyed
                                                   : Invalidation::Emptied;
    watches.NoteLast(KeyOf(*op), mutation,
                     thr->freed.of == op ? &thr->freed : nullptr);
  } else if (op->watch && op->wrote && !(site->flags & kOnTwoMaps)) {
    // (What writes in any case may know whether an element came or went.)
    if (effect == MapsanEffectWrite && evidence == MapsanEvidenceUnchanged) {
      NoteLocks(thr, op, LockedChange::kSteps, pc, bp);
    } else {
      NoteChange(thr, op, pc, bp);
      NoteLastOfBag(thr, op, pc, bp);
    }
    op->watch->SetLooks(LooksOf(MapOf(*op), family));
  } else if (effect == MapsanEffectRead) {
    NoteCopy(thr, op);
  } else {
    if (op->wrote && !construct)
      NoteLocks(thr, op, LockedChange::kAll, pc, bp);
    if (op->wrote && !NoteWhole(thr, op, unwound, pc, bp) && !construct)
      NoteChange(thr, op, pc, bp);
    NoteBrought(op);
    if (!(construct && unwound))
      Expect(thr, KeyOf(*op), family);
    if (op->partner >> kMapAddressBits == family->Number())
      Expect(thr, op->partner, family);
  }
  StopWatching(thr, op);
}

void WatchedEndsFirst(Thread *thr, Operation *op, bool wrote, uptr pc,
                      uptr bp) {
  if (!wrote)
    return StopWatching(thr, op);
  ScopedRuntime runtime(thr);
  int saved = errno;
  const Family *family = SiteOf(*op)->GetFamily();
  op->wrote = true;
  op->change.size_after = HeaderWord(MapOf(*op), family->size_offset);
  op->change.buckets_after = HeaderWord(MapOf(*op), family->buckets_offset);
  WatchedEnds(thr, op, MapsanEvidenceNone, /*unwound=*/false, pc, bp);
  op->wrote = false; // as it is in an entry that is not in use
  errno = saved;
}

void WatchedIsLost(Thread *thr, Operation *op) {
  watches.Retire(KeyOf(*op));
  StopWatching(thr, op);
}

void WatchedUnseen(const Site *site, uptr map) {
  if (site->effect != MapsanEffectRead)
    watches.Retire(KeyOf(map, site->GetFamily()->Number()));
}

} // namespace __mapsan
