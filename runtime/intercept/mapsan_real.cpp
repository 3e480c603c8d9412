// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds the real functions behind our interceptors.

#include "mapsan_real.h"
#include "mapsan_early_malloc.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_libc.h"
#include <dlfcn.h>

// Another sanitizer's interceptors, linked into this very module.
extern "C" {
#define MAPSAN_INTERCEPTOR(Return, Name, Params, Version)                      \
  SANITIZER_WEAK_ATTRIBUTE Return ___interceptor_##Name Params;
#define MAPSAN_ALLOCATOR(Return, Name, Params)                                 \
  MAPSAN_INTERCEPTOR(Return, Name, Params, nullptr)
#define MAPSAN_CXX_RUNTIME(Return, Name, Params)                               \
  MAPSAN_INTERCEPTOR(Return, Name, Params, nullptr)
#include "mapsan_interceptors.inc"
}

namespace __mapsan {
namespace {

// What a real:: pointer holds until its function is looked up: `slot` is the
// pointer itself.
template <class Function> struct Lazily;
template <class Return, class... Params> struct Lazily<Return (*)(Params...)> {
  template <Return (**slot)(Params...)> static Return Call(Params... params) {
    ResolveRealFunctions();
    return (*slot)(params...);
  }
};

// Of a function that this C library does not have.
template <class Function> struct Absent;
template <class Return, class... Params> struct Absent<Return (*)(Params...)> {
  static Return Call(Params...) {
    Report("MapSanitizer: the program calls a function that its C library "
           "does not have\n");
    Die();
  }
};

} // namespace

namespace real {
#define MAPSAN_INTERCEPTOR(Return, Name, Params, Version)                      \
  Return(*Name) Params = Lazily<Return(*) Params>::Call<&Name>;
#define MAPSAN_ALLOCATOR(Return, Name, Params)                                 \
  Return(*Name) Params = early::Name;
#define MAPSAN_CXX_RUNTIME(Return, Name, Params)                               \
  MAPSAN_INTERCEPTOR(Return, Name, Params, nullptr)
#include "mapsan_interceptors.inc"
} // namespace real

namespace {

struct Row {
  const char *name; // with the prefix of another sanitizer's interceptor
  const char *version;
  void **real;
  void *linked_in; // ___interceptor_f of this module, or null
  void *ours;
  void *otherwise; // if there is no real one
};

constexpr uptr kPrefixLength = sizeof("___interceptor_") - 1;

// Not const: the loader relocates it.
Row rows[] = {
#define MAPSAN_ROW(Name, Version, Otherwise)                                   \
  {"___interceptor_" #Name,                                                    \
   Version,                                                                    \
   reinterpret_cast<void **>(&real::Name),                                     \
   reinterpret_cast<void *>(&___interceptor_##Name),                           \
   reinterpret_cast<void *>(&__interceptor_##Name),                            \
   reinterpret_cast<void *>(&Otherwise)},
#define MAPSAN_INTERCEPTOR(Return, Name, Params, Version)                      \
  MAPSAN_ROW(Name, Version, Absent<Return(*) Params>::Call)
#define MAPSAN_ALLOCATOR(Return, Name, Params)                                 \
  MAPSAN_INTERCEPTOR(Return, Name, Params, nullptr)
#define MAPSAN_CXX_RUNTIME(Return, Name, Params)                               \
  MAPSAN_ROW(Name, nullptr, fallback::Name)
#include "mapsan_interceptors.inc"
};

bool resolved;
THREADLOCAL bool resolving;

void *FindReal(const Row &row, bool foreign_runtime) {
  if (row.linked_in)
    return row.linked_in;
  const char *name = row.name + kPrefixLength;
  void *found = nullptr;
  if (foreign_runtime)
    found = dlsym(RTLD_DEFAULT, row.name);
  if (!found && row.version)
    found = dlvsym(RTLD_NEXT, name, row.version);
  if (!found)
    found = dlsym(RTLD_NEXT, name);
  // If we come later in the search order than the real one, nothing is
  // intercepted, but our own calls must still arrive.
  if (!found)
    found = dlsym(RTLD_DEFAULT, name);
  return found == row.ours ? nullptr : found;
}

} // namespace

bool Resolving() { return resolving; }

void ResolveRealFunctions() {
  // Twice at once does no harm: both find the same. Within itself, the malloc
  // family asks Resolving() first, and nothing else is called.
  if (resolved || resolving)
    return;
  resolving = true;
  // A failing lookup allocates its message: ask once for a function that
  // every sanitizer runtime intercepts, not for each.
  bool foreign_runtime = dlsym(RTLD_DEFAULT, "___interceptor_pthread_create");
  for (Row &row : rows) {
    void *found = FindReal(row, foreign_runtime);
    *row.real = found ? found : row.otherwise;
  }
  dlerror(); // leave no message of ours for the program's next dlerror
  resolved = true;
  resolving = false;
}

void *ForeignFunction(const char *name) {
  void *found = dlsym(RTLD_DEFAULT, name);
  if (!found)
    dlerror();
  return found;
}

} // namespace __mapsan
