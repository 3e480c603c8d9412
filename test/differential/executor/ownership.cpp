// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reference counts, stop tokens, and annotations.

#include "object.h"
#include "worker.h"

#include <mapsan/interface.h>
#include <memory>
#include <stop_token>
#include <vector>

#ifdef PROXY
extern "C" void __tsan_acquire(void *);
extern "C" void __tsan_release(void *);
#endif

namespace differential {
namespace {

/// As many owners as its size says; which one goes does not matter, so that
/// each verb takes the last.
struct Owners : Object {
  std::unique_ptr<std::shared_ptr<int>[]> owners;
  std::weak_ptr<int> observer;
  int count;

  explicit Owners(int size)
      : owners(new std::shared_ptr<int>[64]), count(size) {
    owners[0] = std::shared_ptr<int>(new int);
    for (int i = 1; i < size; i++)
      owners[i] = owners[0];
    observer = owners[0];
  }

  UNSEEN std::shared_ptr<int> &Take() { return owners.get()[--count]; }
  UNSEEN std::shared_ptr<int> &Add() { return owners.get()[count++]; }
  UNSEEN std::shared_ptr<int> &Any() { return owners.get()[count - 1]; }

  int Do(Worker &, const Step &step) override {
    switch (step.verb) {
    case own: {
      auto &from = Any();
      Add() = from;
      return 1;
    }
    case release:
      Take().reset();
      return count == 0;
    case revive:
      return observer.lock() != nullptr;
    default:
      Unknown("a shared_ptr", step.verb);
    }
  }
};

#ifdef __cpp_lib_jthread
struct Stop : Object {
  std::stop_source source;
  std::stop_token token = source.get_token();

  int Do(Worker &, const Step &step) override {
    switch (step.verb) {
    case stop:
      return source.request_stop();
    case stopped:
      return token.stop_requested();
    default:
      Unknown("a stop source", step.verb);
    }
  }
};
KindOf<Stop> b("stop_source");
#endif

struct Annotated : Object {
  int word = 0;

  int Do(Worker &, const Step &step) override {
    switch (step.verb) {
    case annotate_release:
      mapsan_release(&word);
#ifdef PROXY
      __tsan_release(&word);
#endif
      return 1;
    case annotate_acquire:
      mapsan_acquire(&word);
#ifdef PROXY
      __tsan_acquire(&word);
#endif
      return 1;
    default:
      Unknown("an annotated word", step.verb);
    }
  }
};

KindOf<Owners> a("shared_ptr");
KindOf<Annotated> c("annotated");

} // namespace
} // namespace differential
