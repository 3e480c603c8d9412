// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The subject of the consumer projects: a table that two threads use one after
// the other. Without FIXED nothing that a C++ program may rely on orders them:
// the flag is a volatile, which MapSan rightly takes for no synchronisation.

#ifndef SESSIONS_H
#define SESSIONS_H

#include <map>
#include <mutex>
#include <string>

#include <sched.h>

class Sessions {
public:
  void login(const std::string &User) {
    Guard G(Mutex);
    Table[User] = 1;
  }
  bool isKnown(const std::string &User) {
    Guard G(Mutex);
    return Table.count(User) != 0;
  }

private:
#ifdef FIXED
  using Guard = std::lock_guard<std::mutex>;
#else
  struct Guard {
    explicit Guard(std::mutex &) {}
  };
#endif
  std::mutex Mutex;
  std::map<std::string, int> Table;
};

// Orders two threads in time and in nothing else.
inline volatile bool &stepDone() {
  static volatile bool Done = false;
  return Done;
}
inline void awaitStep() {
  while (!stepDone())
    sched_yield();
}

#endif // SESSIONS_H
