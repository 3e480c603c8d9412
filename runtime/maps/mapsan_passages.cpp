// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elements that have left their map alive: see mapsan_passages.h.

#include "mapsan_passages.h"

namespace __mapsan {

u64 Passages::Begin(const Watch *from, u64 left, const Family *family,
                    uptr element) {
  ScopedLock lock(&lock_);
  u64 number = atomic_load(&last_, memory_order_relaxed) + 1;
  passages_[number % kPassages] = {number,  from,    left, family,
                                   element, nullptr, 0};
  atomic_store(&last_, number, memory_order_relaxed);
  return number;
}

void Passages::End(u64 number, Watch *to, u64 arrived) {
  ScopedLock lock(&lock_);
  Passage *passage = &passages_[number % kPassages];
  if (passage->number != number)
    return; // forgotten
  passage->to = to;
  passage->arrived = arrived;
}

void Passages::ForgetFamilies() {
  ScopedLock lock(&lock_);
  for (Passage &passage : passages_)
    passage.family = nullptr;
}

template <class Fits> bool Passages::FindLatest(Fits fits, Passage *passage) {
  // (Who has seen it leave sees that there is one.)
  if (!atomic_load(&last_, memory_order_relaxed))
    return false;
  ScopedLock lock(&lock_);
  u64 last = atomic_load(&last_, memory_order_relaxed);
  for (u64 number = last; number && last - number < kPassages; number--) {
    const Passage &found = passages_[number % kPassages];
    if (fits(found)) {
      *passage = found;
      return true;
    }
  }
  return false;
}

bool Passages::Find(const Watch *from, u64 left, Passage *passage) {
  return FindLatest(
      [=](const Passage &p) { return p.from == from && p.left == left; },
      passage);
}

bool Passages::FindElement(uptr element, Passage *passage) {
  return FindLatest([=](const Passage &p) { return p.element == element; },
                    passage);
}

} // namespace __mapsan
