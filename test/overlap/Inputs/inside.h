// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Programs that hold threads inside map operations. Each case prints what was
// found in it, both sides with operation and function:
//
//   CASE(read_insert) { During([] { look(1); }, [] { insert(2); }); }
//
//   read_insert: concurrent map read and map write, overlap
//     current: emplace (inserted, size 1 -> 2) in insert
//     previous: find in look
//   reads: silent

#ifndef MAPSAN_TEST_OVERLAP_INSIDE_H
#define MAPSAN_TEST_OVERLAP_INSIDE_H

#include "invisible_barrier.h"
#include <mapsan/interface.h>

#include <cstdio>
#include <cstring>
#include <new>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <unordered_map>

using invisible::Step;

// --- functors that hold a thread

/// What the next functor does in this thread. Taken when it is met.
struct Stop {
  enum Where { Nowhere, InHash, InEqual, InCopy, InDestructor } where;
  void (*act)(void *);
  void *arg;
};
inline thread_local Stop stop;

inline void Meet(Stop::Where here) {
  if (stop.where != here)
    return;
  stop.where = Stop::Nowhere;
  stop.act(stop.arg);
}

struct Hash {
  std::size_t operator()(int key) const {
    Meet(Stop::InHash);
    return static_cast<std::size_t>(key);
  }
};
struct Equal {
  bool operator()(int a, int b) const {
    Meet(Stop::InEqual);
    return a == b;
  }
};
struct Value {
  Value(int number = 0) : number(number) {
    if (number < 0)
      throw std::runtime_error("no such value");
  }
  Value(const Value &other) : number(other.number) { Meet(Stop::InCopy); }
  Value &operator=(const Value &other) {
    number = other.number;
    Meet(Stop::InCopy);
    return *this;
  }
  ~Value() { Meet(Stop::InDestructor); }
  int number;
};
using Table = std::unordered_map<int, Value, Hash, Equal>;

// --- operations, each at one place. Kept: no case meets another's remains.

inline Table *table, *other;

inline void look(int key) { (void)table->find(key); }
inline void tally(int key) { (void)table->count(key); }
inline void iterate() { (void)table->begin(); }
inline void insert(int key) { table->emplace(key, 0); }
inline void index_by(int key) { (void)(*table)[key]; }
inline void remove(int key) { table->erase(key); }
inline void overwrite(int key) { table->insert_or_assign(key, Value(5)); }
inline void copy() { *table = *other; }
inline void exchange() { table->swap(*other); }
inline void look_other(int key) { (void)other->find(key); }
inline void insert_other(int key) { other->emplace(key, 0); }
inline void destroy() { table->~Table(); }
inline void construct() { new (table) Table(4); }
inline void construct_as_other() { new (table) Table(*other); }

// --- threads

/// Runs `first` until it is inside at `where`, then all of `second`, then the
/// rest of `first`.
template <class First, class Second>
void During(First first, Second second, Stop::Where where = Stop::InHash) {
  Step step;
  std::thread a([&] {
    stop = {where,
            [](void *arg) {
              static_cast<Step *>(arg)->Done();
              static_cast<Step *>(arg)->WaitFor(2);
            },
            &step};
    first();
    if (stop.where == Stop::Nowhere)
      return;
    std::puts("UNEXPECTED: the functor was not met");
    step.Done();
  });
  std::thread b([&] {
    step.WaitFor(1);
    second();
    step.Done();
  });
  a.join();
  b.join();
}

/// Two threads go inside, `first` first; then they leave, in the order said.
template <class First, class Second>
void Interleave(First first, Second second, bool first_leaves_first,
                Stop::Where where = Stop::InHash) {
  Step step;
  struct Turn {
    Step *step;
    int leave;
  };
  auto wait = [](void *arg) {
    Turn *turn = static_cast<Turn *>(arg);
    turn->step->Done();
    turn->step->WaitFor(turn->leave);
  };
  Turn turns[] = {{&step, first_leaves_first ? 2 : 3},
                  {&step, first_leaves_first ? 3 : 2}};
  std::thread a([&] {
    stop = {where, wait, &turns[0]};
    first();
    step.Done();
  });
  std::thread b([&] {
    step.WaitFor(1);
    stop = {where, wait, &turns[1]};
    second();
    step.Done();
  });
  a.join();
  b.join();
}

/// One after the other, each in a thread of its own; both live throughout.
template <class First, class Second> void InTurn(First first, Second second) {
  Step step;
  std::thread a([&] {
    first();
    step.Done();
    step.WaitFor(2);
  });
  std::thread b([&] {
    step.WaitFor(1);
    second();
    step.Done();
  });
  a.join();
  b.join();
}

// --- cases

struct Case {
  const char *name;
  void (*run)();
  Case *next;

  Case(const char *name, void (*run)()) : name(name), run(run), next(nullptr) {
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

inline const char *running;
inline int found;

inline void Tell(const mapsan_report *report) {
  found++;
  std::printf("%s: %s, %s\n", running, report->kind, report->grade);
  std::printf("  current: %s in %s\n", report->current.operation,
              report->current.function);
  std::printf("  previous: %s in %s\n", report->previous.operation,
              report->previous.function);
  // Both stacks, and no word of locks that nobody followed.
  const char *first = std::strstr(report->text, "    #0 ");
  const char *second = first ? std::strstr(first + 1, "    #0 ") : nullptr;
  const char *end = std::strstr(report->text, "  Grade: overlap (both threads "
                                              "were inside the map at once)");
  if (!second || !end || second > end || std::strstr(report->text, "holding"))
    std::printf("UNEXPECTED:\n%s", report->text);
  std::fflush(stdout);
}

// Each in a process of its own, as a pair of places is reported once in one.
inline int RunCases() {
  mapsan_set_report_callback(Tell);
  int count = 0;
  for (Case *c = Case::First(); c; c = c->next, count++) {
    pid_t child = fork();
    if (!child) {
      running = c->name;
      table = new Table;
      other = new Table;
      for (Table *t : {table, other}) {
        t->emplace(1, 1); // an empty one hashes nothing
        t->reserve(64);   // a table that went away would be walked
      }
      c->run();
      if (!found)
        std::printf("%s: silent\n", running);
      std::fflush(stdout);
      _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    if (status)
      std::printf("%s: UNEXPECTED status %d\n", c->name, status);
    std::fflush(stdout);
  }
  std::printf("DONE: %d cases\n", count);
  return 0;
}

#define CASE(Name)                                                             \
  static void Name##_case();                                                   \
  static Case Name##_registered(#Name, Name##_case);                           \
  static void Name##_case()

#endif // MAPSAN_TEST_OVERLAP_INSIDE_H
