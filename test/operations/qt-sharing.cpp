// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Intent: copies of a Qt container share its data, and are maps of their own: reading one
// does not race with changing another; a call that detaches does race with
// another on the same copy.

// RUN: %mapsan-clangxx -O0 -g -fPIC %s $(pkg-config --cflags --libs Qt6Core) -o %t
// RUN: %t 2>&1 | %FileCheck --check-prefix=SILENT %s
// RUN: env MAPSAN_OPTIONS=exitcode=0 %t racy 2>&1 | %FileCheck --check-prefix=RACY %s

#include "meeting.h"

#include <QHash>
#include <QMap>
#include <cstdio>
#include <thread>

Meeting meeting;

/// One thread reads `copy`, then another changes `table`, which shares its data
/// until then, and reads `copy` itself; nothing orders the two. `racy`: that
/// one detaches `copy`.
template <class Table> void share(Table table, bool racy) {
  Table copy = table, another = table;
  std::thread reader([&] {
    meeting.meet();
    if (std::as_const(copy).find(1) == std::as_const(copy).end())
      std::puts("lost");
    meeting.meet();
  });
  std::thread writer([&] {
    meeting.meet();
    meeting.meet();
    table.insert(2, 2);
    table.remove(1);
    if (racy)
      copy.detach();
    else if (copy.value(1) != 1)
      std::puts("lost");
  });
  reader.join();
  writer.join();
}

int main(int argc, char **) {
  share(QHash<int, int>{{1, 1}}, argc > 1);
  share(QMap<int, int>{{1, 1}}, argc > 1);
  std::puts("DONE");
}

// SILENT-NOT: {{.}}
// SILENT: DONE
// SILENT-NOT: {{.}}

// RACY: WARNING: MapSanitizer: concurrent map read and map write
// RACY: Map `copy` of type QHash<int, int>
// RACY: Write: detach
// RACY: Previous read: {{find|end}}
// RACY: WARNING: MapSanitizer: concurrent map read and map write
// RACY: Map `copy` of type QMap<int, int>
// RACY: Write: detach
// RACY-NOT: WARNING
// RACY: DONE
