// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What emitted code looks at: see mapsan_shortcuts.h.

#include "mapsan_shortcuts.h"

using __mapsan::ShortcutFields;

// Where those look that have none: all goes the long way. (They say there what
// they release; nobody asks.)
static ShortcutFields none = {{__mapsan::Shortcuts::kAskRuntime},
                              {},
                              {},
                              {},
                              {},
                              {},
                              {},
                              {},
                              {},
                              {},
                              {},
                              {},
                              {}};

// initial-exec, as emitted code takes it.
extern "C" __attribute__((
    visibility("default"),
    tls_model("initial-exec"))) THREADLOCAL ShortcutFields *__mapsan_shortcuts;
THREADLOCAL ShortcutFields *__mapsan_shortcuts = &none;

namespace __mapsan {

void TakeShortcuts(Shortcuts *own) { __mapsan_shortcuts = own; }
void TakeNoShortcuts() { __mapsan_shortcuts = &none; }

} // namespace __mapsan
