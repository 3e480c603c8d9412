// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Atomics that are lent to one thread: it may repeat its release there without
// the lock, in emitted code.

#ifndef MAPSAN_LENT_H
#define MAPSAN_LENT_H

#include "mapsan_sync_object.h"

namespace __mapsan {

/// An atomic instruction that releases what its object holds already changes
/// nothing, but must keep others from changing the object while it runs: the
/// object's lock is held meanwhile (AtomicBegin). A counter of one thread's
/// pays for that each time and nobody ever wants it. So an object at which the
/// same clock was released often is lent to the thread whose clock that is.
/// While it is, that thread runs the instruction without the lock, but says so:
///
///   the thread                         who changes what the object holds
///   releasing := the address           lock
///   is it lent to me, of this clock?   takes it back
///   the instruction                    a barrier on all cores (membarrier)
///   releasing := 0                     waits while it is releasing there
///
/// The thread pays for no fence: the barrier is one for both. If the thread has
/// looked before it, its `releasing` is seen after it; if it looks later, it
/// finds that the object is not lent any more. So from the look to the end of
/// the instruction the object holds what it did, as if its lock were held.
///
/// What is lent is an entry in the thread's Shortcuts, which says the clock,
/// too: one that changes forgets them all. In whose table to look the object
/// says (`lent`: its owner's).
///
/// Who takes back waits without the lock: a signal handler may run on the
/// thread meanwhile and want it. What a handler does between the thread's look
/// and the instruction counts as done behind that.
///
/// Each time that an object is taken back costs some microseconds. It is lent
/// after as many repeats as pay for that, and each time after twice as many.
namespace lent {

/// Called once by Initialize.
void Initialize();

/// How often a clock is repeated at an object that was never taken back before
/// it is lent. For tests.
extern u32 repeats_needed;

/// `thr` releases just what the object at `addr` holds, its own clock. Bucket
/// lock held.
void Repeat(Thread *thr, SyncObject *object, uptr addr);

/// Locks the bucket. Nobody else releases at `addr` without the lock as long as
/// it is held.
void LockToChange(Thread *thr, SyncBucket *bucket, uptr addr);

} // namespace lent

} // namespace __mapsan

#endif // MAPSAN_LENT_H
