// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A thread's own part.

#include "worker.h"
#include "stage.h"

#include <cstdlib>
#include <unistd.h>

namespace differential {

static thread_local Worker *self;

namespace {
/// Its destructor is what runs after the thread's function.
struct Tail {
  bool wanted = false;
  ~Tail() {
    if (wanted)
      self->PlayAtExit();
  }
};
} // namespace
static thread_local Tail tail;

Worker *Worker::Self() { return self; }

UNSEEN void Worker::Run() {
  self = this;
  tid = static_cast<int>(syscall(SYS_gettid));
  invisible_done(&ready);
  Play();
  if (tail_)
    tail.wanted = true;
}

UNSEEN const Step &Worker::Next() {
  if (!stage->free)
    invisible_wait_for(&go, position_ + 1);
  current_ = own_steps.data()[position_++];
  return stage->program.steps.data()[current_];
}

UNSEEN void Worker::Over() {
  if (!stage->free)
    invisible_done(&done);
}

// What would have been inside a call that ran nothing.
UNSEEN void Worker::SkipToEnd() {
  while (Next().verb != end)
    ;
}

UNSEEN static int Do(Worker &self, const Step &step) {
  Stage &stage = *self.stage;
  switch (step.verb) {
  case create:
  case join:
  case tryjoin:
  case timedjoin:
  case detach:
    return DoThread(self, step);
  case read:
  case write:
  case hit:
  case iterate:
  case erase:
  case construct:
  case destroy:
  case recycle:
  case read_:
  case write_:
  case hit_:
  case erase_:
    return stage.map(step.args[0]).Do(self, step);
  case unless:
    return 0;
  case gate:
    stage.Gate(step.args[0]);
    return 0;
  case spin:
    for (int i = 0; i < step.args[0]; i++)
      asm volatile("pause");
    return 0;
  case reborn:
    stage.object(step.args[0]).Reborn();
    return 0;
  case renewed:
    stage.object(step.args[0]).Renewed();
    return 0;
  case fence:
  case builtin_fence:
  case signal_fence:
  case sync_fence:
    return DoFence(step);
  default:
    return stage.object(step.args[0]).get()->Do(self, step);
  }
}

// Returns 0 at `end`, 1 at `raise`, 2 at `tls` and 3 at `exit`; the step that
// it returned at is not over yet.
UNSEEN int Worker::Play() {
  for (;;) {
    const Step &step = Next();
    switch (step.verb) {
    case end:
      return 0;
    case raise:
      return 1;
    case tls:
      tail_ = true;
      return 2;
    case exit:
      return 3;
    default:
      break;
    }
    if (step.mode == Mode::Blocks)
      invisible_done(&entered);
    int at = current_;
    unsigned long begin = stage->free ? __builtin_ia32_rdtsc() : 0;
    int result = Do(*this, step);
    if (stage->free) {
      stage->Observed(at, begin, result);
      if (step.verb == once_ && !result)
        SkipToEnd();
      if (step.verb == unless)
        left_out_ = step.args[0];
      else if (left_out_) {
        position_ += result ? 0 : left_out_;
        left_out_ = 0;
      }
      continue;
    }
    stage->Returned(current_, result);
    Over();
  }
}

UNSEEN int Worker::PlayInside() {
  Over();
  return Play();
}

UNSEEN void Worker::PlayAtExit() {
  Over();
  if (Play() != 3)
    std::abort();
}

} // namespace differential
