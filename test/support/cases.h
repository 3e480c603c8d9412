// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Many small programs in one: each case has a map of its own, says whether it
// races, and is found out by MapSan's report callback.
//
//   SILENT(guarded, "mutex") {
//     std::mutex m;
//     InTurn([&] { m.lock(); WRITE; m.unlock(); },
//            [&] { m.lock(); WRITE; m.unlock(); });
//   }
//   RACE(two_mutexes) { ... }
//   RACE(try_fails, "mutex_try_fails") { ... }
//
//   int main() { return RunCases(); }
//
// It prints "guarded: silent" and, where the case says otherwise, UNEXPECTED;
// then "DONE: 3 cases".
//
// After its name a case lists the rules that it rests on
// (runtime/clock/mapsan_rules.inc). A silent case has one at least, or NO_RULE
// if there is nothing to be ordered. Built with the debug runtime and
// CASES_WITHOUT_RULES, each case runs again without each of its rules, and then
// the verdict must be the other one: a case that does not need its rule shows
// nothing. "a+b" is one run without both, for what either would order alone.

#ifndef MAPSAN_TEST_CASES_H
#define MAPSAN_TEST_CASES_H

#include "body.h"
#include "invisible_barrier.h"
#include <mapsan/interface.h>
#ifdef CASES_WITHOUT_RULES
#include "without_rules.h"
#endif

#include <cstdio>
#include <cstring>
#include <pthread.h>
#include <unordered_map>
#include <utility>

namespace cases {

using Map = std::unordered_map<int, int>;
using invisible::Step;

/// One case. They link themselves into a list before main.
struct Case {
  static constexpr int kMaxRules = 6;
  const char *name;
  bool races;
  void (*run)(Map &map, Step &step);
  const char *rules[kMaxRules + 1];
  Case *next = nullptr;

  template <class... Rules>
  Case(const char *name, bool races, void (*run)(Map &, Step &), Rules... rules)
      : name(name), races(races), run(run), rules{rules...} {
    static_assert(sizeof...(rules) <= kMaxRules, "a null ends the list");
    *Last() = this;
    Last() = &next;
  }
  static Case *&First() {
    static Case *first;
    return first;
  }
  static Case **&Last() {
    static Case **last = &First();
    return last;
  }
};

inline int reports;
inline void Count(const mapsan_report *) { reports++; }

/// A thread that runs `function`, whatever the C++ library's own would do.
template <class Function> class Thread {
public:
  explicit Thread(Function function) : function_(std::move(function)) {
    if (pthread_create(&thread_, nullptr, Start, this))
      __builtin_abort();
  }
  Thread(const Thread &) = delete;
  void Join() { pthread_join(thread_, nullptr); }
  pthread_t Handle() const { return thread_; }

private:
  static void *Start(void *self) {
    static_cast<Thread *>(self)->function_();
    return nullptr;
  }
  Function function_;
  pthread_t thread_;
};

/// All of them at once, each in a thread of its own.
inline void RunTogether(const Body *first, int count) {
  if (!count)
    return;
  Thread thread(*first);
  RunTogether(first + 1, count - 1);
  thread.Join();
}

/// The same, one after the other.
inline void RunInTurn(const Body *first, int count, int turn, Step &step) {
  if (turn == count)
    return step.Done(); // the first turn begins
  Thread thread([&, turn] {
    step.WaitFor(turn + 1);
    first[turn]();
    step.Done();
  });
  RunInTurn(first, count, turn + 1, step);
  thread.Join();
}

/// All of them at once, each in a thread of its own; they take turns by Steps.
template <class... Functions> void Together(Functions... functions) {
  const Body bodies[] = {functions...};
  RunTogether(bodies, sizeof...(functions));
}

/// Each in a thread of its own, one after the other, unordered: all threads
/// exist before the first turn, and none is joined before the last.
template <class... Functions> void InTurn(Functions... functions) {
  Step step;
  const Body bodies[] = {functions...};
  RunInTurn(bodies, sizeof...(functions), 0, step);
}

/// Runs it on a map of its own. True: something was reported.
inline bool RacesNow(const Case &c) {
  reports = 0;
  // Kept: no case meets another's remains, and threads may outlive theirs. Its
  // construction is not the case's business.
  mapsan_ignore_begin();
  Map *map = new Map;
  mapsan_ignore_end();
  c.run(*map, *new Step);
  return reports > 0;
}

#ifdef CASES_WITHOUT_RULES

/// How many rules it was run without; adds to `unexpected`.
inline int RunWithoutRules(const Case &c, int *unexpected) {
  auto racesNow = [](const void *c) -> int {
    return RacesNow(*static_cast<const Case *>(c));
  };
  int count = 0;
  for (const char *const *rules = c.rules; *rules; rules++) {
    if (!**rules)
      continue; // NO_RULE
    *unexpected += unmoved_without(c.name, *rules, c.races, racesNow, &c);
    count++;
  }
  if (!c.races && !c.rules[0]) {
    std::printf("%s: names no rule UNEXPECTED\n", c.name);
    ++*unexpected;
  }
  return count;
}

#else

inline int RunWithoutRules(const Case &, int *) { return 0; }

#endif // CASES_WITHOUT_RULES

/// Runs those whose name contains argv[1], or all.
inline int RunCases(int argc = 0, char **argv = nullptr) {
  mapsan_set_report_callback(Count);
  int count = 0, unexpected = 0, without = 0;
  auto wanted = [&](const Case *c) {
    return argc < 2 || std::strstr(c->name, argv[1]);
  };
  // First: what a library has done here (libomp) might not work in a child.
  for (Case *c = Case::First(); c; c = c->next)
    if (wanted(c))
      without += RunWithoutRules(*c, &unexpected);
  for (Case *c = Case::First(); c; c = c->next) {
    if (!wanted(c))
      continue;
    bool raced = RacesNow(*c);
    std::printf("%s: %s%s\n", c->name, raced ? "race" : "silent",
                raced == c->races ? "" : " UNEXPECTED");
    std::fflush(stdout);
    count++;
    unexpected += raced != c->races;
  }
  std::printf("DONE: %d cases", count);
  if (without)
    std::printf(", %d runs without a rule", without);
  std::puts("");
  return unexpected != 0;
}

} // namespace cases

using cases::InTurn;
using cases::RunCases;
using cases::Together;

#define MAPSAN_TEST_CASE(Name, Races, ...)                                     \
  static void Name##_case(cases::Map &map, cases::Step &step);                 \
  static cases::Case Name##_registered(                                        \
      #Name, Races, Name##_case __VA_OPT__(, ) __VA_ARGS__);                   \
  static void Name##_case([[maybe_unused]] cases::Map &map,                    \
                          [[maybe_unused]] cases::Step &step)
#define RACE(Name, ...) MAPSAN_TEST_CASE(Name, true, ##__VA_ARGS__)
#define SILENT(Name, ...) MAPSAN_TEST_CASE(Name, false, ##__VA_ARGS__)
#define NO_RULE ""

// Inserts a key of its own; looks for one that is not there. On the case's map,
// each at a call site of its own.
#define WRITE map.emplace(__COUNTER__, 0)
#define READ (void)map.find(-1)

#endif // MAPSAN_TEST_CASES_H
