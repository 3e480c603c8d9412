// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: export MAPSAN_PASS_OPTIONS=locals=1
// RUN: %debug-cases -O0 %s -o %t.O0 && %run-cases %t.O0 | %FileCheck %s
// RUN: %if full %{ %cases -O2 %s -o %t.O2 && %run-cases %t.O2 | %FileCheck %s %}
// RUN: %if libcxx && full %{ %debug-cases -O0 %s -o %t.cxx0 %libcxx_flags && %run-cases %t.cxx0 | %FileCheck %s %}
// RUN: %if libcxx %{ %cases -O2 %s -o %t.cxx2 %libcxx_flags && %run-cases %t.cxx2 | %FileCheck %s %}

// Intent: a lock, an atomic or a map that is born again at the same address is
// another one: it orders nothing of, and answers for nothing in, its earlier
// life.

#include "cases.h"
#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <memory>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <sys/mman.h>

using cases::Map;
using cases::Thread;

template <class Lock> static void Publish(Lock *lock) {
  lock->lock();
  lock->unlock();
}
template <class Lock> static void Observe(Lock *lock) { Publish(lock); }
static void Publish(std::atomic<int> *x) {
  x->store(1, std::memory_order_release);
}
static void Observe(std::atomic<int> *x) { x->load(std::memory_order_acquire); }

// The first thread writes the map and publishes through the object at `p`; then
// `Reborn` happens; then the second thread acquires through what is at `p` now.
template <class Object, class Reborn>
static void TwoLives(Map &map, Object *p, Reborn reborn) {
  InTurn(
      [&] {
        WRITE;
        Publish(p);
      },
      reborn,
      [&] {
        Observe(p);
        WRITE;
      });
}
static void Check(bool same) {
  if (!same) {
    std::puts("the allocator did not give the same memory again");
    std::abort();
  }
}

// Whichever of them ends a life: by its memory, by a constructor, by a
// destructor that calls the C library's.
#define REBORN "life_of_memory+life_of_object+life_of_init"

#define LIVES(Name, Object, ...)                                               \
  SILENT(Name##_one_life, __VA_ARGS__) {                                       \
    void *memory = std::malloc(sizeof(Object));                                \
    TwoLives(map, new (memory) Object, [] {});                                 \
  }                                                                            \
  RACE(Name##_free_and_malloc, REBORN) {                                       \
    void *memory = std::malloc(sizeof(Object));                                \
    TwoLives(map, new (memory) Object, [&] {                                   \
      std::free(memory);                                                       \
      Check(memory == std::malloc(sizeof(Object)));                            \
      new (memory) Object;                                                     \
    });                                                                        \
  }                                                                            \
  RACE(Name##_delete_and_new, REBORN) {                                        \
    auto *object = new Object;                                                 \
    TwoLives(map, object, [&] {                                                \
      delete object;                                                           \
      Check(object == new Object);                                             \
    });                                                                        \
  }                                                                            \
  RACE(Name##_munmap_and_mmap, REBORN) {                                       \
    void *memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE,                 \
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);                   \
    TwoLives(map, new (memory) Object, [&] {                                   \
      munmap(memory, 4096);                                                    \
      Check(memory == mmap(memory, 4096, PROT_READ | PROT_WRITE,               \
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));               \
      new (memory) Object;                                                     \
    });                                                                        \
  }                                                                            \
  RACE(Name##_mapped_over, REBORN) {                                           \
    void *memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE,                 \
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);                   \
    TwoLives(map, new (memory) Object, [&] {                                   \
      mmap(memory, 4096, PROT_READ | PROT_WRITE,                               \
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);                    \
      new (memory) Object;                                                     \
    });                                                                        \
  }

LIVES(mutex, std::mutex, "mutex")
LIVES(recursive_mutex, std::recursive_mutex, "mutex_recursive")
LIVES(shared_mutex, std::shared_mutex, "rwlock_write")
LIVES(atomic, std::atomic<int>, "atomic_release", "atomic_acquire")

RACE(realloc_in_place, "life_of_memory") {
  // It stays where it is, but whoever reallocates it was ordered after all who
  // used it; that order counts, not the lock's.
  void *memory = std::malloc(64);
  auto *lock = new (memory) std::mutex;
  TwoLives(map, lock, [&] { Check(memory == std::realloc(memory, 72)); });
}
RACE(far_inside_of_a_block, "life_of_memory") {
  // free looks at the beginning of a block; whoever gets the memory next, at
  // all of it.
  char *memory = static_cast<char *>(std::malloc(1000));
  TwoLives(map, new (memory + 608) std::mutex, [&] {
    std::free(memory);
    Check(memory == std::malloc(1000));
  });
}
// Whoever handed the memory out, its end is seen.
#define ALLOCATED_BY(Name, Allocation)                                         \
  RACE(Name, REBORN) {                                                         \
    void *memory = nullptr;                                                    \
    Check((Allocation));                                                       \
    TwoLives(map, new (memory) std::mutex, [&] {                               \
      std::size_t size = malloc_usable_size(memory);                           \
      std::free(memory);                                                       \
      Check(memory == std::malloc(size));                                      \
      new (memory) std::mutex;                                                 \
    });                                                                        \
  }
ALLOCATED_BY(calloc, memory = std::calloc(8, 8))
ALLOCATED_BY(realloc, memory = std::realloc(nullptr, 64))
ALLOCATED_BY(reallocarray, memory = reallocarray(nullptr, 8, 8))
ALLOCATED_BY(posix_memalign, !posix_memalign(&memory, 256, 64))
ALLOCATED_BY(aligned_alloc, memory = aligned_alloc(256, 256))
ALLOCATED_BY(memalign, memory = memalign(256, 64))
ALLOCATED_BY(valloc, memory = valloc(64))
ALLOCATED_BY(aligned_new, memory = ::operator new(64, std::align_val_t(256)))

RACE(mmap64, REBORN) {
  void *memory = mmap64(nullptr, 4096, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  TwoLives(map, new (memory) std::mutex, [&] {
    mmap64(memory, 4096, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    new (memory) std::mutex;
  });
}
RACE(mremap, REBORN) {
  void *memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  TwoLives(map, new (memory) std::mutex, [&] {
    void *moved = mremap(memory, 4096, 8192, MREMAP_MAYMOVE);
    Check(moved != MAP_FAILED);
    if (moved != memory)
      Check(memory == mmap(memory, 4096, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    new (memory) std::mutex;
  });
}

// --- on a stack

/// Two calls of this have their locals at the same place.
template <class Body>
__attribute__((noinline)) static void Frame(std::mutex **place, Body body) {
  std::mutex m;
  *place = &m;
  body();
  asm volatile("" : : "r"(&m) : "memory");
}
RACE(stack_frame, "life_of_object+life_of_init") {
  std::mutex *first = nullptr, *m = nullptr;
  Thread publisher([&] {
    step.WaitFor(1);
    WRITE;
    m->lock();
    m->unlock();
    step.Done();
  });
  Thread observer([&] {
    step.WaitFor(3);
    m->lock();
    m->unlock();
    WRITE;
    step.Done();
  });
  for (int turns : {2, 4})
    Frame(&m, [&] {
      Check(!first || first == m);
      first = m;
      step.Done();
      step.WaitFor(turns);
    });
  publisher.Join();
  observer.Join();
}
// C's have no constructor: their frame says that they are new.
template <class Body>
__attribute__((noinline)) static void CFrame(pthread_mutex_t **place,
                                             Body body) {
  pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  *place = &m;
  body();
}
RACE(stack_frame_of_c, "life_of_object") {
  pthread_mutex_t *first = nullptr, *m = nullptr;
  Thread publisher([&] {
    step.WaitFor(1);
    WRITE;
    pthread_mutex_lock(m);
    pthread_mutex_unlock(m);
    step.Done();
  });
  Thread observer([&] {
    step.WaitFor(3);
    pthread_mutex_lock(m);
    pthread_mutex_unlock(m);
    WRITE;
    step.Done();
  });
  for (int turns : {2, 4})
    CFrame(&m, [&] {
      Check(!first || first == m);
      first = m;
      step.Done();
      step.WaitFor(turns);
    });
  publisher.Join();
  observer.Join();
}
SILENT(stack_frame_that_stays, "mutex") {
  std::mutex *m = nullptr;
  Frame(&m, [&] {
    InTurn(
        [&] {
          WRITE;
          m->lock();
          m->unlock();
        },
        [&] {
          m->lock();
          m->unlock();
          WRITE;
        });
  });
}
RACE(block_in_a_loop, "life_of_object+life_of_init") {
  std::mutex *m = nullptr;
  Thread publisher([&] {
    step.WaitFor(1);
    WRITE;
    m->lock();
    m->unlock();
    step.Done();
  });
  Thread observer([&] {
    step.WaitFor(3);
    m->lock();
    m->unlock();
    WRITE;
    step.Done();
  });
  for (int turns : {2, 4}) {
    std::mutex here;
    m = &here;
    step.Done();
    step.WaitFor(turns);
  }
  publisher.Join();
  observer.Join();
}

// --- maps

// Memory that was given back does not answer for its map, even if nobody saw
// the map's destruction.
SILENT(map_in_freed_memory, "life_of_map") {
  void *memory = std::malloc(sizeof(Map));
  Map *arena_map = new (memory) Map;
  InTurn([&] { arena_map->emplace(1, 1); },
         [&] {
           std::free(memory);
           Check(memory == std::malloc(sizeof(Map)));
           (new (memory) Map)->emplace(1, 1);
         });
}
SILENT(map_far_inside_of_freed_memory, "life_of_map") {
  char *memory = static_cast<char *>(std::malloc(1000));
  Map *arena_map = new (memory + 608) Map;
  InTurn([&] { arena_map->emplace(1, 1); },
         [&] {
           std::free(memory);
           Check(memory == std::malloc(1000));
           (new (memory + 608) Map)->emplace(1, 1);
         });
}
RACE(map_in_the_same_memory) {
  void *memory = std::malloc(sizeof(Map));
  Map *arena_map = new (memory) Map;
  InTurn([&] { arena_map->emplace(1, 1); }, [&] { arena_map->emplace(2, 1); });
}
// Destroyed by one thread, used by the other, in either order.
RACE(map_destroyed_after_use) {
  auto *doomed = new Map;
  InTurn([&] { (void)doomed->find(1); }, [&] { delete doomed; });
}
RACE(map_used_after_destruction) {
  alignas(Map) static char memory[sizeof(Map)];
  Map *doomed = new (memory) Map;
  InTurn([&] { doomed->~Map(); }, [&] { (void)doomed->size(); });
}
// A new map there, whose construction is ordered after the old one's end.
SILENT(map_reborn, "life_of_map+mutex") {
  alignas(Map) static char memory[sizeof(Map)];
  std::mutex m;
  auto life = [&] {
    std::lock_guard lock(m);
    Map *here = new (memory) Map;
    here->emplace(1, 1);
    here->~Map();
  };
  InTurn(life, life, life);
}
SILENT(map_on_a_stack_again_and_again, NO_RULE) {
  auto body = [&] {
    for (int i = 0; i < 1000; i++) {
      Map here;
      here.emplace(1, 1);
    }
  };
  InTurn(body, body);
}
SILENT(map_on_the_heap_again_and_again, NO_RULE) {
  auto body = [&] {
    for (int i = 0; i < 1000; i++)
      std::make_unique<Map>()->emplace(1, 1);
  };
  Together(body, body);
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 44 cases
