// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the harness knows of a container under test: a table of rows, each an
// operation on a fresh fixture. The rows are in rows/*.inc, compiled once per
// container by operations.cpp; harness.cpp runs them.

#ifndef MAPSAN_TEST_SUBJECT_H
#define MAPSAN_TEST_SUBJECT_H

struct Fixture; // the maps and arguments of one run of one row

/// What a row must have done to a map, by the effective policy.
enum class Effect { None, Read, Write, Construct, Destroy };

/// Operations that another thread performs on the map of a row, to find out
/// what the row did to it. Each exists once for each trial of a row (trial.h):
/// MapSan reports a pair of call sites once, and a false report must not pass
/// for a duplicate of a true one.
struct Counters {
  static constexpr int kSites = 4;
  void (*read[kSites])(void *map);  // size()
  void (*write[kSites])(void *map); // inserts a key and erases it again
};

/// A map that a row touches.
struct Place {
  void *map;
  unsigned long bytes;
  const Counters *counters;
};

struct Touch {
  Effect effect = Effect::None;
  Place (*place)(Fixture &) = nullptr;
};

/// Which proofs of evidence a row can have.
enum class Proof {
  Full,
  Alone, // it ends the life of the element that a bystander would write
  None,  // its map is one of places.h, which all fixtures share
};

struct Row {
  const char *operation; // row of the catalog: name, discriminators if any
  const char *label;     // overload and circumstances; null: the library has
                         // no such operation
  Touch touches[2];
  void (*run)(Fixture &);
  Proof proof;
};

/// The table of this program, and the words for its container.
extern const Row kRows[];
extern const int kRowCount;
extern const char kContainer[];

/// Maps of `elements` elements. With `room` no later insertion of a few
/// elements rehashes, so that iterators stay valid in unordered containers.
Fixture *NewFixture(const Row &row, int elements, bool room);
/// `ran`: the row's operation was performed.
void DeleteFixture(Fixture *fixture, const Row &row, bool ran);

/// After the row's own operation.
void FinishRow(Fixture &fixture, const Row &row);
/// After what another operation did to it.
void RefreshFixture(Fixture &fixture);

/// A word inside an element that is neither key nor structure: another thread
/// may write it while a map operation runs that does not end its life.
volatile int *ElementOf(Fixture &fixture);

#endif // MAPSAN_TEST_SUBJECT_H
