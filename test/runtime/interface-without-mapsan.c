// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: the public header is C and C++, warns of nothing, and does nothing in
// a program without MapSan; with MAPSAN_DISABLE it leaves no trace at all.

// RUN: %clang -std=c99 -Wall -Wextra -Wpedantic -Werror -I %mapsan_prefix/include %s -o %t
// RUN: %clang -std=c90 -Wpedantic -Wall -Wextra -Werror -fsyntax-only -I %mapsan_prefix/include -include mapsan/interface.h -x c /dev/null
// RUN: %t
// RUN: %clang -std=c99 -Wall -Wextra -Werror -DMAPSAN_DISABLE -I %mapsan_prefix/include -c %s -o %t.o
// RUN: nm %t.o | %not grep mapsan
// RUN: %clangxx -x c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -I %mapsan_prefix/include %s -o %t
// RUN: %t
// RUN: %clang -shared -fPIC -I %mapsan_prefix/include %s -o %t.so
// RUN: %mapsan-clang -I %mapsan_prefix/include %s -o %t
// RUN: %t with

#include <mapsan/interface.h>

static void callback(const mapsan_report *report) { (void)report; }

int main(int argc, char **argv) {
  int lock = 0, map = 0;
  (void)argv;
  mapsan_release(&lock);
  mapsan_acquire(&lock);
  mapsan_lock(&lock);
  mapsan_unlock(&lock);
  mapsan_lock_shared(&lock);
  mapsan_unlock_shared(&lock);
  if (mapsan_try_lock(&lock, 0) || !mapsan_try_lock(&lock, 1))
    return 1;
  mapsan_unlock(&lock);
  if (mapsan_try_lock_shared(&lock, 0) || !mapsan_try_lock_shared(&lock, 1))
    return 1;
  mapsan_unlock_shared(&lock);
  mapsan_hand_over(&map);
  mapsan_take_over(&map);
  mapsan_memory_reused(&map, sizeof(map));
  mapsan_ignore_begin();
  mapsan_ignore_end();
  mapsan_map_construct(&map, "map");
  mapsan_map_read(&map, "map");
  mapsan_map_write(&map, "map");
  unsigned effect = mapsan_last_effect();
  mapsan_map_read(&map, "map");
  unsigned other = mapsan_last_effect();
  mapsan_map_destroy(&map, "map");
  mapsan_set_report_callback(callback);
  mapsan_set_report_callback(0);
  if (mapsan_report_count() != 0)
    return 1;
  // With MapSan the last effects are known: a write, then a read.
  return effect == (argc > 1) && other == 0 ? 0 : 2;
}
