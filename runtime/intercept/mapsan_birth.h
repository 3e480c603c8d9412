// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a parent hands to the thread that it creates, whichever interface
// creates it (mapsan_pthreads.cpp, mapsan_c11_threads.cpp).

#ifndef MAPSAN_BIRTH_H
#define MAPSAN_BIRTH_H

#include "../clock/mapsan_thread.h"
#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_linux.h"

namespace __mapsan {

/// Freed by whoever is last to need it.
///
/// Parent and child race to tie the pthread_t to the record. Both must be able
/// to: the parent may join at once, the child may be detached, over and its
/// record in other hands before the parent returns. So the first to come does
/// it, and the other waits until it is done: a parent that went on could join a
/// pthread_t that still stands for an earlier thread.
struct Birth {
  void *start; // the program's function, of whatever type
  void *arg;
  Thread *child;
  uptr feed; // FeedOfChild
  // What the child may be interrupted by once it is known: a signal handler
  // that came before would find a thread that nobody saw start.
  __sanitizer_sigset_t mask;
  bool has_own_mask;      // by its attributes: not ours to set
  atomic_uint32_t handle; // how far the tying is
  atomic_uint32_t users;
};

/// In the parent, before the real creation; signals are blocked from here on.
/// `attr`: null, or a pthread_attr_t. (pc, bp): as usual. Null if the thread is
/// none of ours to follow: forward and no more.
Birth *ThreadConceived(void *start, void *arg, const void *attr, uptr pc,
                       uptr bp);
/// In the parent, afterwards, and signals come again. `handle` holds the
/// pthread_t if it was created.
void ThreadDelivered(Birth *birth, bool created, const void *handle);
/// In the child, first thing. `birth` is gone afterwards.
void ThreadBegins(Birth *birth);

/// The thread of that handle, if the calling thread's acts are followed.
Thread *FindThread(uptr handle);
/// A join by the calling thread has succeeded. `child` was looked up before it:
/// afterwards its pthread_t may be another thread's. Null is allowed.
void JoinSucceeded(Thread *child);
/// (The debug runtime can take a join that failed for one.)
void JoinPretended(Thread *child);
/// So has a detachment.
void DetachSucceeded(Thread *child);

} // namespace __mapsan

#endif // MAPSAN_BIRTH_H
