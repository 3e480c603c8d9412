// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Threads, created and waited for in every way there is.

#include "object.h"
#include "stage.h"

#include <cstdlib>
#include <ctime>
#include <future>
#include <pthread.h>
#include <thread>
#include <threads.h>

namespace differential {

static void *Begin(void *worker) {
  static_cast<Worker *>(worker)->Run();
  return nullptr;
}
static void *BeginAndExit(void *worker) {
  static_cast<Worker *>(worker)->Run();
  pthread_exit(nullptr);
}
static int BeginC11(void *worker) {
  static_cast<Worker *>(worker)->Run();
  return 0;
}
static int BeginC11AndExit(void *worker) {
  static_cast<Worker *>(worker)->Run();
  thrd_exit(0);
}

static pthread_t Posix(Worker &child) {
  return reinterpret_cast<pthread_t>(child.handle);
}
static void *Handle(pthread_t handle) {
  return reinterpret_cast<void *>(handle);
}

static timespec Soon() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  now.tv_sec += 30;
  return now;
}

// (Handles are allocated and never freed: an object at a new address each time.)
static int Create(Worker &child) {
#ifdef PROXY
  // ThreadSanitizer does not know C11 threads, and dies in one; with libc++'s
  // unwinder it dies in pthread_exit.
  if (child.kind.starts_with("c11") || child.kind == "pthread_exit")
    child.kind = "pthread";
#endif
  const std::string &kind = child.kind;
  pthread_t handle;
  if (kind == "pthread" || kind == "pthread_exit") {
    if (pthread_create(&handle, nullptr,
                       kind == "pthread" ? Begin : BeginAndExit, &child))
      std::abort();
    child.handle = Handle(handle);
  } else if (kind == "pthread_detached") {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&handle, &attributes, Begin, &child))
      std::abort();
    pthread_attr_destroy(&attributes);
  } else if (kind == "c11" || kind == "c11_exit") {
    thrd_t thread;
    if (thrd_create(&thread, kind == "c11" ? BeginC11 : BeginC11AndExit,
                    &child) != thrd_success)
      std::abort();
    child.handle = Handle(thread);
  } else if (kind == "std_thread") {
    child.handle = new std::thread([&child] { child.Run(); });
  } else if (kind == "async") {
    child.handle = new std::future<void>(
        std::async(std::launch::async, [&child] { child.Run(); }));
#ifdef __cpp_lib_jthread
  } else if (kind == "jthread") {
    child.handle = new std::jthread([&child] { child.Run(); });
#endif
  } else {
    std::abort();
  }
  return 0;
}

static int Join(Worker &child) {
  const std::string &kind = child.kind;
  if (kind.starts_with("pthread"))
    return pthread_join(Posix(child), nullptr);
  if (kind.starts_with("c11"))
    return thrd_join(Posix(child), nullptr) != thrd_success;
  if (kind == "std_thread")
    static_cast<std::thread *>(child.handle)->join();
  else if (kind == "async")
    static_cast<std::future<void> *>(child.handle)->get();
#ifdef __cpp_lib_jthread
  else if (kind == "jthread")
    delete static_cast<std::jthread *>(child.handle);
#endif
  return 0;
}

int DoThread(Worker &self, const Step &step) {
  Worker &child = *self.stage->workers.data()[step.args[0]];
  timespec until = Soon();
  switch (step.verb) {
  case create:
    return Create(child);
  case join:
    return Join(child);
  case tryjoin:
    return pthread_tryjoin_np(Posix(child), nullptr) ? 0 : 1;
  case timedjoin:
    return pthread_timedjoin_np(Posix(child), nullptr, &until) ? 0 : 1;
  case detach:
    if (child.kind.starts_with("pthread"))
      return pthread_detach(Posix(child));
    if (child.kind.starts_with("c11"))
      return thrd_detach(Posix(child)) != thrd_success;
    if (child.kind == "std_thread")
      static_cast<std::thread *>(child.handle)->detach();
#ifdef __cpp_lib_jthread
    else if (child.kind == "jthread")
      static_cast<std::jthread *>(child.handle)->detach();
#endif
    return 0;
  default:
    Unknown("a thread", step.verb);
  }
}

} // namespace differential
