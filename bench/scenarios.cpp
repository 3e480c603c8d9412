// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Single operations in fixed situations, for bench/gate: run by callgrind, each
// scenario twice, with few and with many steps, and a count of instructions
// written down for each. Those that want a process without maps come first;
// then maps of one thread; then maps that two have used. limits.table says what
// each is.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <valgrind/callgrind.h>

namespace {

using Table = std::unordered_map<uint32_t, uint32_t>;

// A value that the optimiser must believe to be used.
template <typename T> void keep(const T &value) {
  asm volatile("" : : "g"(&value) : "memory");
}

std::mutex mutex;
std::shared_mutex sharedMutex;
std::condition_variable condition;
std::atomic<long> number;
std::atomic<int> flag;

void lockUnlock() { std::lock_guard<std::mutex> lock(mutex); }
void sharedLockUnlock() {
  std::shared_lock<std::shared_mutex> lock(sharedMutex);
}
void addAtomically() { number.fetch_add(1, std::memory_order_acq_rel); }
void loadAtomically() { keep(number.load(std::memory_order_acquire)); }
void storeAtomically() { number.store(1, std::memory_order_release); }
void copyPointer() {
  static const auto pointer = std::make_shared<long>(1);
  auto copy = pointer;
  keep(copy);
}
void allocate() {
  void *block = std::malloc(40);
  keep(block);
  std::free(block);
}
void notifyNobody() { condition.notify_one(); }
void threadBegun() {
  std::thread([] {}).join();
}

// Two maps that no other thread ever sees.
Table &own() {
  static Table &table = *new Table{{1, 2}, {3, 4}};
  return table;
}
void readOwn(Table &table) { keep(table.count(1)); }
void readOwnLocked(Table &table) {
  std::lock_guard<std::mutex> lock(mutex);
  keep(table.count(1));
}
void insertOwn(Table &table) {
  table.emplace(7, 7);
  table.erase(7);
}
void life() {
  std::map<uint32_t, uint32_t> table;
  keep(table);
}

// One that two threads have used.
Table &common() {
  static Table &table = []() -> Table & {
    Table &shared = *new Table{{1, 2}, {3, 4}};
    std::thread([&shared] {
      std::lock_guard<std::mutex> lock(mutex);
      keep(shared.count(1));
      shared.emplace(5, 6);
    }).join();
    return shared;
  }();
  return table;
}
void readCommon(Table &table) { keep(table.count(1)); }
void walkCommon(Table &table) {
  for (const auto &entry : table)
    keep(entry);
}
void insertPresent(Table &table) { table.emplace(1, 7); }
void insertCommon(Table &table) {
  table.emplace(7, 7);
  table.erase(7);
}
void readAndRelease(Table &table) {
  keep(table.count(1));
  flag.store(1, std::memory_order_release);
}
void readLocked(Table &table) {
  std::lock_guard<std::mutex> lock(mutex);
  keep(table.count(1));
}
void insertLocked(Table &table) {
  std::lock_guard<std::mutex> lock(mutex);
  table.emplace(7, 7);
  table.erase(7);
}
void readShared(Table &table) {
  std::shared_lock<std::shared_mutex> lock(sharedMutex);
  keep(table.count(1));
}

// The steps of a scenario; with the map that it is about, if any.
template <void (*step)()> void repeat(long steps) {
  for (long i = 0; i < steps; ++i)
    step();
}
template <void (*step)(Table &), Table &(*map)()> void repeat(long steps) {
  Table &table = map();
  for (long i = 0; i < steps; ++i)
    step(table);
}

void count(const char *name, void (*run)(long), long few, long many) {
  run(few); // what happens once has happened
  for (long steps : {few, many}) {
    std::string title = std::string(name) + " " + std::to_string(steps);
    CALLGRIND_ZERO_STATS;
    run(steps);
    CALLGRIND_DUMP_STATS_AT(title.c_str());
  }
}

} // namespace

int main() {
  auto scenario = [](const char *name, void (*run)(long)) {
    count(name, run, 64, 320);
  };
  scenario("mutex", repeat<lockUnlock>);
  scenario("shared-mutex", repeat<sharedLockUnlock>);
  scenario("atomic-rmw", repeat<addAtomically>);
  scenario("atomic-load", repeat<loadAtomically>);
  scenario("atomic-store", repeat<storeAtomically>);
  scenario("shared-ptr", repeat<copyPointer>);
  scenario("notify", repeat<notifyNobody>);
  scenario("allocate", repeat<allocate>);
  count("thread", repeat<threadBegun>, 4, 20);

  scenario("own-read", repeat<readOwn, own>);
  scenario("own-insert", repeat<insertOwn, own>);
  scenario("own-read-locked", repeat<readOwnLocked, own>);
  scenario("life", repeat<life>);

  scenario("read", repeat<readCommon, common>);
  scenario("walk", repeat<walkCommon, common>);
  scenario("insert-present", repeat<insertPresent, common>);
  scenario("insert", repeat<insertCommon, common>);
  scenario("read-release", repeat<readAndRelease, common>);
  scenario("read-locked", repeat<readLocked, common>);
  scenario("insert-locked", repeat<insertLocked, common>);
  scenario("read-shared", repeat<readShared, common>);

  scenario("mutex-after", repeat<lockUnlock>);
  scenario("atomic-rmw-after", repeat<addAtomically>);
  scenario("shared-ptr-after", repeat<copyPointer>);
  scenario("allocate-after", repeat<allocate>);
  count("thread-after", repeat<threadBegun>, 4, 20);
}
