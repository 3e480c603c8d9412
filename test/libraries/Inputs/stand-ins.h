// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Containers that the tests have no library for: classes of our own that are
// called as those, down to the namespaces and bases that mangled names have, and
// do as little as by-hand.cpp asks of them. -DWITH_PHMAP and so on: the library
// itself, by hand.

#ifndef MAPSAN_TEST_STAND_INS_H
#define MAPSAN_TEST_STAND_INS_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace stand_in {

/// What they all are: elements in a row, behind as many other words.
template <int kBefore> struct Row {
  using iterator = std::pair<int, int> *;
  std::size_t before[kBefore] = {};
  std::size_t count = 0;
  iterator elements = new std::pair<int, int>[64];

  iterator find(int key) {
    iterator it = elements;
    while (it != elements + count && it->first != key)
      ++it;
    return it;
  }
  std::pair<iterator, bool> put(int key, int value) {
    iterator it = find(key);
    if (it != elements + count)
      return {it, false};
    *it = {key, value};
    ++count;
    return {it, true};
  }
  std::size_t take(int key) {
    iterator it = find(key);
    if (it == elements + count)
      return 0;
    *it = elements[--count];
    return 1;
  }
};

/// The methods that most of them have, for their bodies.
#define STAND_IN_LOOKUP                                                        \
  iterator find(const int &key) { return row_.find(key); }                     \
  iterator begin() { return row_.elements; }                                   \
  iterator end() { return row_.elements + row_.count; }                        \
  std::size_t size() const { return row_.count; }                              \
  void clear() { row_.count = 0; }
#define STAND_IN_CHANGES                                                       \
  template <class... Arguments>                                                \
  std::pair<iterator, bool> emplace(Arguments &&...arguments) {                \
    return row_.put(arguments...);                                             \
  }                                                                            \
  std::size_t erase(const int &key) { return row_.take(key); }
#define STAND_IN_SUBSCRIPT                                                     \
  int &operator[](const int &key) { return row_.put(key, 0).first->second; }

} // namespace stand_in

#ifdef WITH_PHMAP
#include <parallel_hashmap/btree.h>
#include <parallel_hashmap/phmap.h>
#else
namespace phmap {
struct NullMutex {
  void lock() {}
  void unlock() {}
};
namespace priv {
template <class K, class V> struct FlatHashMapPolicy {};
template <class Policy, class Hash, class Eq, class Alloc> class raw_hash_set {
public:
  using iterator = stand_in::Row<2>::iterator;
  STAND_IN_LOOKUP
  STAND_IN_CHANGES
  template <class K> std::size_t _find_key(const K &key, std::size_t) {
    iterator it = row_.find(key);
    return it == end() ? std::size_t(-1) : it - begin();
  }
  std::size_t prepare_insert(std::size_t) { return row_.count++; }
  template <class K, class V> void emplace_at(std::size_t at, K key, V value) {
    row_.elements[at] = {key, value};
  }

protected:
  stand_in::Row<2> row_;
};
template <class Policy, class Hash, class Eq, class Alloc>
class raw_hash_map : public raw_hash_set<Policy, Hash, Eq, Alloc> {
public:
  template <class K = int> int &operator[](const K &key) {
    return this->row_.put(key, 0).first->second;
  }
};

/// Tables with a lock each.
template <std::size_t N, template <class, class, class, class> class RefSet,
          class Mtx, class Policy, class Hash, class Eq, class Alloc>
class parallel_hash_set {
  using Set = RefSet<int, int, Hash, Eq>;
  struct Inner : Mtx {
    Set set_;
  };

public:
  using iterator = typename Set::iterator;
  template <class... Arguments>
  std::pair<iterator, bool> emplace(const int &key, Arguments &&...arguments) {
    Inner &inner = of(key);
    std::lock_guard<Mtx> hold(inner);
    std::size_t at = inner.set_._find_key(key, key);
    bool absent = at == std::size_t(-1);
    if (absent) {
      at = inner.set_.prepare_insert(key);
      inner.set_.emplace_at(at, key, arguments...);
    }
    return {inner.set_.begin() + at, absent};
  }
  std::size_t erase(const int &key) {
    Inner &inner = of(key);
    std::lock_guard<Mtx> hold(inner);
    return inner.set_.erase(key);
  }
  bool contains(const int &key) {
    Inner &inner = of(key);
    std::lock_guard<Mtx> hold(inner);
    return inner.set_.find(key) != inner.set_.end();
  }
  template <class F> void for_each(F &&call) {
    for (Inner &inner : sets_) {
      std::lock_guard<Mtx> hold(inner);
      for (auto it = inner.set_.begin(); it != inner.set_.end(); ++it)
        call(*it);
    }
  }
  void clear() {
    for (Inner &inner : sets_) {
      std::lock_guard<Mtx> hold(inner);
      inner.set_.clear();
    }
  }
  iterator begin() { return sets_[0].set_.begin(); }
  std::size_t size() const {
    std::size_t sum = 0;
    for (const Inner &inner : sets_)
      sum += inner.set_.size();
    return sum;
  }

private:
  Inner &of(int key) { return sets_[key % (1 << N)]; }
  Inner sets_[1 << N];
};
} // namespace priv

template <class K, class V, class Hash = std::hash<K>,
          class Eq = std::equal_to<K>,
          class Alloc = std::allocator<std::pair<const K, V>>>
class flat_hash_map : public priv::raw_hash_map<priv::FlatHashMapPolicy<K, V>,
                                                Hash, Eq, Alloc> {};
namespace priv {
template <class K, class V, class Hash, class Eq>
using Flat = flat_hash_map<K, V, Hash, Eq>;
}
template <class K, class V, class Hash, class Eq, class Alloc, std::size_t N,
          class Mtx = NullMutex>
class parallel_flat_hash_map
    : public priv::parallel_hash_set<
          N, priv::Flat, Mtx, priv::FlatHashMapPolicy<K, V>, Hash, Eq, Alloc> {
};

namespace priv {
template <class Tree> class btree_container {
public:
  using iterator = stand_in::Row<2>::iterator;
  STAND_IN_LOOKUP
  std::size_t erase(const int &key) { return row_.take(key); }

protected:
  stand_in::Row<2> row_;
};
template <class Tree> class btree_set_container : public btree_container<Tree> {
public:
  using iterator = typename btree_container<Tree>::iterator;
  template <class... Arguments>
  std::pair<iterator, bool> emplace(Arguments &&...arguments) {
    return this->row_.put(arguments...);
  }
};
template <class Tree>
class btree_map_container : public btree_set_container<Tree> {
public:
  template <class K = int> int &operator[](const K &key) {
    return this->row_.put(key, 0).first->second;
  }
};
} // namespace priv
template <class K, class V>
class btree_map : public priv::btree_map_container<std::pair<K, V>> {};
} // namespace phmap
#endif

#ifdef WITH_ANKERL
#include <ankerl/unordered_dense.h>
#else
namespace ankerl::unordered_dense {
inline namespace v4_9_2 {
namespace detail {
template <class K, class V, class Hash, class KeyEqual, bool IsSegmented>
class table {
public:
  using iterator = stand_in::Row<1>::iterator;
  STAND_IN_LOOKUP
  STAND_IN_CHANGES
  STAND_IN_SUBSCRIPT
  friend void swap(table &a, table &b) { std::swap(a.row_, b.row_); }

private:
  stand_in::Row<1> row_;
};
} // namespace detail
template <class K, class V>
using map = detail::table<K, V, std::hash<K>, std::equal_to<K>, false>;
} // namespace v4_9_2
} // namespace ankerl::unordered_dense
#endif

#ifdef WITH_ROBIN_HOOD
#include <robin_hood.h>
#else
namespace robin_hood {
namespace detail {
template <bool IsFlat, std::size_t MaxLoadFactor100, class K, class V,
          class Hash, class KeyEqual>
class Table {
public:
  using iterator = stand_in::Row<3>::iterator;
  STAND_IN_LOOKUP
  STAND_IN_CHANGES
  STAND_IN_SUBSCRIPT

private:
  std::size_t pool_[IsFlat ? 1 : 3] = {};
  stand_in::Row<3> row_;
};
} // namespace detail
template <class K, class V>
using unordered_flat_map =
    detail::Table<true, 80, K, V, std::hash<K>, std::equal_to<K>>;
template <class K, class V>
using unordered_node_map =
    detail::Table<false, 80, K, V, std::hash<K>, std::equal_to<K>>;
} // namespace robin_hood
#endif

#ifdef WITH_FOLLY
#include <folly/concurrency/ConcurrentHashMap.h>
#include <folly/container/F14Map.h>
#else
namespace folly {
namespace f14 {
namespace detail {
template <class Policy> class F14BasicMap {
public:
  using iterator = stand_in::Row<1>::iterator;
  STAND_IN_LOOKUP
  STAND_IN_CHANGES
  STAND_IN_SUBSCRIPT

protected:
  stand_in::Row<1> row_;
};
struct ValueContainerPolicy {};
struct VectorContainerPolicy {};
/// Has iterators and erasure of its own.
template <class Policy> class F14VectorMapImpl : public F14BasicMap<Policy> {
public:
  using iterator = typename F14BasicMap<Policy>::iterator;
  iterator begin() { return this->row_.elements; }
  iterator end() { return this->row_.elements + this->row_.count; }
  std::size_t erase(const int &key) { return this->row_.take(key); }
};
} // namespace detail
} // namespace f14
template <class K, class V>
class F14ValueMap
    : public f14::detail::F14BasicMap<f14::detail::ValueContainerPolicy> {};
template <class K, class V>
class F14VectorMap
    : public f14::detail::F14VectorMapImpl<f14::detail::VectorContainerPolicy> {
};

/// Locked as a whole.
template <class K, class V> class ConcurrentHashMap {
public:
  using iterator = stand_in::Row<1>::iterator;
  ConcurrentHashMap() {}
  ConcurrentHashMap &operator=(ConcurrentHashMap &&other) {
    std::swap(row_, other.row_);
    return *this;
  }
  ~ConcurrentHashMap() {}
  iterator find(const K &key) const { return locked(&Row::find, key); }
  template <class... Arguments>
  std::pair<iterator, bool> emplace(Arguments &&...arguments) {
    return locked(&Row::put, arguments...);
  }
  template <class Key, class Value>
  std::pair<iterator, bool> insert_or_assign(Key &&key, Value &&value) {
    return locked(&Row::put, key, value);
  }
  std::size_t erase(const K &key) { return locked(&Row::take, key); }
  iterator cbegin() const { return row_.elements; }
  iterator begin() const { return row_.elements; }
  iterator end() const { return row_.elements + row_.count; }
  std::size_t size() const { return row_.count; }
  void clear() { row_.count = 0; }
  void max_load_factor(float) {}

private:
  using Row = stand_in::Row<1>;
  template <class Method, class... Arguments>
  auto locked(Method method, Arguments... arguments) const {
    return (row_.*method)(arguments...);
  }
  mutable Row row_;
};
} // namespace folly
#endif

#ifdef WITH_REDIS
extern "C" {
#include <dict.h>
}
#else
struct dict : stand_in::Row<6> {};
struct dictType {
  uint64_t (*hashFunction)(const void *);
};
struct dictEntry;
struct dictIterator {
  dict *d;
  int next;
};
extern "C" {
[[gnu::noinline]] inline dict *dictCreate(dictType *) { return new dict; }
[[gnu::noinline]] inline void dictRelease(dict *d) { delete d; }
[[gnu::noinline]] inline int dictAdd(dict *d, void *key, void *) {
  return !d->put(reinterpret_cast<intptr_t>(key), 0).second;
}
[[gnu::noinline]] inline int dictDelete(dict *d, const void *key) {
  return !d->take(reinterpret_cast<intptr_t>(key));
}
[[gnu::noinline]] inline dictEntry *dictFind(dict *d, const void *key) {
  return reinterpret_cast<dictEntry *>(
      d->find(reinterpret_cast<intptr_t>(key)));
}
[[gnu::noinline]] inline dictIterator *dictGetIterator(dict *d) {
  return new dictIterator{d, 0};
}
[[gnu::noinline]] inline dictEntry *dictNext(dictIterator *it) {
  return reinterpret_cast<dictEntry *>(it->d->elements + it->next++);
}
}
#endif

#endif // MAPSAN_TEST_STAND_INS_H
