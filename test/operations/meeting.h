// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A place where two threads meet without MapSan's knowledge: it brings a race
// into one schedule and orders nothing in MapSan's eyes.

#ifndef MAPSAN_TEST_MEETING_H
#define MAPSAN_TEST_MEETING_H

#include <climits>
#include <linux/futex.h>
#include <sys/syscall.h>

/// Both threads return from meet() after both have called it. Inline assembly
/// throughout: neither the pass nor an interceptor sees any of it.
class Meeting {
public:
  void meet() {
    int round = load(Rounds);
    if (increment(Arrived) % 2 == 0) {
      futex(FUTEX_WAIT_PRIVATE, round);
      while (load(Rounds) == round)
        futex(FUTEX_WAIT_PRIVATE, round);
      return;
    }
    increment(Rounds);
    futex(FUTEX_WAKE_PRIVATE, INT_MAX);
  }

  static int load(int &word) {
    int value;
    asm volatile("movl %1, %0" : "=r"(value) : "m"(word) : "memory");
    return value;
  }
  static void store(int &word, int value) {
    asm volatile("xchgl %0, %1" : "+r"(value), "+m"(word) : : "memory");
  }

private:
  static int increment(int &word) {
    int before = 1;
    asm volatile("lock xaddl %0, %1" : "+r"(before), "+m"(word) : : "memory");
    return before;
  }
  void futex(long operation, long value) {
    register long timeout asm("r10") = 0;
    long result;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(SYS_futex), "D"(&Rounds), "S"(operation), "d"(value),
                   "r"(timeout)
                 : "rcx", "r11", "memory");
  }

  int Arrived = 0, Rounds = 0;
};

#endif // MAPSAN_TEST_MEETING_H
