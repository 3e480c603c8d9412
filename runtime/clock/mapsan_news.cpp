// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// News from atomics: see mapsan_news.h.

#include "mapsan_news.h"

#include "mapsan_thread.h"

namespace __mapsan {

NewsLine __mapsan_news;

namespace {

// A clock's version that was announced.
struct Item {
  atomic_uint32_t slot;
  atomic_uint64_t own;
};

// Item n of all is in place n % kItems until another one takes it. Written
// under the lock, before the count that covers it.
struct Board {
  static constexpr u32 kItems = 1 << 16;
  SequenceLock lock;
  Item items[kItems];
};
Board *board;

// An announcement costs a line that everybody reads. A thread whose versions
// come faster than one in so many cycles, over a batch of them, stops
// announcing until a batch takes longer, or one version is spoken of often.
constexpr u32 kBatch = 64, kManyRepeats = 64;
constexpr u64 kCyclesEach = 1 << 13;

u64 CountOf(u64 word) { return word >> news::kCountShift; }

// Its clock as it is; and the number of talkers changes by that.
void Post(Thread *thr, s64 talkers) {
  constexpr u64 kOne = 1ull << news::kCountShift;
  Shortcuts &shortcuts = thr->operations.shortcuts;
  ScopedLock lock(&board->lock);
  u64 word = atomic_load(&__mapsan_news.word, memory_order_relaxed);
  Item &item = board->items[CountOf(word) % Board::kItems];
  atomic_store(&item.slot, thr->clock.slot(), memory_order_relaxed);
  atomic_store(&item.own, thr->clock.OwnStamp(), memory_order_relaxed);
  atomic_store(&__mapsan_news.word, word + kOne + static_cast<u64>(talkers),
               memory_order_release);
  // Who has gone through all the others need not go through its own.
  if (CountOf(shortcuts.KnownNews()) == CountOf(word))
    shortcuts.KnowNews(shortcuts.KnownNews() + kOne);
}

void StartTalking() {
  ScopedLock lock(&board->lock);
  u64 word = atomic_load(&__mapsan_news.word, memory_order_relaxed);
  atomic_store(&__mapsan_news.word, word + 1, memory_order_release);
}

// The thread's `batch` of versions is full: did they come too fast?
bool HurriedThrough(news::Speaker *speaker) {
  u64 now = __builtin_ia32_rdtsc();
  u64 took = now - speaker->since;
  speaker->since = now;
  speaker->batch = 0;
  return took < kBatch * kCyclesEach;
}

} // namespace

void news::Announce(Thread *thr) {
  Speaker &speaker = thr->speaker;
  bool talks = speaker.talks;
  if (LIKELY(speaker.last == thr->clock.OwnStamp())) {
    if (LIKELY(!talks) || ++speaker.repeats != kManyRepeats)
      return;
    talks = false;
  } else {
    speaker.last = thr->clock.OwnStamp();
    speaker.repeats = 0;
    if (++speaker.batch == kBatch)
      talks = HurriedThrough(&speaker);
    if (talks && speaker.talks)
      return;
  }
  talks |= !Takes(FastPath::news);
  if (talks && !speaker.talks)
    StartTalking();
  else if (!talks)
    Post(thr, speaker.talks ? -1 : 0);
  speaker.talks = talks;
}

void news::Initialize() {
  board =
      static_cast<Board *>(MmapNoReserveOrDie(sizeof(Board), "MapSan news"));
}

void news::FallSilent(Thread *thr) {
  if (thr->speaker.talks && Takes(FastPath::news))
    Post(thr, /*talkers=*/-1);
}

void news::Inherit(Thread *child, Thread *parent) {
  CatchUp(parent);
  child->operations.shortcuts.KnowNews(
      parent->operations.shortcuts.KnownNews());
}

void news::AfterFork(Thread *self) {
  board->lock.ResetAfterFork();
  u64 all = CountOf(atomic_load(&__mapsan_news.word, memory_order_relaxed))
            << kCountShift;
  atomic_store(&__mapsan_news.word, all | (self && self->speaker.talks),
               memory_order_relaxed);
  if (self && RuleHolds(Rule::fork))
    self->operations.shortcuts.KnowNews(all);
}

bool news::CatchUp(Thread *thr) {
  u64 word = atomic_load(&__mapsan_news.word, memory_order_acquire);
  u64 seen = CountOf(thr->operations.shortcuts.KnownNews());
  u64 count = CountOf(word);
  // (What was overwritten while we read it was overwritten by now.)
  for (; seen != count; seen++) {
    const Item &item = board->items[seen % Board::kItems];
    Slot slot = atomic_load(&item.slot, memory_order_relaxed);
    Stamp own = atomic_load(&item.own, memory_order_relaxed);
    atomic_thread_fence(memory_order_acquire);
    u64 now = CountOf(atomic_load(&__mapsan_news.word, memory_order_relaxed));
    if (now - seen >= Board::kItems || !thr->clock.KnowsThread(slot, own))
      break;
  }
  thr->operations.shortcuts.KnowNews(seen << kCountShift);
  return seen << kCountShift == word;
}

} // namespace __mapsan
