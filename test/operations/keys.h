// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What containers under test hold, and what orders, hashes and compares it.

#ifndef MAPSAN_TEST_KEYS_H
#define MAPSAN_TEST_KEYS_H

#include <cstddef>

// What a library wants of its keys.
#ifndef KEY_MEMBERS
#define KEY_MEMBERS
#endif

/// A key with a word that plays no part in comparisons.
struct Key {
  KEY_MEMBERS
  int number;
  mutable int payload = 0;
  Key(int number = 0) : number(number) {}
};

/// What heterogeneous lookup is given.
struct Probe {
  int number;
};

/// What the order and the hash throw when they meet this key.
struct Thrown {};
constexpr int kThrowing = -1;

template <class Any> const Any &checked(const Any &any) {
  if (any.number == kThrowing)
    throw Thrown();
  return any;
}

struct Hash {
  using is_transparent = void;
  std::size_t operator()(const Key &key) const {
    return checked(key).number * 7u;
  }
  std::size_t operator()(Probe probe) const { return probe.number * 7u; }
};

// No templates: some containers look up whatever these take.
struct Equal {
  using is_transparent = void;
  bool operator()(const Key &left, const Key &right) const {
    return left.number == right.number;
  }
  bool operator()(const Key &left, Probe right) const {
    return left.number == right.number;
  }
  bool operator()(Probe left, const Key &right) const {
    return left.number == right.number;
  }
};

struct Less {
  using is_transparent = void;
  bool operator()(const Key &left, const Key &right) const {
    return checked(left).number < checked(right).number;
  }
  bool operator()(const Key &left, Probe right) const {
    return checked(left).number < right.number;
  }
  bool operator()(Probe left, const Key &right) const {
    return left.number < checked(right).number;
  }
};

// For the comparison of whole containers.
inline bool operator==(const Key &left, const Key &right) {
  return left.number == right.number;
}
inline bool operator<(const Key &left, const Key &right) {
  return left.number < right.number;
}

#endif // MAPSAN_TEST_KEYS_H
