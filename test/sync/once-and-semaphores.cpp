// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}

// Intent: what pthread_once (std::call_once) ran happens before every return
// from it; a semaphore's post happens before a wait that succeeded.

#include "cases.h"
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <mutex>
#include <semaphore.h>
#include <unistd.h>

SILENT(call_once, "once") {
  std::once_flag flag;
  auto body = [&] {
    std::call_once(flag, [&] { WRITE; });
    READ;
  };
  InTurn(body, body);
}
RACE(after_call_once) {
  std::once_flag flag;
  auto body = [&] {
    std::call_once(flag, [] {});
    WRITE;
  };
  InTurn(body, body);
}
RACE(another_call_once) {
  std::once_flag flag, other;
  InTurn(
      [&] {
        WRITE;
        std::call_once(flag, [] {});
      },
      [&] {
        std::call_once(other, [] {});
        WRITE;
      });
}
SILENT(call_once_within_call_once, "once") {
  std::once_flag flag, other;
  auto body = [&] {
    std::call_once(flag, [&] { std::call_once(other, [&] { WRITE; }); });
    READ;
  };
  InTurn(body, body);
}
static cases::Map *initialised;
SILENT(pthread_once, "once") {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  initialised = &map;
  auto body = [&] {
    pthread_once(&once, [] { initialised->emplace(1, 1); });
    READ;
  };
  InTurn(body, body);
}

static const timespec kLongAgo = {1, 0};
static const timespec kFarAhead = {1ll << 33, 0};

#define ORDERED(Name) SILENT(Name, "semaphore")
#define FAILS(Name) RACE(Name, "semaphore_try_fails")
#define REBORN(Name) RACE(Name, "life_of_init")

// One thread posts after its write, the other waits before its own.
#define SEMAPHORE(Expected, Name, Post, Wait)                                  \
  Expected(Name) {                                                             \
    sem_t s, t;                                                                \
    sem_init(&s, 0, 0);                                                        \
    sem_init(&t, 0, 1);                                                        \
    InTurn(                                                                    \
        [&] {                                                                  \
          WRITE;                                                               \
          Post;                                                                \
        },                                                                     \
        [&] {                                                                  \
          Wait;                                                                \
          WRITE;                                                               \
        });                                                                    \
  }
SEMAPHORE(ORDERED, wait, sem_post(&s), sem_wait(&s))
SEMAPHORE(ORDERED, trywait, sem_post(&s), sem_trywait(&s))
SEMAPHORE(ORDERED, timedwait, sem_post(&s), sem_timedwait(&s, &kFarAhead))
SEMAPHORE(ORDERED, clockwait, sem_post(&s),
          sem_clockwait(&s, CLOCK_MONOTONIC, &kFarAhead))
SEMAPHORE(RACE, another_semaphore, sem_post(&s), sem_wait(&t))
SEMAPHORE(FAILS, trywait_fails, sem_post(&s); sem_wait(&s), sem_trywait(&s))
SEMAPHORE(FAILS, timedwait_fails, sem_post(&s);
          sem_wait(&s), sem_timedwait(&s, &kLongAgo))
SEMAPHORE(RACE, post_before_the_write, , sem_post(&s); sem_wait(&s))
SEMAPHORE(REBORN, another_life, sem_post(&s), sem_destroy(&s);
          sem_init(&s, 0, 1); sem_wait(&s))
// Named ones. Opened twice, it is one.
SILENT(named, "semaphore") {
  char name[64];
  std::snprintf(name, sizeof name, "/mapsan-test-%d", getpid());
  sem_t *s = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
  sem_t *again = sem_open(name, 0);
  sem_unlink(name);
  if (s == SEM_FAILED || again == SEM_FAILED)
    __builtin_abort();
  InTurn(
      [&] {
        WRITE;
        sem_post(s);
      },
      [&] {
        sem_wait(again);
        WRITE;
      });
  sem_close(again);
  sem_close(s);
}
RACE(another_name) {
  char names[2][64];
  sem_t *s[2];
  for (int i = 0; i < 2; i++) {
    std::snprintf(names[i], sizeof names[i], "/mapsan-test-%d-%d", getpid(), i);
    s[i] = sem_open(names[i], O_CREAT | O_EXCL, 0600, i);
    sem_unlink(names[i]);
    if (s[i] == SEM_FAILED)
      __builtin_abort();
  }
  InTurn(
      [&] {
        WRITE;
        sem_post(s[0]);
      },
      [&] {
        sem_wait(s[1]);
        WRITE;
      });
}
// Two posts: neither poster is ordered after the other, a waiter after both.
SILENT(two_posts, "semaphore", "semaphore_joins") {
  sem_t s;
  sem_init(&s, 0, 0);
  auto poster = [&] {
    READ;
    sem_post(&s);
  };
  InTurn(poster, poster, [&] {
    sem_wait(&s);
    sem_wait(&s);
    WRITE;
  });
}
RACE(posters_among_themselves) {
  sem_t s;
  sem_init(&s, 0, 0);
  auto poster = [&] {
    sem_post(&s);
    WRITE;
    sem_post(&s);
  };
  InTurn(poster, poster);
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 18 cases
