// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases20 -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases20 -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %cases20 -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases20 -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: a stop request happens before who sees it; registering a callback
// happens before its call, and the call before the callback's destruction;
// jthread joins, and nothing else about stop states orders anything.

#include "cases.h"
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

static void Is(bool value, bool expected) {
  if (value != expected)
    __builtin_abort();
}

// One thread writes the map, then does First; the other does Second, then
// writes the map. A source and two tokens of it.
#define HANDOVER(Expected, Rule, Name, First, Second)                          \
  Expected(Name, Rule) {                                                       \
    std::stop_source s;                                                        \
    [[maybe_unused]] std::stop_source *s1 = new std::stop_source(s),           \
                                      *s2 = new std::stop_source(s);           \
    [[maybe_unused]] std::stop_token *t1 = new std::stop_token(s.get_token()), \
                                     *t2 = new std::stop_token(s.get_token()); \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          First;                                                               \
        },                                                                     \
        [&] {                                                                  \
          Second;                                                              \
          WRITE;                                                               \
        });                                                                    \
  }

HANDOVER(SILENT, "atomic_acquire", seen_by_token, Is(s.request_stop(), true),
         Is(t2->stop_requested(), true))
HANDOVER(SILENT, "atomic_acquire", seen_by_source, Is(s.request_stop(), true),
         Is(s2->stop_requested(), true))
HANDOVER(RACE, NO_RULE, another_source, std::stop_source other;
         other.request_stop(); s.request_stop(), std::stop_source third;
         third.request_stop(); Is(third.stop_requested(), true))
HANDOVER(RACE, NO_RULE, not_seen, Is(t1->stop_requested(), false),
         Is(t2->stop_requested(), false))
HANDOVER(RACE, NO_RULE, possible, Is(t1->stop_possible(), true),
         Is(t2->stop_possible(), true))
HANDOVER(RACE, NO_RULE, tokens_copied, std::stop_token copy = *t1,
         std::stop_token copy = *t2)
HANDOVER(RACE, NO_RULE, sources_copied, std::stop_source copy = *s1,
         std::stop_source copy = *s2)
HANDOVER(RACE, "catalog_inside", tokens_dropped, delete t1, delete t2)
HANDOVER(RACE, "catalog_inside", sources_dropped, delete s1, delete s2)
HANDOVER(RACE, NO_RULE, source_dropped_and_state_asked, delete s1,
         Is(t2->stop_requested(), false))
HANDOVER(RACE, "catalog_inside", callbacks_registered,
         (void)new std::stop_callback(*t1, [] {}),
         (void)new std::stop_callback(*t2, [] {}))
HANDOVER(
    RACE, "catalog_inside", callbacks_come_and_go,
    { std::stop_callback c(*t1, [] {}); },
    { std::stop_callback c(*t2, [] {}); })

RACE(after_the_request) {
  std::stop_source s;
  InTurn(
      [&] {
        s.request_stop();
        WRITE;
      },
      [&] {
        Is(s.stop_requested(), true);
        WRITE;
      });
}

// Sources are counted, relaxed, in the word that the request is written to; a
// fence after that is none of the library's.
RACE(counting_sources_and_a_fence, "catalog_inside") {
  std::stop_source s;
  InTurn(
      [&] {
        WRITE;
        s.request_stop();
      },
      [&] {
        {
          std::stop_source copy = s;
        }
        std::atomic_thread_fence(std::memory_order_acquire);
        WRITE;
      });
}

// --- callbacks

SILENT(callback_runs_in_the_requester, "thread_join") {
  std::stop_source s;
  std::stop_callback registered(s.get_token(), [&] { WRITE; });
  InTurn([&] { s.request_stop(); });
  WRITE;
}
SILENT(registration_before_the_call, "stop_callback") {
  std::stop_source s;
  auto callback = [&] { WRITE; };
  alignas(16) char memory[128];
  InTurn(
      [&] {
        WRITE;
        new (memory)
            std::stop_callback<decltype(callback)>(s.get_token(), callback);
      },
      [&] { s.request_stop(); });
}
SILENT(registered_too_late, "atomic_acquire") {
  std::stop_source s;
  InTurn(
      [&] {
        WRITE;
        s.request_stop();
      },
      [&] { std::stop_callback now(s.get_token(), [&] { WRITE; }); });
}
RACE(after_registration) {
  std::stop_source s;
  auto callback = [&] { WRITE; };
  alignas(16) char memory[128];
  InTurn(
      [&] {
        new (memory)
            std::stop_callback<decltype(callback)>(s.get_token(), callback);
        WRITE;
      },
      [&] { s.request_stop(); });
}
// The destructor waits for a call under way.
SILENT(call_before_destruction, "atomic_acquire") {
  std::stop_source s;
  auto callback = [&] {
    step.Done();
    for (int i = 0; i < 1000000; i++)
      asm volatile("" ::: "memory");
    WRITE;
  };
  auto registered =
      new std::stop_callback<decltype(callback)>(s.get_token(), callback);
  Together([&] { s.request_stop(); },
           [&] {
             step.WaitFor(1);
             delete registered;
             WRITE;
           });
}
// A call that is long over is no different.
SILENT(call_long_before_destruction, "atomic_acquire") {
  std::stop_source s;
  auto callback = [&] { WRITE; };
  auto registered =
      new std::stop_callback<decltype(callback)>(s.get_token(), callback);
  InTurn([&] { s.request_stop(); },
         [&] {
           delete registered;
           WRITE;
         });
}
RACE(call_of_another_callback) {
  std::stop_source s;
  auto callback = [&] { WRITE; };
  auto other = [] {};
  std::stop_callback<decltype(callback)> registered(s.get_token(), callback);
  auto dropped = new std::stop_callback<decltype(other)>(s.get_token(), other);
  InTurn([&] { s.request_stop(); },
         [&] {
           delete dropped;
           WRITE;
         });
}
SILENT(callback_that_locks, "mutex") {
  std::stop_source s;
  std::mutex m;
  std::stop_callback registered(s.get_token(), [&] {
    std::lock_guard lock(m);
    WRITE;
  });
  InTurn([&] { s.request_stop(); },
         [&] {
           std::lock_guard lock(m);
           WRITE;
         });
}

// --- jthread

SILENT(jthread_joins, "thread_create", "thread_join") {
  WRITE;
  {
    std::jthread thread([&] { WRITE; });
  }
  WRITE;
}
SILENT(jthread_joined, "thread_join") {
  std::jthread thread([&] { WRITE; });
  thread.join();
  WRITE;
}
SILENT(jthread_moved, "thread_join") {
  std::jthread thread([&] { WRITE; });
  thread = std::jthread([] {});
  WRITE;
}
SILENT(jthread_stops, "atomic_release", "thread_join") {
  std::jthread thread([&](std::stop_token token) {
    while (!token.stop_requested())
      ;
    WRITE;
  });
  WRITE;
  thread.request_stop();
  thread.join();
  WRITE;
}
RACE(jthread_not_joined) {
  std::jthread thread([&](std::stop_token token) {
    WRITE;
    step.Done();
    while (!token.stop_requested())
      ;
  });
  step.WaitFor(1);
  WRITE;
}
RACE(jthread_stopped_but_not_joined) {
  std::jthread thread([&](std::stop_token token) {
    while (!token.stop_requested())
      ;
    WRITE;
    step.Done();
  });
  thread.request_stop();
  step.WaitFor(1);
  WRITE;
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 28 cases
