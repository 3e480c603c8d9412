// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Races and candidates: see mapsan_candidate.h.

#include "mapsan_candidate.h"

#include "../clock/mapsan_suspects.h"
#include "../clock/mapsan_thread.h"
#include "sanitizer_common/sanitizer_stackdepot.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

namespace __mapsan {

// The innermost suspect whose frame lies on the stack.
static const char *SuspectOnStack(u32 stack) {
  StackTrace trace = stack ? StackDepotGet(stack) : StackTrace();
  for (u32 i = 0; i < trace.size; i++)
    if (IsSuspect(trace.trace[i]))
      if (const char *name = SuspectName(static_cast<u32>(trace.trace[i])))
        return name;
  return nullptr;
}

static bool JudgeSide(const Access &access, bool previous, Suspicion *found) {
  ThreadInfo info;
  found->previous = previous;
  found->by_thread = false;
  found->module = SuspectOnStack(access.stack);
  if (found->module)
    return true;
  found->by_thread = true;
  found->module = ThreadInfoById(access.tid, &info)
                      ? SuspectName(info.started_by)
                      : nullptr;
  return found->module != nullptr;
}

void Judge(Finding *finding) {
  if (finding->grade != Grade::Unordered)
    return;
  if (JudgeSide(finding->current, /*previous=*/false, &finding->suspicion) ||
      JudgeSide(finding->previous, /*previous=*/true, &finding->suspicion))
    finding->grade = Grade::Candidate;
}

} // namespace __mapsan
