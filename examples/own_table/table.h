// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A table of a program's own: numbers by numbers, in an array that grows.
#pragma once

#include <cstddef>

namespace acme {

class Table {
public:
  struct Entry {
    int key, value;
  };
  class Position {
  public:
    explicit Position(Entry *at) : at(at) {}
    Entry &operator*() const { return *at; }
    Position &operator++() {
      ++at;
      return *this;
    }
    bool operator!=(const Position &other) const { return at != other.at; }

  private:
    Entry *at;
  };

  Table() = default;
  ~Table() { delete[] entries; }
  Table(const Table &) = delete;
  Table &operator=(const Table &) = delete;

  std::size_t size() const { return count; }
  int get(int key) const;       // 0: there is none
  bool put(int key, int value); // false: the key was there
  bool drop(int key);           // false: it was not there
  Position begin() { return Position(entries); }
  Position end() { return Position(entries + count); }

private:
  Entry *find(int key) const;

  std::size_t count = 0, room = 0;
  Entry *entries = nullptr;
};

} // namespace acme
