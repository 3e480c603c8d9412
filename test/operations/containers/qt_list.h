// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Qt's list.

#include "../keys.h"

#include <QList>

#define TRAITS_QList 0, 0, 0, QList

#define CONTAINER_NAME QUOTE(CONTAINER)
#define MAP_OF(Container) Container<Key>
#define PUT(Map, Number) (Map).append(Key(Number))
#define TAKE(Map, Number) (Map).removeLast()
#define SIZE(Map) (Map).size()
// The place, or the end. (No operation in MapSan's eyes.)
template <class Any>
__attribute__((disable_sanitizer_instrumentation)) auto place(Any &any,
                                                              int number) {
  return number > any.size() ? any.end() : any.begin() + (number - 1);
}
#define FIND(Map, Number) place(Map, Number)
#define WORD_OF(Map, Number) (&place(Map, Number)->payload)
#define SWAP "std::swap"
#define ERASE_IF "erase_if"
#define OPERATORS ""
#define GENERIC_SWAP // of std::ranges
#define SHARES       // its data with copies
#define STABLE 0
#define ONLY_EXTRA_ROWS
#define EXTRA_ROWS "rows/qt_list.inc"
