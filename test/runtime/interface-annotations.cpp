// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: home-made synchronisation that MapSan cannot see is told to it, each
// annotation orders what it should and no more; so are home-made maps.

// RUN: %mapsan-clangxx -g -O1 -I %mapsan_prefix/include %s -o %t
// RUN: MAPSAN_OPTIONS=max_reports=0 %not %t 2>%t.err | %FileCheck %s
// RUN: %mapsan-clangxx --mapsan-debug-runtime -DCASES_WITHOUT_RULES -g -O1 -I %mapsan_prefix/include %s -o %t.debug
// RUN: MAPSAN_OPTIONS=max_reports=0:exitcode=0 %t.debug 2>%t.err | %FileCheck %s

#include "../support/cases.h"
#include <mutex>

static char token;

// So that a thread has something to hand on.
static cases::Map another;
#define READ_ANOTHER (void)another.find(-1)

SILENT(release_acquire, "annotation") {
  InTurn(
      [&] {
        WRITE;
        mapsan_release(&token);
      },
      [&] {
        mapsan_acquire(&token);
        WRITE;
      });
}
RACE(release_only) {
  InTurn(
      [&] {
        WRITE;
        mapsan_release(&token);
      },
      [&] { WRITE; });
}
RACE(acquire_elsewhere) {
  char other;
  InTurn(
      [&] {
        WRITE;
        mapsan_release(&token);
      },
      [&] {
        mapsan_acquire(&other);
        WRITE;
      });
}
SILENT(releases_join, "annotation") {
  InTurn(
      [&] {
        READ;
        mapsan_release(&token);
      },
      [&] {
        READ;
        mapsan_release(&token);
      },
      [&] {
        mapsan_acquire(&token);
        WRITE;
      });
}
SILENT(lock, "annotation_lock") {
  auto locked = [&] {
    mapsan_lock(&token);
    WRITE;
    mapsan_unlock(&token);
  };
  InTurn(locked, locked);
}
SILENT(shared_lock_readers, "annotation_lock") {
  InTurn(
      [&] {
        mapsan_lock(&token);
        WRITE;
        mapsan_unlock(&token);
      },
      [&] {
        mapsan_lock_shared(&token);
        READ;
        mapsan_unlock_shared(&token);
      },
      [&] {
        mapsan_lock(&token);
        WRITE;
        mapsan_unlock(&token);
      });
}
RACE(shared_lock_writer, "rwlock_readers") {
  InTurn(
      [&] {
        mapsan_lock_shared(&token);
        READ;
        mapsan_unlock_shared(&token);
      },
      [&] {
        mapsan_lock_shared(&token);
        WRITE;
        mapsan_unlock_shared(&token);
      });
}
// Tries.
SILENT(try_lock, "annotation_lock") {
  auto locked = [&] {
    if (!mapsan_try_lock(&token, 1))
      return;
    WRITE;
    mapsan_unlock(&token);
  };
  InTurn(locked, locked);
}
RACE(try_lock_fails) {
  InTurn(
      [&] {
        mapsan_lock(&token);
        WRITE;
        mapsan_unlock(&token);
      },
      [&] {
        if (!mapsan_try_lock(&token, 0))
          WRITE;
      });
}
SILENT(try_lock_shared, "annotation_lock") {
  InTurn(
      [&] {
        mapsan_lock(&token);
        WRITE;
        mapsan_unlock(&token);
      },
      [&] {
        if (mapsan_try_lock_shared(&token, 1)) {
          READ;
          mapsan_unlock_shared(&token);
        }
      },
      [&] {
        mapsan_lock(&token);
        WRITE;
        mapsan_unlock(&token);
      });
}
SILENT(scoped, "annotation_lock") {
  InTurn(
      [&] {
        mapsan::ScopedLock lock(&token);
        WRITE;
      },
      [&] {
        mapsan::ScopedSharedLock lock(&token);
        READ;
      },
      [&] {
        mapsan::ScopedLock lock(&token);
        WRITE;
      });
}

// A lock of a library that nobody sees into.
struct Vendor {
  void lock() {}
  bool try_lock() { return yes; }
  void unlock() {}
  bool yes = true;
};
static mapsan::AnnotatedLock<Vendor> vendor;
SILENT(annotated_lock, "annotation_lock") {
  auto locked = [&] {
    vendor.lock();
    WRITE;
    vendor.unlock();
  };
  auto tried = [&] {
    if (!vendor.try_lock())
      return;
    WRITE;
    vendor.unlock();
  };
  InTurn(locked, tried, locked);
}

// Objects that change hands.
static int parcel, other_parcel;
SILENT(hand_over, "annotation_hand_over") {
  InTurn(
      [&] {
        WRITE;
        mapsan_hand_over(&parcel);
      },
      [&] {
        mapsan_take_over(&parcel);
        WRITE;
      });
}
SILENT(hand_over_and_on, "annotation_hand_over") {
  InTurn(
      [&] {
        WRITE;
        mapsan_hand_over(&parcel);
      },
      [&] {
        mapsan_take_over(&parcel);
        mapsan_hand_over(&parcel);
      },
      [&] {
        mapsan_take_over(&parcel);
        WRITE;
      });
}
RACE(another_object) {
  InTurn(
      [&] {
        WRITE;
        mapsan_hand_over(&parcel);
      },
      [&] {
        mapsan_take_over(&other_parcel);
        WRITE;
      });
}
RACE(taken_once, "annotation_taken_once") {
  InTurn(
      [&] {
        WRITE;
        mapsan_hand_over(&parcel);
      },
      [&] { mapsan_take_over(&parcel); },
      [&] {
        mapsan_take_over(&parcel);
        WRITE;
      });
}
RACE(last_giver, "annotation_last_giver") {
  InTurn(
      [&] {
        WRITE;
        mapsan_hand_over(&parcel);
      },
      [&] {
        READ_ANOTHER;
        mapsan_hand_over(&parcel);
      },
      [&] {
        mapsan_take_over(&parcel);
        WRITE;
      });
}
RACE(what_follows_is_not_handed_over) {
  InTurn(
      [&] {
        mapsan_hand_over(&parcel);
        WRITE;
      },
      [&] {
        mapsan_take_over(&parcel);
        WRITE;
      });
}
// A lock at the same address is something else.
SILENT(beside_a_release, "annotation") {
  InTurn(
      [&] {
        WRITE;
        mapsan_release(&parcel);
      },
      [&] { mapsan_take_over(&parcel); },
      [&] {
        mapsan_acquire(&parcel);
        WRITE;
      });
}
RACE(not_by_a_release) {
  InTurn(
      [&] {
        WRITE;
        mapsan_release(&parcel);
      },
      [&] {
        mapsan_take_over(&parcel);
        WRITE;
      });
}
// Memory that is used again by an allocator of one's own.
RACE(reused_release, "annotation_reused") {
  InTurn(
      [&] {
        WRITE;
        mapsan_release(&parcel);
      },
      [&] {
        mapsan_memory_reused(&parcel, sizeof(parcel));
        mapsan_acquire(&parcel);
        WRITE;
      });
}
RACE(reused_hand_over, "annotation_reused") {
  InTurn(
      [&] {
        WRITE;
        mapsan_hand_over(&parcel);
      },
      [&] {
        mapsan_memory_reused(&parcel, sizeof(parcel));
        mapsan_take_over(&parcel);
        WRITE;
      });
}

// Maps of one's own.
RACE(own_map_writes) {
  auto write = [&] { mapsan_map_write(&map, "own"); };
  InTurn(write, write);
}
RACE(own_map_read_write) {
  InTurn([&] { mapsan_map_read(&map, "own"); },
         [&] { mapsan_map_write(&map, "own"); });
}
SILENT(own_map_reads, NO_RULE) {
  auto read = [&] { mapsan_map_read(&map, nullptr); };
  InTurn(read, read);
}
SILENT(own_map_locked, "mutex") {
  std::mutex mutex;
  auto write = [&] {
    std::lock_guard<std::mutex> lock(mutex);
    mapsan_map_write(&map, "own");
  };
  InTurn(write, write);
}
SILENT(own_map_new_life, "life_of_map") {
  InTurn([&] { mapsan_map_write(&map, "own"); },
         [&] {
           mapsan_map_construct(&map, "own");
           mapsan_map_write(&map, "own");
         });
}
RACE(own_map_destroyed) {
  InTurn([&] { mapsan_map_read(&map, "own"); },
         [&] { mapsan_map_destroy(&map, "own"); });
}

int main(int argc, char **argv) { return RunCases(argc, argv); }

// CHECK-NOT: UNEXPECTED
// CHECK: DONE: 28 cases
