// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What emitted code looks at to find that an operation is none of the runtime's
// business, and what it leaves there instead of a call.

#ifndef MAPSAN_SHORTCUTS_H
#define MAPSAN_SHORTCUTS_H

#include "../../include/mapsan/abi.h"
#include "../clock/mapsan_rules.h"
#include "mapsan_site.h"
#include "sanitizer_common/sanitizer_atomic.h"

namespace __mapsan {

namespace shortcut_field {
using Ptr = atomic_uintptr_t;
using I64 = atomic_uint64_t;
using Table = u64[MAPSAN_SHORTCUT_ENTRIES];
using Lent = atomic_uint64_t[MAPSAN_LENT_ENTRIES];
} // namespace shortcut_field

/// Laid out by the list that the pass reads, too (pass/instrument/Shortcuts).
///
/// An operation takes the short way if its thread has recorded one as strong on
/// the same map in the open epoch (RecentAccesses says why that needs neither
/// check nor record) and is inside of no other. All that remains of it is to be
/// seen in flight: its map, site and frame, here instead of on the stack of
/// operations. Whatever happens to the thread while it is so (another operation
/// inside it, a release, an acquire, an exception, a jump) first makes an
/// Operation of it (MakeLong in mapsan_map.h), and its end, which finds
/// `in_flight` changed, goes the long way. So what is kept of operations, and
/// when they are stamped anew, is as if there were no short way.
///
/// Written by its own thread; others read `in_flight` and `site`, for labels,
/// and `releasing`; and take back what is lent.
struct ShortcutFields {
#define MAPSAN_SHORTCUT_FIELD(Type, Name) shortcut_field::Type Name;
#include "../../include/mapsan/callbacks.inc"
};

/// The tables hold map ^ key ^ tag, whose bits do not overlap: the map's are 3
/// to 47 (others have no entries), the key's 0 to 2 and 48 to 53, a family's
/// tag 54 to 63. So an entry says exactly one map of one family in one
/// generation, and no entry is 0. The key goes on when the epoch does; when its
/// 512 values are through, the tables are emptied.
class Shortcuts : public ShortcutFields {
public:
  /// in_flight, where operations are that are none of emitted code's.
  static constexpr u64 kAskRuntime = 1;
  static constexpr u32 kTagShift = 54;
  static constexpr u32 kMaxTag = (1 << (64 - kTagShift)) - 1;

  /// Of emitted code's; 0: none.
  uptr ShortMap() const {
    u64 map = atomic_load(&in_flight, memory_order_relaxed);
    return map > kAskRuntime ? map : 0;
  }
  const Site *ShortSite() const {
    return reinterpret_cast<const Site *>(
        atomic_load(&site, memory_order_relaxed));
  }
  /// Emitted code knows where the frame of its function begins, not those of
  /// the calls in it: just below, at the highest (HealOperations).
  uptr ShortFrame() const {
    return atomic_load(&frame, memory_order_relaxed) - 1;
  }
  /// What ShortSite and ShortFrame are to say.
  void SetShort(const Site *of, uptr short_frame) {
    atomic_store(&site, reinterpret_cast<uptr>(of), memory_order_relaxed);
    atomic_store(&frame, short_frame + 1, memory_order_relaxed);
  }
  bool NothingInFlight() const {
    return atomic_load(&in_flight, memory_order_relaxed) == 0;
  }
  void SetInFlight(u64 what) {
    atomic_store(&in_flight, what, memory_order_relaxed);
  }

  /// An access to `map` is on record in the open epoch.
  void Fill(uptr map, const Family *family, bool write) {
    u64 entry = EntryOf(map, family);
    if (!entry)
      return;
    reads[Index(map)] = entry;
    if (write)
      writes[Index(map)] = entry;
  }
  /// The same of a write after which nothing else of the map is to be known.
  void Renew(uptr map, const Family *family) {
    reads[Index(map)] = writes[Index(map)] = EntryOf(map, family);
  }
  /// What may change the map has to be seen from now on.
  void ForgetWrites(uptr map) { writes[Index(map)] = 0; }
  void Forget(uptr map) { reads[Index(map)] = writes[Index(map)] = 0; }
  /// All entries: another epoch. Its number.
  u32 NextGeneration() {
    SetGeneration((generation_ + 1) % kGenerations);
    if (UNLIKELY(!generation_))
      ForgetAll();
    return generation_;
  }
  /// The epoch before has been opened again. `since`: what NextGeneration has
  /// returned as it was closed; nothing was filled since. False: it was called
  /// again meanwhile.
  bool PreviousGeneration(u32 since) {
    if (generation_ != since)
      return false;
    SetGeneration((generation_ + kGenerations - 1) % kGenerations);
    return true;
  }
  NOINLINE void ForgetAll() {
    for (u32 i = 0; i < MAPSAN_SHORTCUT_ENTRIES; i++)
      reads[i] = writes[i] = 0;
  }

  // --- atomics (clock/mapsan_news.h, clock/mapsan_lent.h)

  /// __mapsan_news, as far as the thread has gone through it. While it has a
  /// release fence, what loads and stores may have something to tell.
  void KnowNews(u64 word) {
    bool rmw = !fenced_ && Takes(FastPath::news_of_rmw) &&
               RuleHolds(Rule::rmw_continues);
    bool is_silent = !speaks_ && Takes(FastPath::silent_thread);
    atomic_store(&news, word, memory_order_relaxed);
    atomic_store(&news_of_rmw, rmw ? word : kNever, memory_order_relaxed);
    atomic_store(&silent, is_silent ? word : kNever, memory_order_relaxed);
  }
  u64 KnownNews() const { return atomic_load(&news, memory_order_relaxed); }
  void SetFenced(bool fenced) {
    fenced_ = fenced;
    KnowNews(KnownNews());
  }
  /// The thread begins to have something to release, or has something else to
  /// release from now on.
  void ClockChanges() {
    speaks_ = true;
    atomic_store(&silent, kNever, memory_order_relaxed);
    SetLentKey(atomic_load(&lent_key, memory_order_relaxed) +
               (1ull << kLentShift));
  }

  /// What is released at `addr` is just what this thread would release there.
  /// The lock of its bucket is held.
  void Lend(uptr addr) {
    if (addr >> kLentShift == 0)
      atomic_store(&lent[LentIndex(addr)],
                   addr ^ atomic_load(&lent_key, memory_order_relaxed),
                   memory_order_relaxed);
  }
  /// The same lock held; any thread. (The owner of the table may put another
  /// address there at the same time, which is lost then.)
  void TakeBack(uptr addr) {
    atomic_uint64_t *entry = &lent[LentIndex(addr)];
    u64 differs = atomic_load(entry, memory_order_relaxed) ^ addr;
    if (differs << (64 - kLentShift) == 0)
      atomic_store(entry, 0, memory_order_relaxed);
  }
  bool IsReleasing(uptr addr) const {
    return atomic_load(&releasing, memory_order_acquire) == addr;
  }
  /// The owner: it has left whatever it was in the middle of, by a jump.
  void LeaveRelease() { atomic_store(&releasing, 0, memory_order_relaxed); }

  /// Another thread's from now on. `speaks`: it has something to release.
  void Restart(bool speaks) {
    closed_ = false;
    ForgetAll();
    fenced_ = false;
    speaks_ = speaks;
    KnowNews(0);
    LeaveRelease();
    SetLentKey(0);
  }
  /// As long as the thread lives, all its operations are to be looked at.
  void Close() {
    closed_ = true;
    ForgetAll();
  }
  bool IsClosed() const { return closed_; }

private:
  static constexpr u32 kGenerations = 512;
  static u32 Index(uptr map) {
    return static_cast<u32>(map * MAPSAN_SHORTCUT_MULTIPLIER >> 32) %
           MAPSAN_SHORTCUT_ENTRIES;
  }

  void SetGeneration(u32 generation) {
    generation_ = generation;
    atomic_store(&key, generation % 8 | static_cast<u64>(generation / 8) << 48,
                 memory_order_relaxed);
  }
  // 0: it has none.
  u64 EntryOf(uptr map, const Family *family) const {
    u64 tag = family->Tag();
    if (!Takes(FastPath::shortcut) || closed_ || !tag || map % 8 || map >> 48)
      return 0;
    return map ^ atomic_load(&key, memory_order_relaxed) ^ tag;
  }

  // Addresses have 48 bits, and the key those above: no entry of an earlier key
  // is one of now, nor is 0 ever one.
  static constexpr u32 kLentShift = 48;
  static constexpr u64 kNever = ~0ull; // __mapsan_news is never that
  static u32 LentIndex(uptr addr) {
    return static_cast<u32>(addr * MAPSAN_SHORTCUT_MULTIPLIER >> 32) %
           MAPSAN_LENT_ENTRIES;
  }
  void SetLentKey(u64 key) {
    if (UNLIKELY(!key)) { // all have been
      for (atomic_uint64_t &entry : lent)
        atomic_store(&entry, 0, memory_order_relaxed);
      key = 1ull << kLentShift;
    }
    atomic_store(&lent_key, key, memory_order_relaxed);
  }

  u32 generation_;
  bool closed_;
  bool fenced_, speaks_;
};

/// From here on the calling thread's emitted code looks there.
void TakeShortcuts(Shortcuts *own);
/// It finds none: the thread is unknown, or ends.
void TakeNoShortcuts();

} // namespace __mapsan

#endif // MAPSAN_SHORTCUTS_H
