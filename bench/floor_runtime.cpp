// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The floor of real programs, into which nobody can write it by hand: what
// floor.h has, behind the calls that MapSan's compiler part writes into them.
// Linked in place of MapSan's runtime (harness/building.py).
//
// Beyond floor.h: malloc and free look whether anything was known of a block of
// 256 bytes, as else a new map would inherit what was done to one before it;
// and an operation that repeats one of its epoch goes by what emitted code
// looks at (include/mapsan/callbacks.inc), not by a call. Less than floor.h: an
// atomic load acquires nothing, but for the compare in the emitted code, and
// iterators are not followed.

#define BENCH_FLOOR
#include "../include/mapsan/abi.h"
#include "floor.h"

#include <cstddef>
#include <dlfcn.h>
#include <pthread.h>

namespace {

using Ptr = void *;
using I32 = uint32_t;
using I64 = uint64_t;
using Void = void;
using Table = uint64_t[MAPSAN_SHORTCUT_ENTRIES];
using Lent = uint64_t[MAPSAN_LENT_ENTRIES];

struct Site {
#define MAPSAN_SITE_FIELD(Type, Name) Type Name;
#include "../include/mapsan/callbacks.inc"
};
struct Family {
#define MAPSAN_FAMILY_FIELD(Type, Name) Type Name;
#include "../include/mapsan/callbacks.inc"
};
struct Handle {
#define MAPSAN_HANDLE_FIELD(Type, Name) Type Name;
#include "../include/mapsan/callbacks.inc"
};
struct Shortcuts {
#define MAPSAN_SHORTCUT_FIELD(Type, Name) Type Name;
#include "../include/mapsan/callbacks.inc"
};

constexpr uint64_t AskRuntime = 1, Never = ~0ull;
// Of a thread that has used no map.
constinit Shortcuts none = [] {
  Shortcuts shortcuts = {};
  shortcuts.in_flight = AskRuntime;
  return shortcuts;
}();
thread_local constinit Shortcuts own = {};

} // namespace

// The symbols that emitted code knows; declared from the list, so that a
// definition that differs does not compile.
#define MAPSAN_CALLBACK(Return, Name, Params)                                  \
  extern "C" Return __mapsan_##Name Params;
#include "../include/mapsan/callbacks.inc"
extern "C" {
thread_local constinit Shortcuts *__mapsan_shortcuts = &none;
alignas(64) uint64_t __mapsan_news; // stays 0: nothing is announced
unsigned char __mapsan_map_used;
}

// --- operations

namespace {

using bench_floor::me;

const Site &siteAt(Ptr site) { return *static_cast<const Site *>(site); }
const Family &familyOf(const Site &site) {
  return *static_cast<const Family *>(site.family);
}
uint64_t wordOf(Ptr map, uint32_t offset) {
  return static_cast<int32_t>(offset) < 0
             ? 0
             : *reinterpret_cast<const uint64_t *>(
                   static_cast<const char *>(map) + offset);
}

// Of each block of 256 bytes whether a map was ever there.
constexpr size_t Block = 256, Blocks = 1 << 21;
std::atomic<uint64_t> inhabited[Blocks / 64];
uint64_t bitOf(uintptr_t address) { return 1ull << (address / Block % 64); }
std::atomic<uint64_t> &wordOfBlock(uintptr_t address) {
  return inhabited[address / Block % Blocks / 64];
}
void inhabit(Ptr map) {
  auto address = reinterpret_cast<uintptr_t>(map);
  std::atomic<uint64_t> &word = wordOfBlock(address);
  if (!(word.load(std::memory_order_relaxed) & bitOf(address))) [[unlikely]]
    word.fetch_or(bitOf(address), std::memory_order_relaxed);
}
bool isInhabited(Ptr block) {
  auto address = reinterpret_cast<uintptr_t>(block);
  return wordOfBlock(address).load(std::memory_order_relaxed) & bitOf(address);
}

// Emitted code finds an operation on `map` there until the epoch ends.
void fill(const Site &site, Ptr map, bool write) {
  auto address = reinterpret_cast<uintptr_t>(map);
  uint64_t entry = address ^ own.key ^ familyOf(site).tag;
  uint32_t i =
      static_cast<uint32_t>(address * MAPSAN_SHORTCUT_MULTIPLIER >> 32) %
      MAPSAN_SHORTCUT_ENTRIES;
  own.reads[i] = entry;
  if (write)
    own.writes[i] = entry;
}

// Recorded, if it is not yet.
void note(const Site &site, Ptr map, bool write) {
  __mapsan_shortcuts = &own;
  __mapsan_map_used = 1;
  {
    bench_floor::Operation operation(map, write);
  }
  own.silent = me.dirty ? Never : 0;
  inhabit(map);
  fill(site, map, write);
}

// There was something to tell, and it is told: the epoch is another one. (Where
// the 512 keys are through, an entry may be one of before: to take it for one
// of now costs nothing.)
void closeEpoch() {
  if (own.silent) {
    own.silent = 0;
    own.key = me.epoch % 8 | me.epoch / 8 % 64 << 48;
  }
}
void releaseAt(const void *object) {
  bench_floor::release(object);
  closeEpoch();
}

thread_local constinit uint64_t sizeBefore = 0;

} // namespace

extern "C" {

void __mapsan_map_begin_long(Ptr where, Ptr map) {
  auto *site = static_cast<Site *>(where);
  if (site->fresh)
    site->fresh = 0;
  me.inFlight.store(map, std::memory_order_relaxed);
  switch (site->effect) {
  case MapsanEffectConstruct:
    bench_floor::lives(map);
    note(*site, map, /*write=*/true);
    break;
  case MapsanEffectMayWrite:
    sizeBefore = wordOf(map, familyOf(*site).size_offset);
    note(*site, map, /*write=*/false);
    break;
  default:
    note(*site, map, site->effect != MapsanEffectRead);
  }
  me.inFlight.store(map, std::memory_order_relaxed);
}
void __mapsan_map_end_long(Ptr where, Ptr map, I32 evidence) {
  const Site &site = siteAt(where);
  own.in_flight = 0;
  if (site.effect == MapsanEffectDestroy)
    bench_floor::dies(map);
  else if (site.effect == MapsanEffectMayWrite &&
           evidence != MapsanEvidenceUnchanged &&
           (evidence != MapsanEvidenceHeader ||
            wordOf(map, familyOf(site).size_offset) != sizeBefore))
    note(site, map, /*write=*/true);
  me.inFlight.store(nullptr, std::memory_order_relaxed);
}
void __mapsan_map_begin(Ptr site, Ptr map) {
  __mapsan_map_begin_long(site, map);
}
void __mapsan_map_end(Ptr site, Ptr map, I32 evidence) {
  __mapsan_map_end_long(site, map, evidence);
}
void __mapsan_map_unwind(Ptr, Ptr) { own.in_flight = 0; }

void __mapsan_module_init_v10(Ptr begin, Ptr end) {
  // (Each has so few families that they fit in the ten bits of the tag.)
  static uint64_t families;
  for (auto *site = static_cast<Site *>(begin); site != end; ++site) {
    auto *family = static_cast<Family *>(site->family);
    if (!family->number) {
      family->number = static_cast<uint32_t>(++families);
      family->tag = families << 54;
    }
  }
}
void __mapsan_module_fini_v10(Ptr, Ptr) {}
void __mapsan_module_trusts(Ptr) {}

// --- atomics

uint64_t __mapsan_atomic_begin(Ptr address, I32 what) {
  if ((what & 15) != MapsanAtomicLoad)
    releaseAt(address);
  return Never;
}
void __mapsan_atomic_end(Ptr, I32, I64, I32) {}
I32 __mapsan_load_end(Ptr, I32, I64) { return 0; }
void __mapsan_atomic_fence(I32) { releaseAt(&own); }

// --- what is not part of it

void __mapsan_handle_made(Ptr handle, Ptr, Ptr) {
  static_cast<Handle *>(handle)->watch = nullptr;
}
void __mapsan_handle_used(Ptr, Ptr, Ptr) {}
void __mapsan_handle_renewed(Ptr) {}
void __mapsan_handle_expected() {}
void __mapsan_handle_returned(Ptr, Ptr, I64) {}
void __mapsan_handle_received(Ptr handle, Ptr, I64) {
  static_cast<Handle *>(handle)->watch = nullptr;
}
void __mapsan_iterator_made(Ptr, Ptr, Ptr) {}
void __mapsan_iterator_used(Ptr, Ptr) {}
void __mapsan_iterator_stepped(Ptr, Ptr) {}
void __mapsan_map_erases(Ptr, Ptr) {}
void __mapsan_map_extracted(Ptr, Ptr) {}
void __mapsan_element_used(Ptr, I32, Ptr) {}
void __mapsan_sync_begin(Ptr, I32) {}
void __mapsan_sync_end(Ptr, I32, I64) {}
void __mapsan_sync_group(Ptr, Ptr) {}
void __mapsan_sync_follow(Ptr, Ptr, I32) {}
Ptr __mapsan_function_passed(Ptr function, I32) { return function; }
void __mapsan_sync_event(Ptr, I32) {}
void __mapsan_locked_access(Ptr, I32, I32) {}
void __mapsan_sync_born(Ptr, I64) {}
void __mapsan_exception_handled(Ptr) {}
void __mapsan_exception_dropped(Ptr) {}
void __mapsan_exception_ends(Ptr) {}

// --- what is called in place of the C library's

void *__libc_malloc(size_t);
void __libc_free(void *);

[[gnu::visibility("default")]] void *malloc(size_t size) {
  void *block = __libc_malloc(size);
  if (isInhabited(block)) [[unlikely]]
    bench_floor::dies(block);
  return block;
}
[[gnu::visibility("default")]] void free(void *block) {
  if (isInhabited(block)) [[unlikely]]
    bench_floor::dies(block);
  __libc_free(block);
}

} // extern "C"

namespace {

// The C library's function, looked for when it is first wanted.
template <typename Function> class Real {
public:
  explicit constexpr Real(const char *name, const char *version = "GLIBC_2.2.5")
      : name_(name), version_(version) {}
  template <typename... Arguments> int operator()(Arguments... arguments) {
    Function *found = found_.load(std::memory_order_relaxed);
    if (!found) [[unlikely]]
      found_ = found = find();
    return found(arguments...);
  }

private:
  Function *find() const {
    void *found = dlvsym(RTLD_NEXT, name_, version_);
    if (!found) // it came later
      found = dlsym(RTLD_NEXT, name_);
    return reinterpret_cast<Function *>(found);
  }

  const char *name_, *version_;
  std::atomic<Function *> found_{nullptr};
};

int taken(int result, const void *lock, const void *where) {
  if (!result) [[likely]]
    bench_floor::took(lock, where);
  return result;
}
bool isHeld(const void *lock) {
  for (uint32_t i = me.locks; i--;)
    if (me.held[i % 64].lock == lock) [[likely]]
      return true;
  return false;
}
void givesBack(const void *lock) {
  // (Not if it was taken by a function that is not among these.)
  if (isHeld(lock)) [[likely]]
    bench_floor::givesBack(lock);
  else
    bench_floor::release(lock);
  closeEpoch();
}

} // namespace

#define TAKES(Name, Lock)                                                      \
  extern "C" [[gnu::visibility("default")]] int Name(Lock *lock) noexcept {    \
    static constinit Real<int(Lock *)> real(#Name);                            \
    return taken(real(lock), lock, __builtin_return_address(0));               \
  }
#define GIVES_BACK(Name, Lock)                                                 \
  extern "C" [[gnu::visibility("default")]] int Name(Lock *lock) noexcept {    \
    static constinit Real<int(Lock *)> real(#Name);                            \
    givesBack(lock);                                                           \
    return real(lock);                                                         \
  }

TAKES(pthread_mutex_lock, pthread_mutex_t)
TAKES(pthread_mutex_trylock, pthread_mutex_t)
GIVES_BACK(pthread_mutex_unlock, pthread_mutex_t)
TAKES(pthread_rwlock_rdlock, pthread_rwlock_t)
TAKES(pthread_rwlock_wrlock, pthread_rwlock_t)
TAKES(pthread_rwlock_tryrdlock, pthread_rwlock_t)
TAKES(pthread_rwlock_trywrlock, pthread_rwlock_t)
GIVES_BACK(pthread_rwlock_unlock, pthread_rwlock_t)

extern "C" [[gnu::visibility("default")]] int
pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex) {
  static constinit Real<int(pthread_cond_t *, pthread_mutex_t *)> real(
      "pthread_cond_wait", "GLIBC_2.3.2");
  releaseAt(mutex);
  int result = real(condition, mutex);
  bench_floor::acquire(mutex);
  return result;
}
