// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Copies of maps that a library without MapSan holds, as Qt's own do.

#ifndef MAPSAN_TEST_QT_ELSEWHERE_H
#define MAPSAN_TEST_QT_ELSEWHERE_H

#include <QHash>
#include <QMap>

#define ELSEWHERE __attribute__((visibility("default")))
ELSEWHERE const QMap<int, int> *copied(const QMap<int, int> &map);
ELSEWHERE const QHash<int, int> *copied(const QHash<int, int> &map);
ELSEWHERE void dropped(const QMap<int, int> *map);
ELSEWHERE void dropped(const QHash<int, int> *map);

#endif // MAPSAN_TEST_QT_ELSEWHERE_H
