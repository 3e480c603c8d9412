// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators by value: handles of those that are kept where nobody follows them,
// in members, in containers, in other threads.

#ifndef MAPSAN_ITERATOR_VALUES_H
#define MAPSAN_ITERATOR_VALUES_H

#include "mapsan_handle.h"

namespace __mapsan {

/// Two iterators of one value point to the same element, and so all of them
/// have one handle: that of the one that was made last. A value is the word by
/// which its class tells elements apart (handle_used); null, and what lies in
/// the map object, is past the end and tells nothing.
///
/// With that come the limits: of two iterators to one element, of which the
/// second was made after what has invalidated the first, the first is taken for
/// valid. And one that somebody has made who tells nobody is taken for one made
/// before, if there was one to the same element; memory that is handed out
/// again ends that.
///
/// Not while the thread is disturbed.
void IteratorMade(Thread *thr, const Site *site, uptr map, uptr element);
/// (pc, bp) as for MapBegin.
void IteratorUsed(Thread *thr, Site *site, uptr element, uptr pc, uptr bp);
void IteratorStepped(Thread *thr, uptr before, uptr after);

/// Elements in [begin, end), a part of a block of LiveFilter's, are of another
/// life from now on.
void ForgetIteratorValues(uptr begin, uptr end);
void ResetIteratorValuesAfterFork();

} // namespace __mapsan

#endif // MAPSAN_ITERATOR_VALUES_H
