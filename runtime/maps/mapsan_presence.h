// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Who is inside which map object at this moment: the interval logic of
// detect=overlap. Knows neither clocks nor reports: what to do where two
// threads meet is the caller's.
//
//   thread 1   |------ find ------|
//   thread 2       |------- operator[] -------|   did it insert?
//   thread 3                  |---- find ----|
//
// Two operations overlap if one begins before the other ends. If one of them
// certainly changes the map, the later entrant knows it at once. If all hangs
// on an operation that may change it, each side is written down with the one
// that is undecided, and that one tells when it ends.

#ifndef MAPSAN_PRESENCE_H
#define MAPSAN_PRESENCE_H

#include "../clock/mapsan_alloc.h"
#include "../clock/mapsan_sequence_lock.h"
#include "../report/mapsan_finding.h"

namespace __mapsan {

struct Presence;

/// What an undecided operation remembers of another that it overlapped with.
struct Meeting {
  Meeting *next;
  Presence *with; // null: that one is over
  Access access;  // the other one, as it was or as it ended
  bool certain;   // the other one wrote: this is a race however we end
};

/// One operation of one thread on one map, from its begin to its end. Owned by
/// its thread; while it is listed, fields belong to the place's lock.
struct Presence {
  Presence *next;
  uptr map;
  u64 family;
  Access access; // wrote: it certainly changes the map; pending: it may
  Meeting *met;  // only while it is pending
};

/// The presences on all maps of one hash bucket, and their lock. All methods
/// want the lock held. `race(const Access &current, const Access &previous)`
/// may be called any number of times; it must not take locks.
class Place : public SequenceLock {
public:
  /// `p` has begun. Zero-initialised but for map, family and access.
  template <class OnRace> void Enter(Presence *p, OnRace race) {
    ForOthers(p, [&](Presence *q) { Meet(p, q, race); });
    p->next = head_;
    head_ = p;
  }

  /// `p` is over; what it turned out to be is in its `access`, no longer
  /// pending. Whatever it was, nobody refers to it afterwards.
  template <class OnRace> void Leave(Presence *p, OnRace race) {
    for (Meeting *m = p->met; m; m = m->next)
      if (m->certain || p->access.wrote)
        race(p->access, m->access);
    ForOthers(p, [&](Presence *q) { Settle(p, q); });
    Presence **link = &head_;
    while (*link != p)
      link = &(*link)->next;
    *link = p->next;
    Forget(p);
  }

  /// In the child of fork: nobody is here any more.
  void ResetAfterFork() {
    SequenceLock::ResetAfterFork();
    head_ = nullptr;
  }

  /// Meetings with operations of call sites in [begin, end) are forgotten.
  void ForgetSites(const Site *begin, const Site *end) {
    for (Presence *p = head_; p; p = p->next)
      DropIf(p, [&](const Meeting *m) {
        return m->access.site >= begin && m->access.site < end;
      });
  }

  /// Drops what `p` has met.
  static void Forget(Presence *p) {
    DropIf(p, [](const Meeting *) { return true; });
  }

private:
  // Other threads' presences on the same map.
  template <class Callback>
  void ForOthers(const Presence *p, Callback callback) {
    for (Presence *q = head_; q; q = q->next)
      if (q->map == p->map && q->family == p->family &&
          q->access.tid != p->access.tid)
        callback(q);
  }

  // `p` begins while `q` is under way.
  template <class OnRace>
  static void Meet(Presence *p, Presence *q, OnRace race) {
    if (p->access.wrote)
      return race(p->access, q->access);
    if (p->access.pending)
      Note(p, q, /*certain=*/q->access.wrote);
    else if (q->access.wrote)
      race(p->access, q->access);
    if (q->access.pending)
      Note(q, p, /*certain=*/false);
  }

  // `p` remembers `q`. Once is enough for those that say the same.
  static void Note(Presence *p, Presence *q, bool certain) {
    for (Meeting *m = p->met; m; m = m->next)
      if (m->access.site == q->access.site &&
          m->access.stack == q->access.stack && m->certain == certain)
        return;
    auto *m = static_cast<Meeting *>(RuntimeAlloc(sizeof(Meeting)));
    m->next = p->met;
    m->with = q;
    m->access = q->access;
    m->certain = certain;
    p->met = m;
  }

  // `p` ends while `q` is under way. If p wrote, it has told; if not, `q` may
  // have to, and then says how p ended.
  static void Settle(Presence *p, Presence *q) {
    DropIf(q, [&](Meeting *m) {
      if (m->with != p)
        return false;
      m->with = nullptr;
      m->access = p->access;
      return p->access.wrote && !m->certain;
    });
  }

  template <class Condition>
  static void DropIf(Presence *p, Condition condition) {
    for (Meeting **link = &p->met; Meeting *m = *link;) {
      if (!condition(m)) {
        link = &m->next;
        continue;
      }
      *link = m->next;
      RuntimeFree(m);
    }
  }

  Presence *head_; // (static places are zero without a constructor)
};

} // namespace __mapsan

#endif // MAPSAN_PRESENCE_H
