// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whether there is anything to learn from atomics at all: what a load asks
// before it looks for the object at its address, which is mostly a cache miss.

#ifndef MAPSAN_NEWS_H
#define MAPSAN_NEWS_H

#include "../entry/mapsan_hidden.h"
#include "mapsan_snapshot.h"

namespace __mapsan {

struct Thread;

/// A cache line that is seldom written, and read at each atomic load, by
/// emitted code, too (include/mapsan/callbacks.inc).
///
///   bits 20 to 63: how many announcements there were
///   bits 0 to 19:  how many threads talk without announcing
struct alignas(64) NewsLine {
  atomic_uint64_t word;
};
extern "C" SANITIZER_INTERFACE_ATTRIBUTE NewsLine __mapsan_news;

/// Before a thread stores a clock into an object that atomics may find, it
/// announces that version of its clock, once; or it counts among those that
/// talk too often for that. A thread that knows every version that was
/// announced, while nobody talks, knows what all objects hold: a load by it
/// acquires nothing new, wherever it loads from. What it has gone through is
/// its `Shortcuts::news`, a word as NewsLine's without talkers.
///
/// Why: objects hold clocks of threads that announced them or a later version,
/// and merges of such; and who knows a later version knows all of the earlier
/// (invariant 1 of docs/clocks.md). A life of a slot that went by unheard
/// stays unknown: its stamps are never taken for another life's.
///
/// Memory order. An announcement comes before the store of the value that
/// publishes it, and that is a release. A load that reads the value is followed
/// by an acquire (its own order, or the fence that emitted code puts behind a
/// relaxed one) and by a look at the word, which is thus seen changed.
namespace news {

constexpr u32 kCountShift = 20;

/// Called once by Initialize.
void Initialize();

/// How a thread announces. Owned by it.
struct Speaker {
  Stamp last;  // the version it spoke of last; 0: never
  u32 repeats; // how often since, while it talks
  u32 batch;   // of versions, how many so far
  u64 since;   // when it began, in cycles
  bool talks;  // it does not announce
};

/// Before `thr` stores its clock, as it stands or as it was, into a sync
/// object, and before the value that goes with it.
void Announce(Thread *thr);

/// `thr` goes through what was announced since it looked last. True: there is
/// nothing new anywhere.
bool CatchUp(Thread *thr);

/// `child` knows all that `parent` does.
void Inherit(Thread *child, Thread *parent);

/// In the child of fork, where all but `self` (null: not followed) are gone,
/// and it has acquired all that they did.
void AfterFork(Thread *self);

/// `thr` has ended: what it said unannounced is announced.
void FallSilent(Thread *thr);

} // namespace news

} // namespace __mapsan

#endif // MAPSAN_NEWS_H
