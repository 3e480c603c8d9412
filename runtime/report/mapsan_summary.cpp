// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What was looked at in a run: so that silence can be told from blindness.

#include "mapsan_summary.h"

#include "../entry/mapsan_modules.h"
#include "../maps/mapsan_map_table.h"
#include "mapsan_history.h"
#include "mapsan_output.h"
#include "mapsan_report.h"

namespace __mapsan {

namespace {

u32 Load(const atomic_uint32_t &counter) {
  return atomic_load(&counter, memory_order_relaxed);
}

} // namespace

void PrintRunSummary() {
  SiteCounts sites = CountSites();
  MapLives maps = CountMapLives();
  History *history = ReportHistory();
  InternalScopedString text;
  text.AppendF("MapSanitizer: summary (pid=%d)\n",
               static_cast<int>(internal_getpid()));
  text.AppendF("  call sites: %llu present in %u modules, %llu ran\n",
               sites.present, sites.modules, sites.ran);
  text.AppendF("  maps: %llu seen, %llu by two or more threads\n", maps.seen,
               maps.shared);
  text.AppendF("  reports: %u printed, %u findings suppressed, %u dropped by "
               "limits\n",
               Load(history->reports), Load(history->suppressions),
               Load(history->dropped));
  if (u32 candidates = Load(history->candidates))
    text.AppendF("  candidates: %u printed\n", candidates);
  if (u32 discipline = Load(history->discipline))
    text.AppendF("  discipline: %u printed\n", discipline);
  if (!sites.present)
    text.Append("  No map operation that could race was compiled with MapSan: "
                "this run says nothing.\n");
  else if (!sites.ran)
    text.Append("  No instrumented map operation ran: this run says "
                "nothing.\n");
  else if (!maps.shared)
    text.Append("  No map was used by two threads.\n");
  WriteOutput(text.data(), text.length());
}

} // namespace __mapsan
