// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A finding in its reader's words.

#include "mapsan_view.h"

#include "../clock/mapsan_lockset_table.h"
#include "../clock/mapsan_thread.h"
#include "../entry/mapsan_flags.h"
#include "mapsan_names.h"
#include "mapsan_symbolizer.h"
#include "mapsan_words.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_stackdepot.h"

namespace __mapsan {

namespace {

// Gives locks their numbers, the same one to the same lock on both sides.
struct LockNumbers {
  static constexpr u32 kMax = 128;
  uptr addresses[kMax];
  u32 count;

  u32 Of(uptr address) {
    u32 i = 0;
    while (i < count && addresses[i] != address)
      i++;
    if (i == count && count < kMax)
      addresses[count++] = address;
    return i + 1;
  }
};

const Frame *LockFrame(TextArena *arena, u32 stack_id) {
  // The innermost frames are the library's: lock_guard, mutex.
  StackTrace stack = StackDepotGet(stack_id);
  for (u32 i = 0; i < stack.size; i++)
    if (const Frame *frame = BuildFrame(arena, stack.trace[i]))
      return frame;
  return nullptr;
}

void DescribeLocks(TextArena *arena, OperationView *view, u32 lockset,
                   LockNumbers *numbers) {
  view->locks_unknown = flags()->detect == Detect::Overlap;
  auto *held = arena->New<LockOfSet>(Thread::kMaxLocks);
  view->lock_count = LocksOfSet(lockset, held, &view->locks_forgotten);
  LockView *locks = arena->New<LockView>(view->lock_count);
  for (u32 i = 0; i < view->lock_count; i++) {
    const LockOfSet &lock = held[i];
    locks[i] = {numbers->Of(lock.addr), MAPSAN_SYNC_PLACE(lock.addr),
                lock.mode == LockMode::Shared, lock.what,
                LockFrame(arena, lock.stack)};
  }
  view->locks = locks;
}

void DescribeOperation(TextArena *arena, OperationView *view,
                       const Access &access, LockNumbers *numbers) {
  view->access = &access;
  view->known = access.site != nullptr;
  if (!view->known)
    return;
  view->noun = NounOf(access);
  view->operation = OperationWords(arena, access);
  view->thread = ThreadWords(arena, access.tid);
  view->stack = BuildFrames(arena, access.stack, access.site);
  DescribeLocks(arena, view, access.lockset, numbers);
}

void DescribeThread(TextArena *arena, ReportView *view,
                    const OperationView &operation) {
  ThreadInfo info;
  u32 tid = operation.known ? operation.access->tid : 0;
  if (tid <= 1 || !ThreadInfoById(tid, &info))
    return;
  for (u32 i = 0; i < view->thread_count; i++)
    if (view->threads[i].tid == tid)
      return;
  ThreadView *thread = &view->threads[view->thread_count++];
  thread->tid = tid;
  thread->name = ThreadWords(arena, tid);
  if (info.adopted || !info.parent_tid)
    return;
  thread->creator = ThreadWords(arena, info.parent_tid);
  thread->stack = BuildFrames(arena, info.creation_stack, nullptr);
}

// "this->sessions_": every C++ programmer knows whose it is.
const char *WithoutThis(const char *name) {
  return name && !internal_strncmp(name, "this->", 6) ? name + 6 : name;
}

// Where an iterator was made: one line is all that there is.
const char *MadeWords(TextArena *arena, const Site *site) {
  InternalScopedString text;
  text.Append(site->operation);
  if (site->file && site->line)
    text.AppendF(" %s:%u:%u", ShortPath(site->file), site->line, site->column);
  if (site->function)
    text.AppendF(" in %s", ShortFunction(arena, site->function));
  return arena->Copy(text.data());
}

// Worth saying beside the first: no expression, and nothing that a library's
// header calls it by.
bool IsAnotherName(const char *name) {
  return *name != '*' && !internal_strchr(name, '(') &&
         !internal_strstr(name, "__") && internal_strcmp(name, "first") &&
         internal_strcmp(name, "second");
}

// The name by which the offenders know the map, and the one it was created
// under: `cache` may be a parameter bound to `sessions_`.
void NameMap(TextArena *arena, ReportView *view) {
  const Finding &finding = *view->finding;
  const Site *sites[] = {finding.made, finding.current.site,
                         finding.previous.site, finding.creation.site};
  for (u32 i = 0; i < ARRAY_SIZE(sites); i++) {
    if (!sites[i])
      continue;
    const char *name = WithoutThis(MapNameOf(sites[i]));
    bool named = name && *name && !view->map_name;
    if (named)
      view->map_name = name;
    else if (name && *name && internal_strcmp(name, view->map_name) &&
             IsAnotherName(name))
      view->map_also = name;
    const char *type = sites[i]->type;
    // Who knows no more than an iterator has that one's type.
    if (type && *type && (!view->map_type || (named && IsOfElement(finding))))
      view->map_type = ShortType(arena, type);
  }
}

const char *SuspicionWords(TextArena *arena, const ReportView &view) {
  const Suspicion &why = view.finding->suspicion;
  const OperationView &side = why.previous ? view.previous : view.current;
  const char *which = why.previous ? "previous " : "";
  if (why.by_thread)
    return arena->Format(
        "nothing seen in this run orders the two, but %s, which was not built "
        "with MapSanitizer and started the thread of the %s%s, may do so",
        why.module, which, side.known ? side.noun : "operation");
  return arena->Format(
      "nothing seen in this run orders the two, but %s, which was not built "
      "with MapSanitizer and called the code of the %s%s, may do so",
      why.module, which, side.known ? side.noun : "operation");
}

const Frame *Culprit(const ReportView &view) {
  if (view.current.known && view.current.stack.user)
    return view.current.stack.user;
  return view.previous.known ? view.previous.stack.user : nullptr;
}

const char *SummaryWords(TextArena *arena, const Frame *frame) {
  if (!frame)
    return nullptr;
  InternalScopedString text;
  if (frame->file && frame->line) {
    text.AppendF("%s:%u", frame->file, frame->line);
    if (frame->column)
      text.AppendF(":%u", frame->column);
  } else if (frame->module) {
    text.AppendF("(%s+0x%zx)", StripModuleName(frame->module), frame->offset);
  }
  if (frame->function)
    text.AppendF("%sin %s", text.length() ? " " : "", frame->function);
  return arena->Copy(text.data());
}

// A line for the suppressions file. `$` would mean "the name ends here".
const char *SuppressionWords(TextArena *arena, const ReportView &view,
                             const Frame *frame) {
  const char *kind = "race", *what = frame ? frame->function : nullptr;
  if (!what) {
    kind = "map";
    what = view.map_name ? view.map_name : view.map_type;
  }
  if (!what && frame && frame->module) {
    kind = "lib";
    what = StripModuleName(frame->module);
  }
  if (!what)
    return nullptr;
  InternalScopedString text;
  text.AppendF("%s:", kind);
  for (; *what; what++)
    text.AppendF("%c", *what == '$' || *what == '^' ? '*' : *what);
  return arena->Copy(text.data());
}

} // namespace

ReportView *BuildView(TextArena *arena, const Finding &finding) {
  ReportView *view = arena->New<ReportView>();
  LockNumbers *numbers = arena->New<LockNumbers>();
  view->finding = &finding;
  RefreshModules();
  view->kind =
      arena->Format("%s%s", KindPrefix(finding.grade), KindWords(finding.kind));
  view->grade = GradeWords(finding.grade);
  view->grade_explained = GradeExplained(finding.grade);
  NameMap(arena, view);
  DescribeOperation(arena, &view->current, finding.current, numbers);
  DescribeOperation(arena, &view->previous, finding.previous, numbers);
  DescribeOperation(arena, &view->creation, finding.creation, numbers);
  if (finding.grade == Grade::Candidate)
    view->grade_explained = SuspicionWords(arena, *view);
  if (finding.made)
    view->made = MadeWords(arena, finding.made);
  if (finding.kind == FindingKind::OutsideLock) {
    DescribeLocks(arena, &view->making, finding.made_lockset, numbers);
    view->why = OutsideLockWords(arena, *view);
  } else {
    view->why = InvalidationWords(arena, finding);
  }
  if (!view->why) // else they are not what is missing
    view->locks = LockWords(arena, view->current, view->previous);
  DescribeThread(arena, view, view->current);
  DescribeThread(arena, view, view->previous);
  DescribeThread(arena, view, view->creation);
  const Frame *culprit = Culprit(*view);
  view->summary = SummaryWords(arena, culprit);
  view->suppression = SuppressionWords(arena, *view, culprit);
  return view;
}

} // namespace __mapsan
