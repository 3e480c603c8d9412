// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// All watches, by map: see mapsan_watches.h.

#include "mapsan_watches.h"

#include "../clock/mapsan_stack.h"
#include "mapsan_watch.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_posix.h"

#include <sys/mman.h>

namespace __mapsan {

Watches watches;

// --- memory

// Not at the start: most runs of most programs need none. False: there is none
// to be had, and nothing is watched.
bool Watches::Reserve() {
  ScopedLock lock(&lock_);
  if (HasAny())
    return true;
  uptr bytes = kWatches * (sizeof(Watch) + sizeof(WatchLog));
  uptr p = internal_mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (internal_iserror(p))
    return false;
  watches_ = reinterpret_cast<Watch *>(p);
  logs_ = reinterpret_cast<WatchLog *>(p + kWatches * sizeof(Watch));
  atomic_store(&ring_, kFirstRing, memory_order_relaxed);
  // Release: whoever sees that there are some finds them.
  __atomic_store_n(&any_, true, __ATOMIC_RELEASE);
  return true;
}

WatchLog *Watches::LogOf(const Watch *watch) {
  return &logs_[watch - watches_];
}

template <class Callback> void Watches::ForEach(Callback callback) {
  if (!HasAny())
    return;
  u32 ring = atomic_load(&ring_, memory_order_relaxed);
  u64 taken = atomic_load(&next_, memory_order_relaxed);
  for (u32 i = 0; i < ring && i < taken; i++) {
    ScopedLock lock(&watches_[i].lock);
    callback(&watches_[i]);
  }
}

// --- lives

// Its lock held.
void Watches::BeginLife(Watch *watch) {
  u64 life = (Watch::LifeOf(watch->Stamp()) + 1) % Watch::kLives;
  atomic_store(&watch->stamp_, life << Watch::kCountBits, memory_order_relaxed);
  atomic_store(&watch->has_left_, 0, memory_order_relaxed);
  watch->SetShared(false);
  ForgetLocked(watch);
}

// Its lock held.
void Watches::ForgetLocked(Watch *watch) {
  if (!watch->HasLocked())
    return;
  atomic_store(&watch->has_locked_, 0, memory_order_relaxed);
  for (LockedChange &change : LogOf(watch)->locked)
    change = {};
}

// Bucket's lock held in these three.
Watch *Watches::Find(Bucket *bucket, MapKey key) {
  Watch *watch = bucket->Head<Watch>();
  while (watch && watch->Key() != key)
    watch = watch->Next();
  return watch;
}

void Watches::Link(Bucket *bucket, Watch *watch, MapKey key) {
  // Release: what its life is was stored before.
  atomic_store(&watch->key_, key, memory_order_release);
  atomic_store(&watch->next_, reinterpret_cast<uptr>(bucket->Head<Watch>()),
               memory_order_release);
  bucket->SetHead(watch);
}

void Watches::Unlink(Bucket *bucket, Watch *watch) {
  Watch *before = nullptr;
  for (Watch *w = bucket->Head<Watch>(); w != watch; w = w->Next())
    before = w;
  if (before)
    atomic_store(&before->next_, reinterpret_cast<uptr>(watch->Next()),
                 memory_order_release);
  else
    bucket->SetHead(watch->Next());
  watch->last_map_ = AddressOf(watch->Key());
  atomic_store(&watch->key_, 0, memory_order_release);
}

// Of so many, few can be spared: as many again are taken next. (Two threads may
// come here at once, and one of them is later than the other's next round.)
void Watches::Grow(u32 ring) {
  if (atomic_compare_exchange_strong(&ring_, &ring, 2 * ring,
                                     memory_order_relaxed))
    atomic_store(&next_, ring, memory_order_relaxed);
}

// The next one that can be spared, in a new life, for no map; its lock is held.
// In the order in which they were taken, so that those of destroyed maps last a
// while. One that stands for a map is passed by, if it was asked for lately or
// there can be more, unless all do.
Watch *Watches::Take() {
  constexpr u32 kLook = 16, kInRow = 4;
  for (u32 i = 0;; i++) {
    u32 ring = atomic_load(&ring_, memory_order_relaxed);
    u64 number = atomic_fetch_add(&next_, 1, memory_order_relaxed);
    Watch *watch = &watches_[number % ring];
    MapKey key = watch->Key();
    if (key && ring < kWatches) {
      if (i + 1 >= kInRow)
        Grow(ring);
      continue;
    }
    if (i < kLook && key &&
        atomic_exchange(&watch->used_, 0, memory_order_relaxed))
      continue;
    if (!key) {
      watch->lock.Lock();
      if (!watch->Key()) {
        BeginLife(watch);
        return watch;
      }
      watch->lock.Unlock(); // another thread has taken it, a round later
      continue;
    }
    Bucket *bucket = BucketOf(AddressOf(key));
    ScopedLock lock(bucket);
    if (watch->Key() != key)
      continue; // moved meanwhile
    watch->lock.Lock();
    BeginLife(watch);
    Unlink(bucket, watch);
    return watch;
  }
}

Watch *Watches::Find(MapKey key, u64 *stamp) {
  Bucket *bucket = BucketOf(AddressOf(key));
  ScopedLock lock(bucket);
  Watch *watch = Find(bucket, key);
  if (watch)
    *stamp = watch->Stamp();
  return watch;
}

Watch *Watches::Open(MapKey key, MapLooks looks, u64 *stamp) {
  if (!HasAny() && !Reserve())
    return nullptr;
  Bucket *bucket = BucketOf(AddressOf(key));
  auto find = [&] {
    Watch *watch = Find(bucket, key);
    if (watch) {
      watch->Use();
      *stamp = watch->Stamp();
    }
    return watch;
  };
  {
    ScopedLock lock(bucket);
    if (Watch *watch = find())
      return watch;
  }
  // Its lock is held, and then the bucket's taken: the other way round than
  // elsewhere. Nobody waits for it with a bucket locked, as it is in none.
  Watch *taken = Take();
  ScopedLock lock(bucket);
  Watch *watch = find(); // somebody else was faster
  if (!watch) {
    watch = taken;
    watch->first_map_ = AddressOf(key);
    watch->last_map_ = 0;
    watch->SetLooks(looks);
    atomic_store(&watch->used_, 0, memory_order_relaxed);
    *stamp = watch->Stamp();
    Link(bucket, watch, key);
  }
  taken->lock.Unlock();
  return watch;
}

// --- mutations

// Its lock held.
void Watches::Append(Watch *watch, const Mutation &mutation,
                     const FreedBlocks *freed) {
  WatchLog *log = LogOf(watch);
  u64 stamp = watch->Stamp() + 1;
  if (!Watch::CountOf(stamp)) // they are through
    return BeginLife(watch);
  Mutation *noted = &log->Of(Watch::CountOf(stamp));
  *noted = mutation;
  noted->freed_first = log->freed_end;
  noted->freed_count = 0;
  if (mutation.leaves != Leaves::None) {
    atomic_store(&watch->has_left_, 1, memory_order_relaxed);
    log->last_left = Watch::CountOf(stamp);
  }
  if (freed) {
    noted->freed_count = static_cast<u8>(freed->count);
    for (u32 i = 0; i < freed->count; i++)
      log->freed[log->freed_end++ % WatchLog::kFreed] = freed->blocks[i];
  }
  atomic_store(&watch->stamp_, stamp, memory_order_release);
}

void Watches::Note(MapKey key, const Mutation &mutation,
                   const FreedBlocks *freed) {
  Bucket *bucket = BucketOf(AddressOf(key));
  ScopedLock lock(bucket);
  if (Watch *watch = Find(bucket, key))
    NoteAt(watch, key, mutation, freed);
}

void Watches::NoteAt(Watch *watch, MapKey key, const Mutation &mutation,
                     const FreedBlocks *freed) {
  ScopedLock lock(&watch->lock);
  if (watch->Key() == key)
    Append(watch, mutation, freed);
}

void Watches::NoteLast(MapKey key, const Mutation &mutation,
                       const FreedBlocks *freed) {
  Bucket *bucket = BucketOf(AddressOf(key));
  ScopedLock lock(bucket);
  if (Watch *watch = Find(bucket, key)) {
    ScopedLock lock_log(&watch->lock);
    Append(watch, mutation, freed);
    Unlink(bucket, watch);
  }
}

u64 Watches::NoteLeft(Watch *watch, MapKey key, const Mutation &mutation,
                      const Family *family) {
  ScopedLock lock(&watch->lock);
  if (watch->Key() != key)
    return 0;
  Append(watch, mutation, nullptr);
  return passages_.Begin(watch, watch->Stamp(), family, mutation.element);
}

void Watches::NoteArrived(u64 passage, Watch *watch) {
  passages_.End(passage, watch, watch->Stamp());
}

const Family *Watches::FamilyOfAbsent(uptr element, u64 *number) {
  Passage passage;
  if (!passages_.FindElement(element, &passage) || passage.to)
    return nullptr;
  *number = passage.number;
  return passage.family;
}

// Bucket's lock held.
void Watches::RetireWatch(Bucket *bucket, Watch *watch) {
  ScopedLock lock(&watch->lock);
  BeginLife(watch);
  Unlink(bucket, watch);
}

void Watches::Retire(MapKey key) {
  Bucket *bucket = BucketOf(AddressOf(key));
  ScopedLock lock(bucket);
  if (Watch *watch = Find(bucket, key))
    RetireWatch(bucket, watch);
}

namespace {

/// Those of two maps, in one order wherever they are taken.
class TwoBuckets {
public:
  TwoBuckets(Bucket *a, Bucket *b)
      : first_(a < b ? a : b), second_(a == b  ? nullptr
                                       : a < b ? b
                                               : a) {
    first_->Lock();
    if (second_)
      second_->Lock();
  }
  ~TwoBuckets() {
    if (second_)
      second_->Unlock();
    first_->Unlock();
  }
  TwoBuckets(const TwoBuckets &) = delete;
  TwoBuckets &operator=(const TwoBuckets &) = delete;

private:
  Bucket *first_, *second_;
};

} // namespace

// Both buckets' locks held. Iterators past the end stay with the object where
// they were made: three such places are remembered, of more it is not known
// what they are.
void Watches::Relink(Watch *watch, Bucket *from, Bucket *to, MapKey key) {
  ScopedLock lock(&watch->lock);
  uptr lost = watch->last_map_;
  bool known = !lost || lost == watch->first_map_ ||
               lost == AddressOf(watch->Key()) || lost == AddressOf(key);
  // Those were changes of the other object: who guards this one is not known.
  ForgetLocked(watch);
  Unlink(from, watch);
  if (known)
    Link(to, watch, key);
  else
    BeginLife(watch);
}

// The locks of the watches themselves are taken one after the other: nobody
// needs both at once.
void Watches::Exchange(MapKey a, MapKey b) {
  Bucket *at_a = BucketOf(AddressOf(a)), *at_b = BucketOf(AddressOf(b));
  TwoBuckets lock(at_a, at_b);
  Watch *of_a = Find(at_a, a), *of_b = Find(at_b, b);
  if (of_a)
    Relink(of_a, at_a, at_b, b);
  if (of_b)
    Relink(of_b, at_b, at_a, a);
}

void Watches::Move(MapKey from, MapKey to, const Mutation &mutation) {
  Bucket *at_from = BucketOf(AddressOf(from)), *at_to = BucketOf(AddressOf(to));
  TwoBuckets lock(at_from, at_to);
  Watch *moved = Find(at_from, from), *replaced = Find(at_to, to);
  if (replaced) {
    ScopedLock lock_log(&replaced->lock);
    Append(replaced, mutation, nullptr);
    if (moved) // else it goes on with what is there now
      Unlink(at_to, replaced);
  }
  if (moved)
    Relink(moved, at_from, at_to, to);
}

// --- changes under locks

// Its lock held. Null: none of that thread.
LockedChange *Watches::LockedBy(Watch *watch, Slot slot) {
  for (LockedChange &change : LogOf(watch)->locked)
    if (change.word && SlotOf(change.word) == slot)
      return &change;
  return nullptr;
}

bool Watches::KnowsLocked(Watch *watch, MapKey key,
                          const LockedChange &change) {
  if (!watch->HasLocked())
    return false;
  ScopedLock lock(&watch->lock);
  const LockedChange *known = LockedBy(watch, SlotOf(change.word));
  if (watch->Key() != key)
    return true;
  if (!known || change.concerns & ~known->concerns)
    return false;
  return change.concerns != known->concerns ||
         change.details.lockset == known->details.lockset;
}

void Watches::NoteLocked(Watch *watch, MapKey key, const LockedChange &change) {
  ScopedLock lock(&watch->lock);
  if (watch->Key() != key)
    return;
  WatchLog *log = LogOf(watch);
  LockedChange *place = LockedBy(watch, SlotOf(change.word));
  if (!place)
    place = &log->locked[!log->locked[log->last_locked].word
                             ? log->last_locked
                             : (log->last_locked + 1) % WatchLog::kLocked];
  *place = change;
  log->last_locked = static_cast<u32>(place - log->locked);
  atomic_store(&watch->has_locked_, 1, memory_order_relaxed);
  // No mutation, but emitted code is to ask.
  Append(watch, {}, nullptr);
}

u32 Watches::FindLocked(Watch *watch, const Handle &handle, u8 concern,
                        LockedChange *changes) {
  ScopedLock lock(&watch->lock);
  if (Watch::LifeOf(watch->Stamp()) != Watch::LifeOf(handle.Stamp()))
    return 0;
  const WatchLog *log = LogOf(watch);
  u32 count = 0;
  for (u32 i = 0; i < WatchLog::kLocked; i++) {
    const LockedChange &change =
        log->locked[(log->last_locked + i) % WatchLog::kLocked];
    if (change.word && change.concerns & concern)
      changes[count++] = change;
  }
  return count;
}

// --- what became of a handle

bool WatchLog::Freed(const Mutation &mutation, uptr address) const {
  for (u32 i = 0; i < mutation.freed_count; i++) {
    u32 number = mutation.freed_first + i;
    if (freed_end - number <= kFreed && // others have not taken its place
        freed[number % kFreed].Contains(address))
      return true;
  }
  return false;
}

// Past the end of a container with nodes is null, or in the map object, and is
// what it was whatever becomes of the elements. Its lock held.
bool Watch::IsInside(uptr address, u32 object_bytes) const {
  // (An element may be told by a small number, and a map be nowhere.)
  auto is_in = [=](uptr map) { return map && address - map < object_bytes; };
  return is_in(first_map_) || is_in(last_map_) || is_in(AddressOf(Key()));
}

static Invalidation WhyBy(const WatchLog &log, const Mutation &mutation,
                          bool reference, u32 rules, uptr element) {
  bool survives =
      rules & (MapsanInOneArray | (reference ? MapsanReferencesSurviveErase
                                             : MapsanIteratorsSurviveErase));
  bool behind =
      rules & (reference ? MapsanReferencesBehind : MapsanIteratorsBehind);
  Invalidation all = reference ? mutation.references : mutation.iterators;
  if (all != Invalidation::None && all != Invalidation::Inserted &&
      all != Invalidation::ErasedOthers && all != Invalidation::Changed)
    return all;
  if (mutation.onwards && element >= mutation.element)
    return rules & MapsanInBag ? Invalidation::Last : Invalidation::Behind;
  if (mutation.element == element && !survives &&
      !(reference && mutation.leaves == Leaves::One))
    return Invalidation::Erased;
  if (behind && mutation.element && mutation.element < element)
    return Invalidation::Moved;
  // What survives an erasure is no block of its own, nor what is part of an
  // array: all of them have moved. So they have where the map has grown, or
  // some of them have.
  if (log.Freed(mutation, element))
    return survives || behind || mutation.iterators == Invalidation::Moved ||
                   mutation.sizes.Grew()
               ? Invalidation::Moved
               : Invalidation::Erased;
  return all;
}

/// What is asked about a handle.
struct Question {
  const Family *family;
  bool reference;
  uptr element;
};

/// The maps where a handle's element may be: their watches, with the stamps of
/// when it was last looked at there, or came there.
struct Route {
  static constexpr u32 kMax = 6;
  struct Place {
    Watch *watch;
    u64 stamp;
    bool certain; // it is, or was, nowhere else
  };
  Place places[kMax];
  u32 count = 0;
  bool lost = false; // or it is somewhere that is not known

  void Add(Watch *watch, u64 stamp, bool certain) {
    if (!watch || count == kMax)
      lost = true;
    else
      places[count++] = {watch, stamp, certain};
  }
};

// The mutation has taken the element along, or may have.
static bool MayHaveLeft(const Mutation &mutation, const Question &question) {
  if (mutation.leaves != Leaves::One)
    return mutation.leaves != Leaves::None;
  // (A reference points to somewhere in its element.)
  return question.reference ? question.element >= mutation.element
                            : question.element == mutation.element;
}

// What was erased or freed is no more, wherever it was.
static bool TellsElement(const WatchLog &log, const Mutation &mutation,
                         uptr element) {
  return mutation.element == element || log.Freed(mutation, element);
}

// In one map of the route, to which it adds the maps that elements went to from
// there. What becomes of the map as a whole concerns the element if it is
// there.
Watches::Fate Watches::FateAt(Route *route, u32 at, const Question &question,
                              Cause *cause, Invalidation *why) {
  auto [watch, since, certain] = route->places[at];
  const Family *family = question.family;
  const uptr element = question.element;
  ScopedLock lock(&watch->lock);
  const u64 stamp = watch->Stamp();
  if (Watch::LifeOf(stamp) != Watch::LifeOf(since)) {
    route->lost = true;
    return Fate::Left;
  }
  MapKey key = watch->Key();
  bool past_end = !element ||
                  (element == watch->EndWord() && !family->IsSequence()) ||
                  (!(family->invalidates & MapsanElementsInside) &&
                   watch->IsInside(element, family->header_bytes));
  const WatchLog &log = *LogOf(watch);
  u32 last = Watch::CountOf(stamp), number = Watch::CountOf(since) + 1;
  if (last - number >= WatchLog::kMutations) { // those before are forgotten
    u32 first = last - WatchLog::kMutations + 1;
    if (!past_end && watch->HasLeft() && log.last_left >= number &&
        log.last_left < first) {
      route->lost = true;
      return Fate::Left;
    }
    number = first;
  }
  Fate fate = Fate::Good;
  *cause = {nullptr, stamp, key ? AddressOf(key) : watch->last_map_, {}};
  for (; number <= last; number++) {
    const Mutation &mutation = log.Of(number);
    if (fate == Fate::Good && !past_end && MayHaveLeft(mutation, question)) {
      bool one = mutation.leaves == Leaves::One;
      bool surely =
          mutation.leaves == Leaves::All || (one && !question.reference);
      Passage passage = {};
      passages_.Find(watch, stamp - (last - number), &passage);
      // (One that is in no map has no iterators, but references.)
      bool in_hand = one && passage.number && !passage.to;
      if (!in_hand || question.reference) {
        route->Add(passage.to, passage.arrived, surely && certain);
        if (surely)
          return Fate::Left;
        certain = false;
        continue;
      }
    }
    Invalidation by =
        WhyBy(log, mutation, question.reference, family->invalidates, element);
    if (by == Invalidation::None || (past_end && by != Invalidation::Destroyed))
      continue;
    bool proven = certain || TellsElement(log, mutation, element);
    if (fate == Fate::Good || proven) {
      cause->mutation = mutation;
      *why = by;
    }
    if (proven)
      return Fate::Invalid;
    fate = Fate::InvalidIfThere;
  }
  cause->watch = certain ? watch : nullptr;
  return fate;
}

Invalidation Watches::WhyInvalid(const Handle &handle, const Site *use,
                                 uptr element, Cause *cause) {
  const Question question = {FamilyOf(handle),
                             (use->flags & MapsanSiteReference) != 0, element};
  Route route;
  route.Add(handle.GetWatch(), handle.Stamp(), /*certain=*/true);
  // By each of those that it may be in.
  Invalidation anyway = Invalidation::None;
  bool good = false;
  *cause = {};
  for (u32 i = 0; i < route.count; i++) {
    Cause there = {};
    Invalidation why = Invalidation::None;
    switch (FateAt(&route, i, question, &there, &why)) {
    case Fate::Left:
      if (anyway == Invalidation::None && !good)
        *cause = there;
      break;
    case Fate::Good:
      good = true;
      *cause = there;
      break;
    case Fate::InvalidIfThere:
      anyway = why;
      if (!good)
        *cause = there;
      break;
    case Fate::Invalid:
      *cause = there;
      return why;
    }
  }
  return good || route.lost ? Invalidation::None : anyway;
}

// --- all of them

void Watches::ReplaceWords(AccessWord (*replace)(AccessWord, void *),
                           void *arg) {
  ForEach([&](Watch *watch) {
    WatchLog *log = LogOf(watch);
    u32 count = Watch::CountOf(watch->Stamp());
    for (u32 i = 0; i < count && i < WatchLog::kMutations; i++) {
      AccessWord *word = &log->Of(count - i).word;
      if (*word)
        *word = replace(*word, arg);
    }
    for (LockedChange &change : log->locked)
      if (change.word)
        change.word = replace(change.word, arg);
  });
}

void Watches::ForgetSites(const Site *begin, const Site *end) {
  passages_.ForgetFamilies();
  ForEach([&](Watch *watch) {
    WatchLog *log = LogOf(watch);
    u32 count = Watch::CountOf(watch->Stamp());
    for (u32 i = 0; i < count && i < WatchLog::kMutations; i++) {
      u32 *stack = &log->Of(count - i).details.stack;
      const Site *site = SiteOfStack(*stack);
      if (site >= begin && site < end)
        *stack = StackWithoutSite(*stack);
    }
    for (LockedChange &change : log->locked) {
      const Site *site = SiteOfStack(change.details.stack);
      if (site >= begin && site < end)
        change.details.stack = StackWithoutSite(change.details.stack);
    }
  });
}

void Watches::ResetAfterFork() {
  lock_.ResetAfterFork();
  passages_.ResetAfterFork();
  if (!HasAny())
    return; // no page of all that has been touched
  for (Bucket &bucket : buckets_)
    bucket.ResetAfterFork();
  for (u32 i = 0; i < atomic_load(&ring_, memory_order_relaxed); i++)
    watches_[i].lock.ResetAfterFork();
}

} // namespace __mapsan
