// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The maps of a program. Under ThreadSanitizer (-DPROXY) each is a variable,
// read and written where the map would be.

#include "object.h"
#include "table.h"
#include "worker.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <unordered_map>

namespace differential {

#ifdef PROXY

/// One variable per life. An operation that stays open is a point at its begin
/// and one at its end.
class Proxy : public MapCell {
  static constexpr int kLives = 64;
  // (ThreadSanitizer remembers four accesses of each eight bytes.)
  struct alignas(8) Variable {
    int value;
  };
  Variable lives_[kLives] = {};
  int life_ = 0;

  __attribute__((noinline)) void Write() { lives_[life_].value++; }
  __attribute__((noinline)) int Read() {
    return *const_cast<volatile int *>(&lives_[life_].value);
  }
  UNSEEN void NewLife() {
    if (++life_ == kLives)
      std::abort();
  }

public:
  UNSEEN int Do(Worker &self, const Step &step) override {
    switch (step.verb) {
    case construct:
    case recycle:
      NewLife();
      Write();
      return 0;
    case destroy:
    case write:
    case erase:
      Write();
      return 0;
    case read:
    case hit:
    case iterate:
      Read();
      return 0;
    case write_:
    case erase_:
      Write();
      self.PlayInside();
      Write();
      return 0;
    case read_:
    case hit_:
      Read();
      self.PlayInside();
      Read();
      return 0;
    default:
      Unknown("a map", step.verb);
    }
  }
  bool Contains(const void *address) const override {
    return address >= lives_ && address < lives_ + kLives;
  }
};

MapCell *MapCell::Make(const std::string &) { return new Proxy; }

#else

// A call of a hash function or a comparison that this thread makes next opens
// up: the steps up to `end` happen inside.
static thread_local bool opens;

static void Open() {
  if (!opens)
    return;
  opens = false;
  Worker::Self()->PlayInside();
}

namespace {

struct OpeningHash {
  size_t operator()(int key) const {
    Open();
    return static_cast<size_t>(key);
  }
};
struct OpeningLess {
  bool operator()(int a, int b) const {
    Open();
    return a < b;
  }
};

// One bug is reported once: the same call sites, on maps that were created at
// the same place. So each map is created at a place of its own: the return
// addresses on the stack spell its number.
int creations;

template <class Map, int Digit>
[[gnu::noinline]] Map *CreateAt(void *memory, int number, int digits) {
  Map *map;
  if (digits == 0)
    map = new (memory) Map();
  else if (number & 1)
    map = CreateAt<Map, 1>(memory, number >> 1, digits - 1);
  else
    map = CreateAt<Map, 0>(memory, number >> 1, digits - 1);
  asm volatile("" : "+r"(map) : "n"(Digit)); // no tail call
  return map;
}
template <class Map> Map *Create(void *memory) {
  return CreateAt<Map, 0>(memory, creations++, 16);
}

template <class Map> int Insert(Map &map, int key) {
  if constexpr (requires { map.find(key)->second; })
    return map.emplace(key, key).second;
  else
    return map.insert(key).second;
}

template <class Map> class RealMap : public MapCell {
  static constexpr int kPresent = 1;
  // (Not destroyed with the cell: that would be an operation.)
  void *memory_ = std::malloc(sizeof(Map));
  Map *map_ = Create<Map>(memory_);
  int next_key_ = 100; // keys inserted are new...
  int oldest_ = 100;   // ... and erased in that order

  int Erase() {
    if (oldest_ == next_key_)
      std::abort(); // the program says so only if something is there
    return static_cast<int>(map_->erase(oldest_++));
  }

public:
  RealMap() { Insert(*map_, kPresent); }
  ~RealMap() override { std::free(memory_); }

  int Do(Worker &, const Step &step) override {
    Map &map = *map_;
    switch (step.verb) {
    case read_:
      opens = true;
      [[fallthrough]];
    case read:
      return map.find(kPresent) != map.end();
    case write_:
      opens = true;
      [[fallthrough]];
    case write:
      return Insert(map, next_key_++);
    case hit_:
      opens = true;
      [[fallthrough]];
    case hit:
      return Insert(map, kPresent);
    case erase_:
      opens = true;
      [[fallthrough]];
    case erase:
      return Erase();
    case iterate: {
      int n = 0;
      for (auto it = map.begin(), last = map.end(); it != last; ++it)
        n++;
      return n > 0;
    }
    case destroy:
      map.~Map();
      return 0;
    case construct:
      map_ = Create<Map>(memory_);
      Insert(*map_, kPresent);
      next_key_ = oldest_ = 100;
      return 0;
    case recycle: {
      auto before = reinterpret_cast<unsigned long>(memory_);
      std::free(memory_);
      memory_ = std::malloc(sizeof(Map));
      times++;
      same_address += reinterpret_cast<unsigned long>(memory_) == before;
      map_ = Create<Map>(memory_);
      Insert(*map_, kPresent);
      next_key_ = oldest_ = 100;
      return 0;
    }
    default:
      Unknown("a map", step.verb);
    }
  }
  bool Contains(const void *address) const override { return address == map_; }
};

/// A map without contents, so that its operations may overlap as they like.
class TableMap : public MapCell {
  alignas(Table) char memory_[sizeof(Table)];
  Table &table_ = *Create<Table>(memory_);

public:
  int Do(Worker &self, const Step &step) override {
    Worker *inside =
        NameOf(step.verb)[std::strlen(NameOf(step.verb)) - 1] == '_' ? &self
                                                                     : nullptr;
    switch (step.verb) {
    case read:
    case read_:
    case iterate:
      return table_.get(inside);
    case hit:
    case hit_:
      return table_.put(inside, 0);
    case write:
    case write_:
      return table_.put(inside, 1);
    case erase:
    case erase_:
      table_.clear(inside);
      return 1;
    default:
      Unknown("a table", step.verb);
    }
  }
  bool Contains(const void *address) const override {
    return address == &table_;
  }
};

} // namespace

MapCell *MapCell::Make(const std::string &kind) {
  if (kind == "table")
    return new TableMap;
  if (kind == "unordered_map")
    return new RealMap<std::unordered_map<int, int, OpeningHash>>;
  if (kind == "map")
    return new RealMap<std::map<int, int, OpeningLess>>;
  if (kind == "set")
    return new RealMap<std::set<int, OpeningLess>>;
  std::fprintf(stderr, "executor: no map is called %s\n", kind.c_str());
  std::exit(2);
}

#endif

} // namespace differential
