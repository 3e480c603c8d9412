// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A library as it arrives: a header, and code that MapSan does not see.

#ifndef ACME_H
#define ACME_H

namespace acme {

struct Job {
  virtual ~Job() = default;
  virtual void perform() = 0;
};

/// Runs jobs on a thread of its own.
class Pool {
public:
  Pool();
  ~Pool();
  void submit(Job *job);
  /// Waits for all that was submitted.
  void drain();

private:
  struct State;
  State *state_;
};

class Gate {
public:
  void open();
  /// Was it opened within that time?
  bool passed(int milliseconds);

private:
  int state_ = 0;
};

} // namespace acme

#endif // ACME_H
