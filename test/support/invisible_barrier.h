/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Turns that force threads into one schedule and order nothing in MapSan's (or
 * ThreadSanitizer's) eyes: inline assembly throughout, so that neither a pass
 * nor an interceptor sees any of it. C and C++. */

#ifndef MAPSAN_TEST_INVISIBLE_BARRIER_H
#define MAPSAN_TEST_INVISIBLE_BARRIER_H

#include <linux/futex.h>
#include <sys/syscall.h>

/* How many turns are over. Starts at zero. */
typedef struct invisible_step {
  int over;
} invisible_step;

#if defined(__x86_64__)

static inline int invisible_load(const int *word) {
  int value;
  __asm__ volatile("movl %1, %0" : "=r"(value) : "m"(*word) : "memory");
  return value;
}

static inline void invisible_increment(int *word) {
  __asm__ volatile("lock incl %0" : "+m"(*word) : : "memory", "cc");
}

static inline void invisible_futex(int *word, long what, long value) {
  register long timeout __asm__("r10") = 0;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"((long)SYS_futex), "D"(word), "S"(what), "d"(value),
                     "r"(timeout)
                   : "rcx", "r11", "memory");
}

#elif defined(__aarch64__)

static inline int invisible_load(const int *word) {
  int value;
  __asm__ volatile("ldar %w0, %1" : "=r"(value) : "Q"(*word) : "memory");
  return value;
}

static inline void invisible_increment(int *word) {
  int value, failed;
  __asm__ volatile("1: ldaxr %w0, %2\n"
                   "   add %w0, %w0, #1\n"
                   "   stlxr %w1, %w0, %2\n"
                   "   cbnz %w1, 1b\n"
                   "   dmb ish"
                   : "=&r"(value), "=&r"(failed), "+Q"(*word)
                   :
                   : "memory");
}

static inline void invisible_futex(int *word, long what, long value) {
  register long x8 __asm__("x8") = SYS_futex;
  register long x0 __asm__("x0") = (long)word;
  register long x1 __asm__("x1") = what;
  register long x2 __asm__("x2") = value;
  register long x3 __asm__("x3") = 0;
  __asm__ volatile("svc #0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3)
                   : "memory");
}

#else
#error "a barrier in this machine's assembly is wanted here"
#endif

/* Returns when `turns` turns are over. */
static inline void invisible_wait_for(invisible_step *step, int turns) {
  for (;;) {
    int over = invisible_load(&step->over);
    if (over >= turns)
      return;
    invisible_futex(&step->over, FUTEX_WAIT_PRIVATE, over);
  }
}

/* One more turn is over. */
static inline void invisible_done(invisible_step *step) {
  invisible_increment(&step->over);
  invisible_futex(&step->over, FUTEX_WAKE_PRIVATE, 1 << 30);
}

#ifdef __cplusplus
namespace invisible {

/// The same as a class. Any number of threads; constant-initialised.
///
///   thread A: table.insert(...); step.Done();
///   thread B: step.WaitFor(1);   table.insert(...);   // a race, every time
class Step {
public:
  void WaitFor(int turns) { invisible_wait_for(&step_, turns); }
  void Done() { invisible_done(&step_); }

private:
  invisible_step step_ = {0};
};

} // namespace invisible
#endif

#endif /* MAPSAN_TEST_INVISIBLE_BARRIER_H */
