// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Promises, packaged tasks, and the futures that wait for them.

#include "clocks.h"
#include "object.h"

#include <future>

namespace differential {
namespace {

struct Failure {};

int Get(const std::shared_future<int> &future, const Step &step) {
  if (step.verb == get_for &&
      future.wait_for(milliseconds(step.args[1])) != std::future_status::ready)
    return 0;
  try {
    return future.get();
  } catch (Failure &) {
    return 2;
  }
}

struct Promise : Object {
  std::promise<int> promise;
  std::shared_future<int> future = promise.get_future().share();

  int Do(Worker &, const Step &step) override {
    switch (step.verb) {
    case set:
      promise.set_value(1);
      return 1;
    case set_exception:
      promise.set_exception(std::make_exception_ptr(Failure()));
      return 1;
    case set_at_exit:
      promise.set_value_at_thread_exit(1);
      return 1;
    case get:
    case get_for:
      return Get(future, step);
    default:
      Unknown("a promise", step.verb);
    }
  }
};

struct Task : Object {
  std::packaged_task<int()> task{[this] {
    if (fails)
      throw Failure();
    return 1;
  }};
  bool fails = false;
  std::shared_future<int> future = task.get_future().share();

  int Do(Worker &, const Step &step) override {
    switch (step.verb) {
    case set_exception:
      fails = true;
      [[fallthrough]];
    case set:
      task();
      return 1;
    case get:
    case get_for:
      return Get(future, step);
    default:
      Unknown("a packaged task", step.verb);
    }
  }
};

KindOf<Promise> a("promise");
KindOf<Task> b("packaged_task");

} // namespace
} // namespace differential
