// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Points in time that calls with a time limit want.

#ifndef MAPSAN_DIFFERENTIAL_CLOCKS_H
#define MAPSAN_DIFFERENTIAL_CLOCKS_H

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>

namespace differential {

/// `milliseconds` from now.
inline timespec Later(int milliseconds, clockid_t clock = CLOCK_REALTIME) {
  timespec now;
  clock_gettime(clock, &now);
  now.tv_sec += milliseconds / 1000;
  now.tv_nsec += milliseconds % 1000 * 1000000L;
  if (now.tv_nsec >= 1000000000)
    now.tv_sec++, now.tv_nsec -= 1000000000;
  return now;
}

/// 1: done, 0: out of time or busy. Anything else is an error of the program.
inline int Outcome(int error) {
  if (error && error != EBUSY && error != ETIMEDOUT && error != EAGAIN)
    std::abort();
  return !error;
}

using std::chrono::milliseconds;

} // namespace differential

#endif // MAPSAN_DIFFERENTIAL_CLOCKS_H
