// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The instrumented shared library that modules.cpp loads and unloads.

#include <pthread.h>
#include <unordered_map>

using Map = std::unordered_map<int, int>;

extern "C" pthread_mutex_t module_mutex;
pthread_mutex_t module_mutex = PTHREAD_MUTEX_INITIALIZER;

extern "C" void module_write(Map *map) { map->emplace(__COUNTER__, 0); }
