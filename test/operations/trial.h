// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The trials that a row goes through: its operation on one thread, a counter
// operation on another, in either sequence, and what MapSan must say.

#ifndef MAPSAN_TEST_TRIAL_H
#define MAPSAN_TEST_TRIAL_H

#include "subject.h"

enum class Verdict { Silent, Race };

struct Trial {
  const char *name;
  bool row_first;      // else the counter operation comes first
  bool counter_writes; // else it reads
  bool ordered;        // both hold the same mutex, one after the other
  Verdict verdict;

  /// Which of Counters is its own.
  int Site() const { return (row_first ? 1 : 0) + (ordered ? 2 : 0); }
};

constexpr Trial kReadTrials[] = {
    {"race: then a write", true, true, false, Verdict::Race},
    {"race: after a write", false, true, false, Verdict::Race},
    {"norace: then a read", true, false, false, Verdict::Silent},
    {"norace: after a read", false, false, false, Verdict::Silent},
    {"norace: then a write, ordered", true, true, true, Verdict::Silent},
    {"norace: after a write, ordered", false, true, true, Verdict::Silent},
};

constexpr Trial kWriteTrials[] = {
    {"race: then a read", true, false, false, Verdict::Race},
    {"race: after a read", false, false, false, Verdict::Race},
    {"race: then a write", true, true, false, Verdict::Race},
    {"race: after a write", false, true, false, Verdict::Race},
    {"norace: then a read, ordered", true, false, true, Verdict::Silent},
    {"norace: after a read, ordered", false, false, true, Verdict::Silent},
    {"norace: then a write, ordered", true, true, true, Verdict::Silent},
    {"norace: after a write, ordered", false, true, true, Verdict::Silent},
};

// What was done to an object's earlier life does not race with a constructor.
constexpr Trial kConstructTrials[] = {
    {"race: then a read", true, false, false, Verdict::Race},
    {"race: then a write", true, true, false, Verdict::Race},
    {"norace: then a read, ordered", true, false, true, Verdict::Silent},
    {"norace: then a write, ordered", true, true, true, Verdict::Silent},
};

// Only size() is harmless on an object that is gone.
constexpr Trial kDestroyTrials[] = {
    {"race: then a read", true, false, false, Verdict::Race},
    {"race: after a read", false, false, false, Verdict::Race},
    {"race: after a write", false, true, false, Verdict::Race},
    {"norace: after a read, ordered", false, false, true, Verdict::Silent},
    {"norace: after a write, ordered", false, true, true, Verdict::Silent},
};

template <class Callback> void ForEachTrial(Effect effect, Callback callback) {
  auto each = [&](const auto &trials) {
    for (const Trial &trial : trials)
      callback(trial);
  };
  switch (effect) {
  case Effect::None:
    return;
  case Effect::Read:
    return each(kReadTrials);
  case Effect::Write:
    return each(kWriteTrials);
  case Effect::Construct:
    return each(kConstructTrials);
  case Effect::Destroy:
    return each(kDestroyTrials);
  }
}

#endif // MAPSAN_TEST_TRIAL_H
