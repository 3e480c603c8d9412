// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See table.h.

#include "table.h"
#include <algorithm>

namespace acme {

Table::Entry *Table::find(int key) const {
  return std::find_if(entries, entries + count,
                      [key](const Entry &entry) { return entry.key == key; });
}

int Table::get(int key) const {
  Entry *found = find(key);
  return found == entries + count ? 0 : found->value;
}

bool Table::put(int key, int value) {
  if (Entry *found = find(key); found != entries + count) {
    found->value = value;
    return false;
  }
  if (count == room) {
    room = 2 * room + 4;
    Entry *larger = new Entry[room];
    std::copy(entries, entries + count, larger);
    delete[] entries;
    entries = larger;
  }
  entries[count++] = {key, value};
  return true;
}

bool Table::drop(int key) {
  Entry *found = find(key);
  if (found == entries + count)
    return false;
  std::copy(found + 1, entries + count--, found);
  return true;
}

} // namespace acme
