// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The conductor: one step after the other, and the threads that block do block.

#include "stage.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

namespace differential {

static Stage *current;
Stage *Stage::Current() { return current; }

Stage::Stage(const Program &program, bool free) : free(free), program(program) {
  for (const std::string &kind : program.maps)
    maps_.emplace_back(MapCell::Make(kind));
  for (const ObjectDeclaration &object : program.objects)
    objects_.emplace_back(new ObjectCell(object));
  int number = 0;
  for (const ThreadDeclaration &thread : program.threads)
    workers.push_back(new Worker(this, number++, thread.kind));
  results_.reset(new int[program.steps.size()]());
  for (size_t i = 0; i < program.steps.size(); i++)
    if (program.steps[i].mode != Mode::Returns)
      workers[program.steps[i].thread]->own_steps.push_back(
          static_cast<int>(i));
  observations_.reset(new Observation[program.steps.size()]());
  tickets_.reset(new int[program.objects.size() + 1]());
  current = this;
}

Stage::~Stage() { current = nullptr; }

int Stage::reused() const {
  int n = 0;
  for (auto &cell : objects_)
    n += cell->same_address;
  for (auto &cell : maps_)
    n += cell->same_address;
  return n;
}
int Stage::recycled() const {
  int n = 0;
  for (auto &cell : objects_)
    n += cell->times;
  for (auto &cell : maps_)
    n += cell->times;
  return n;
}

// -1: it is none of ours.
int Stage::NumberOf(const void *map) const {
  for (size_t i = 0; i < maps_.size(); i++)
    if (maps_[i]->Contains(map))
      return static_cast<int>(i);
  return -1;
}

void Stage::Report(const void *map) {
  if (race_count_ == kMaxRaces)
    return;
#ifdef PROXY
  races_[race_count_++] = {-1, step_, map};
#else
  // A map may move from life to life, hence at once.
  races_[race_count_++] = {NumberOf(map), step_, map};
#endif
}

std::vector<Race> Stage::races() const {
  std::vector<Race> found;
  for (int i = 0; i < race_count_; i++) {
    Race race = races_[i];
    if (race.map < 0)
      race.map = NumberOf(race.address);
    if (race.map >= 0)
      found.push_back(race);
  }
  return found;
}

/// The kernel says that the thread sleeps: 'S'.
static bool Asleep(int tid) {
  char name[64], text[512];
  std::snprintf(name, sizeof(name), "/proc/self/task/%d/stat", tid);
  int file = open(name, O_RDONLY);
  if (file < 0)
    return false;
  ssize_t size = ::read(file, text, sizeof(text) - 1);
  close(file);
  text[size > 0 ? size : 0] = 0;
  const char *end = std::strrchr(text, ')');
  return end && end[1] && end[2] == 'S';
}

static bool Exists(int tid) { return !syscall(SYS_tgkill, getpid(), tid, 0); }

UNSEEN std::string Stage::Conduct() {
  std::vector<int> done(workers.size()), entered(workers.size()),
      blocked(workers.size());
  auto *begin = reinterpret_cast<void *(*)(void *)>(+[](void *worker) {
    static_cast<Worker *>(worker)->Run();
    return static_cast<void *>(nullptr);
  });
  pthread_t root;
  if (pthread_create(&root, nullptr, begin, workers[0]))
    return "cannot create a thread";
  invisible_wait_for(&workers[0]->ready, 1);
  if (!program.root_joined)
    pthread_detach(root);
  for (step_ = 0; step_ < static_cast<int>(program.steps.size()); step_++) {
    const Step &step = program.steps[step_];
    int t = step.thread;
    Worker *worker = workers[t];
    if (step.mode == Mode::Returns) {
      invisible_wait_for(&worker->done, ++done[t]);
      if (step.has_result && results_[blocked[t]] != step.result)
        return "returned " + std::to_string(results_[blocked[t]]);
      continue;
    }
    invisible_done(&worker->go);
    if (step.mode == Mode::Blocks) {
      blocked[t] = step_;
      invisible_wait_for(&worker->entered, ++entered[t]);
      while (!Asleep(worker->tid)) {
        if (invisible_load(&worker->done.over) > done[t])
          return "does not block";
        sched_yield();
      }
      if (invisible_load(&worker->done.over) > done[t])
        return "does not block";
      continue;
    }
    if (step.verb == exit) {
      while (Exists(worker->tid))
        sched_yield();
      continue;
    }
    invisible_wait_for(&worker->done, ++done[t]);
    if (step.verb == create)
      invisible_wait_for(&workers[step.args[0]]->ready, 1);
    if (step.has_result && results_[step_] != step.result)
      return "returned " + std::to_string(results_[step_]);
  }
  if (program.root_joined)
    pthread_join(root, nullptr);
  return "";
}

void Stage::Gate(int threads) {
  invisible_done(&gate_);
  while (invisible_load(&gate_.over) < threads)
    asm volatile("pause");
}

// The ticket is drawn under the lock itself, so that it is the lock's order; a
// reader looks at how many writers there have been.
void Stage::Observed(int step, unsigned long begin, int result) {
  Observation &o = observations_[step];
  switch (program.steps.data()[step].verb) {
  case lock:
  case trylock:
  case timedlock:
  case clocklock:
  case wrlock:
  case trywrlock:
  case timedwrlock:
  case clockwrlock:
    if (result)
      o.ticket = ++tickets_[program.steps.data()[step].args[0]];
    break;
  case rdlock:
  case tryrdlock:
  case timedrdlock:
  case clockrdlock:
    if (result)
      o.ticket = tickets_[program.steps.data()[step].args[0]];
    break;
  default:
    break;
  }
  o.result = result;
  o.begin = begin;
  o.end = __builtin_ia32_rdtsc();
  o.done = true;
}

UNSEEN void Stage::RunFree() {
  pthread_t root;
  auto *begin = reinterpret_cast<void *(*)(void *)>(+[](void *worker) {
    static_cast<Worker *>(worker)->Run();
    return static_cast<void *>(nullptr);
  });
  if (pthread_create(&root, nullptr, begin, workers[0]))
    std::abort();
  if (!program.root_joined)
    pthread_detach(root);
  for (Worker *worker : workers) {
    invisible_wait_for(&worker->ready, 1);
    while (Exists(worker->tid))
      sched_yield();
  }
  if (program.root_joined)
    pthread_join(root, nullptr);
}

} // namespace differential
