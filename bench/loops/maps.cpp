// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Maps that threads share: each iteration is little more than one operation.

#include "loops.h"
#include <absl/container/flat_hash_map.h>
#include <list>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

using namespace loops;

namespace {

using Table = std::unordered_map<uint32_t, uint32_t>;
constexpr uint32_t Entries = 1024;

// Every other key from 0 on, so that half of the look-ups find theirs.
template <typename Map> Map filled(uint32_t entries) {
  Map map;
  for (uint32_t key = 0; key < entries; ++key)
    map[key * 2] = key;
  return map;
}

// Nobody changes the map any more, and nobody locks it.
void readOnly(State &state) {
  static const Table table = filled<Table>(Entries);
  Random random(state.thread_index());
  uint32_t hits = 0;
  for (auto _ : state) {
    FLOOR_READ(table);
    hits += table.find(random() % (2 * Entries)) != table.end();
  }
  keep(hits);
}

void iterate(State &state) {
  static const Table table = filled<Table>(32);
  uint32_t sum = 0;
  for (auto _ : state) {
    FLOOR_READ(table);
    for (const auto &[key, value] : table)
      sum += value;
    keep(sum); // or the compiler would go through the map once for all
  }
}

// Of ten critical sections eight look up, one inserts, one erases.
template <typename Map, typename Key>
uint32_t mixed(Map &table, const Key &key, uint32_t step) {
  switch (step % 10) {
  case 0: {
    FLOOR_WRITE(table);
    table.emplace(key, step);
    return 0;
  }
  case 1: {
    FLOOR_WRITE(table);
    table.erase(key);
    return 0;
  }
  default: {
    FLOOR_READ(table);
    return table.count(key);
  }
  }
}

template <typename Map> void mutexMix(State &state) {
  static std::mutex mutex;
  static Map table = filled<Map>(Entries); // guarded by mutex
  Random random(state.thread_index());
  uint32_t hits = 0, step = 0;
  for (auto _ : state) {
    uint32_t key = random() % (2 * Entries);
    std::lock_guard<std::mutex> lock(mutex);
    FLOOR_HELD(mutex);
    hits += mixed(table, key, step++);
  }
  keep(hits);
}

void stringKeys(State &state) {
  static std::mutex mutex;
  static std::unordered_map<std::string, uint32_t> table; // guarded by mutex
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> names;
    for (uint32_t i = 0; i < 2 * Entries; ++i)
      names.push_back("session-" + std::to_string(i * 2654435761u));
    return names;
  }();
  Random random(state.thread_index());
  uint32_t hits = 0, step = 0;
  for (auto _ : state) {
    const std::string &key = keys[random() % keys.size()];
    std::lock_guard<std::mutex> lock(mutex);
    FLOOR_HELD(mutex);
    hits += mixed(table, key, step++);
  }
  keep(hits);
}

// A write in a thousand.
void sharedMutex(State &state) {
  static std::shared_mutex mutex;
  static Table table = filled<Table>(Entries); // guarded by mutex
  Random random(state.thread_index());
  uint32_t hits = 0, step = 0;
  for (auto _ : state) {
    uint32_t key = random() % (2 * Entries);
    if (++step % 1000 == 0) {
      std::lock_guard<std::shared_mutex> lock(mutex);
      FLOOR_HELD(mutex);
      FLOOR_WRITE(table);
      if (!table.emplace(key, key).second)
        table.erase(key);
    } else {
      std::shared_lock<std::shared_mutex> lock(mutex);
      FLOOR_HELD(mutex);
      FLOOR_READ(table);
      hits += table.find(key) != table.end();
    }
  }
  keep(hits);
}

void sharded(State &state) {
  struct alignas(64) Shard {
    std::mutex mutex;
    Table table = filled<Table>(Entries / 16); // guarded by mutex
  };
  static Shard shards[16];
  Random random(state.thread_index());
  uint32_t hits = 0, step = 0;
  for (auto _ : state) {
    uint32_t key = random() % (2 * Entries);
    Shard &shard = shards[key % 16];
    std::lock_guard<std::mutex> lock(shard.mutex);
    FLOOR_HELD(shard.mutex);
    hits += mixed(shard.table, key, step++);
  }
  keep(hits);
}

// A map of maps under one mutex: the outer one is searched, the inner used.
void nested(State &state) {
  static std::mutex mutex;
  static std::unordered_map<uint32_t, Table> users = [] { // guarded by mutex
    std::unordered_map<uint32_t, Table> all;
    for (uint32_t user = 0; user < 64; ++user)
      all[user] = filled<Table>(16);
    return all;
  }();
  Random random(state.thread_index());
  uint32_t hits = 0, step = 0;
  for (auto _ : state) {
    uint32_t key = random();
    std::lock_guard<std::mutex> lock(mutex);
    FLOOR_HELD(mutex);
    Table *inner;
    {
      FLOOR_READ(users);
      inner = &users.find(key % 64)->second;
    }
    hits += mixed(*inner, key / 64 % 32, step++);
  }
  keep(hits);
}

// The textbook's cache: a list in the order of use, and a map into it.
class Cache {
public:
  explicit Cache(std::size_t capacity) : capacity_(capacity) {}

  uint32_t get(uint32_t key) {
    std::lock_guard<std::mutex> lock(mutex_);
    FLOOR_HELD(mutex_);
    {
      FLOOR_READ(places_);
      auto found = places_.find(key);
      if (found != places_.end()) {
        order_.splice(order_.begin(), order_, found->second);
        return found->second->second;
      }
    }
    FLOOR_WRITE(places_);
    if (order_.size() == capacity_) {
      places_.erase(order_.back().first);
      order_.pop_back();
    }
    order_.emplace_front(key, key);
    places_.emplace(key, order_.begin());
    return key;
  }

private:
  using Entry = std::pair<uint32_t, uint32_t>;
  std::mutex mutex_;
  std::list<Entry> order_;                                          // guarded
  std::unordered_map<uint32_t, std::list<Entry>::iterator> places_; // too
  std::size_t capacity_;
};

// Seven of eight look-ups hit.
void lru(State &state) {
  static Cache cache(Entries);
  Random random(state.thread_index());
  uint32_t sum = 0;
  for (auto _ : state)
    sum += cache.get(random() % (Entries * 8 / 7));
  keep(sum);
}

} // namespace

int main(int argc, char **argv) {
  return run(
      argc, argv,
      {
          {"read-only", readOnly, 2, 20'000'000},
          {"mutex-mix", mutexMix<Table>, 2, 5'000'000},
          {"shared-mutex", sharedMutex, 2, 3'000'000},
          {"sharded", sharded, 2, 5'000'000},
          {"iterate", iterate, 2, 10'000'000},
          {"std-map", mutexMix<std::map<uint32_t, uint32_t>>, 2, 2'000'000},
          {"string-keys", stringKeys, 2, 3'000'000},
          {"flat-map", mutexMix<absl::flat_hash_map<uint32_t, uint32_t>>, 2,
           6'000'000},
          {"nested", nested, 2, 5'000'000},
          {"lru", lru, 2, 5'000'000},
          {"readers-64", readOnly, 64, 600'000},
          {"read-only-8", readOnly, 8, 4'000'000},
          {"sharded-8", sharded, 8, 1'000'000},
          {"sharded-64", sharded, 64, 120'000},
      });
}
