// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elements that have left their map alive, and where they are now.

#ifndef MAPSAN_PASSAGES_H
#define MAPSAN_PASSAGES_H

#include "../clock/mapsan_bucket.h"

namespace __mapsan {

class Watch;
struct Family;

/// What went from one map to another, or into the program's hands.
struct Passage {
  u64 number;           // 0: there is none
  const Watch *from;    // left by the mutation
  u64 left;             // that has this stamp
  const Family *family; // of that map; null: not known any more
  uptr element;         // it alone; 0: several
  Watch *to;            // null: nowhere that is known
  u64 arrived;          // its stamp then
};

/// The latest of them; of what is older nobody knows where it went. Any thread;
/// the lock may be taken after that of a watch.
class Passages {
public:
  /// Its number.
  u64 Begin(const Watch *from, u64 left, const Family *family, uptr element);
  void End(u64 number, Watch *to, u64 arrived);

  /// That of what this mutation took out.
  bool Find(const Watch *from, u64 left, Passage *passage);
  /// The latest of this element alone.
  bool FindElement(uptr element, Passage *passage);

  /// A module goes, and perhaps what the families of those are.
  void ForgetFamilies();
  void ResetAfterFork() { lock_.ResetAfterFork(); }

private:
  static constexpr u32 kPassages = 128;
  template <class Fits> bool FindLatest(Fits fits, Passage *passage);

  SequenceLock lock_;
  atomic_uint64_t last_; // the number of the latest
  Passage passages_[kPassages];
};

} // namespace __mapsan

#endif // MAPSAN_PASSAGES_H
