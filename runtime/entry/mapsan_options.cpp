// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the flags get their values from, and what some of them do at once.

#include "../clock/mapsan_rules.h"
#include "../report/mapsan_output.h"
#include "../report/mapsan_report.h"
#include "mapsan_flags.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_flags.h"

// A program may define it to bring its own defaults.
SANITIZER_INTERFACE_WEAK_DEF(const char *, __mapsan_default_options, void) {
  return "";
}

namespace __mapsan {
using namespace __sanitizer;

void InitializeFlags() {
  SanitizerToolName = "MapSanitizer";
  flags()->SetDefaults();
  flags()->Parse(__mapsan_default_options(), "__mapsan_default_options()");
  flags()->Parse(GetEnv("MAPSAN_OPTIONS"), "MAPSAN_OPTIONS");

  // What Die() exits with, which sanitizer_common calls when it is at a loss.
  CommonFlags common;
  common.CopyFrom(*common_flags());
  common.exitcode = flags()->exitcode;
  OverrideCommonFlags(common);
  SetVerbosity(common.verbosity);

#if MAPSAN_DEBUG_RUNTIME
  DoWithout(flags()->without.names);
#endif
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
