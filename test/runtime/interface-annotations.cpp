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
// CHECK: DONE: 13 cases
