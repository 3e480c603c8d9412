// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "qt-elsewhere.h"

const QMap<int, int> *copied(const QMap<int, int> &map) {
  return new QMap<int, int>(map);
}
const QHash<int, int> *copied(const QHash<int, int> &map) {
  return new QHash<int, int>(map);
}
void dropped(const QMap<int, int> *map) { delete map; }
void dropped(const QHash<int, int> *map) { delete map; }
