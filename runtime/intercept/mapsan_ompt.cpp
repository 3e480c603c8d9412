// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How OpenMP finds MapSan. libomp, when it starts, looks for a function named
// ompt_start_tool (OpenMP 5.2, 19.2.1), and an executable's own comes first.
// Without an OpenMP runtime in the process nobody calls it; GCC's libgomp does
// not either.

#include "mapsan_ompt.h"

#include "../entry/mapsan_init.h"
#include <dlfcn.h>

namespace __mapsan {
namespace ompt {

static GetTaskInfo get_task_info;

Task *CurrentTask() {
  Data *data = nullptr;
  // 2: there is a task, and all is known of it.
  if (!get_task_info ||
      get_task_info(0, nullptr, &data, nullptr, nullptr, nullptr) != 2)
    return nullptr;
  return TaskOf(data);
}

static int Initialize(Lookup lookup, int, Data *) {
  auto set_callback =
      reinterpret_cast<SetCallback>(lookup("ompt_set_callback"));
  get_task_info = reinterpret_cast<GetTaskInfo>(lookup("ompt_get_task_info"));
  if (!set_callback)
    return 0;
#define MAPSAN_OMPT_EVENT(Number, Handler, Params)                             \
  set_callback(Number, reinterpret_cast<AnyFunction>(Handler));
#include "mapsan_ompt.inc"
  return 1;
}

static void Finalize(Data *) {}

static StartToolResult tool = {Initialize, Finalize, {0}};

} // namespace ompt
} // namespace __mapsan

/// Where MapSan follows no synchronisation, the tool that would have been found
/// without it.
extern "C"
    __attribute__((visibility("default"))) __mapsan::ompt::StartToolResult *
    ompt_start_tool(unsigned version, const char *runtime) {
  using namespace __mapsan;
  if (Active() && !NobodySynchronises())
    return &ompt::tool;
  void *next = dlsym(RTLD_NEXT, "ompt_start_tool");
  return next ? reinterpret_cast<decltype(&ompt_start_tool)>(next)(version,
                                                                   runtime)
              : nullptr;
}
