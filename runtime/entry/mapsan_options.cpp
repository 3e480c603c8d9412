// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the flags get their values from, and what some of them do at once.

#include "../clock/mapsan_rules.h"
#include "../report/mapsan_output.h"
#include "../report/mapsan_report.h"
#include "mapsan_flags.h"
#include "mapsan_trusted.h"
#include "sanitizer_common/sanitizer_allocator_internal.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_flags.h"
#include "sanitizer_common/sanitizer_libc.h"

#include <sys/auxv.h>

// A program may define it to bring its own defaults.
SANITIZER_INTERFACE_WEAK_DEF(const char *, __mapsan_default_options, void) {
  return "";
}

namespace __mapsan {
using namespace __sanitizer;

// The flag is a list with blanks or commas; patterns end with a NUL each, the
// list with another.
static void TrustNames(const char *names) {
  uptr size = internal_strlen(names);
  if (!size) // the usual case; the allocator's first block costs a millisecond
    return;
  char *list = static_cast<char *>(InternalAlloc(size + 2)), *to = list;
  for (const char *at = names; *at; at++) {
    bool blank = *at == ' ' || *at == ',';
    if (blank && (to == list || !to[-1]))
      continue;
    *to++ = blank ? 0 : *at;
  }
  if (to != list && to[-1])
    *to++ = 0;
  *to = 0;
  TrustModules(list);
  InternalFree(list);
}

void InitializeFlags() {
  SanitizerToolName = "MapSanitizer";
  flags()->SetDefaults();
  flags()->Parse(__mapsan_default_options(), "__mapsan_default_options()");
  // Where the program has rights that its caller lacks (setuid), the caller is
  // not to choose files to read and write.
  if (!getauxval(AT_SECURE))
    flags()->Parse(GetEnv("MAPSAN_OPTIONS"), "MAPSAN_OPTIONS");

  // What Die() exits with, which sanitizer_common calls when it is at a loss.
  CommonFlags common;
  common.CopyFrom(*common_flags());
  common.exitcode = flags()->exitcode;
  OverrideCommonFlags(common);
  SetVerbosity(common.verbosity);

#if MAPSAN_DEBUG_RUNTIME
  DoWithout(flags()->without.names);
  GoSlowly(flags()->slow.names);
#endif
  TrustNames(flags()->harmless);
  InitializeOutput();
  if (flags()->help) {
    InternalScopedString text;
    flags()->Describe(&text);
    WriteOutput(text.data(), text.length());
  }
  if (flags()->enabled)
    InitializeReports();
}

} // namespace __mapsan
