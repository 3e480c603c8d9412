// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a program plays on: its maps, objects and threads; and the conductor,
// who has its steps done one after the other.

#ifndef MAPSAN_DIFFERENTIAL_STAGE_H
#define MAPSAN_DIFFERENTIAL_STAGE_H

#include "object.h"
#include "worker.h"

#include <memory>

namespace differential {

/// A race that was reported. Of the proxy the address alone is known at first.
struct Race {
  int map;
  int step;
  const void *address;
};

/// What a thread saw of a step, when nobody conducts.
struct Observation {
  bool done;
  int result;
  int ticket;               // of a lock: how many have had it before
  unsigned long begin, end; // time stamps
};

/// One run of one program.
class Stage {
public:
  /// `free`: without a conductor.
  Stage(const Program &program, bool free);
  ~Stage();

  const bool free;

  const Program &program;
  std::vector<Worker *> workers; // kept for ever: threads may outlive the run

  /// Runs it. Empty, or what went otherwise than the program says.
  std::string Conduct();

  /// Lets its threads run freely. What they saw is in observations().
  void RunFree();
  const Observation &observation(int step) const { return observations_[step]; }
  /// By a worker.
  UNSEEN void Observed(int step, unsigned long begin, int result);
  /// Returns when `threads` threads have come here.
  void Gate(int threads);

  MapCell &map(int number) { return *maps_[number]; }
  ObjectCell &object(int number) { return *objects_[number]; }
  /// By a worker: what its step returned.
  UNSEEN void Returned(int step, int result) { results_[step] = result; }
  /// By whoever reports: a race on the map at this address.
  IN_REPORT void Report(const void *map);

  std::vector<Race> races() const;
  /// The first step of each thread etc.
  int steps() const { return step_; }
  int reused() const;
  int recycled() const;

  /// The one that plays now.
  IN_REPORT static Stage *Current();

private:
  int NumberOf(const void *map) const;
  std::string WaitFor(const Step &step, Worker *worker, int *done);

  std::vector<std::unique_ptr<MapCell>> maps_;
  std::vector<std::unique_ptr<ObjectCell>> objects_;
  std::unique_ptr<int[]> results_;
  std::unique_ptr<Observation[]> observations_;
  std::unique_ptr<int[]> tickets_;
  invisible_step gate_ = {0};
  int step_ = 0;
  static constexpr int kMaxRaces = 256;
  Race races_[kMaxRaces];
  int race_count_ = 0;
};

} // namespace differential

#endif // MAPSAN_DIFFERENTIAL_STAGE_H
