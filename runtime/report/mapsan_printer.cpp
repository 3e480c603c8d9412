// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts a report's view on lines. Tools and tests rely on this layout:
//
//   ==================
//   WARNING: MapSanitizer: <kind> (pid=N)
//     Map `<name>` of type <type> at 0x<address>
//     <Noun>: <operation> by <thread>:
//       #0 <function> <file>:<line>:<column> (<module>+0x<offset>)
//       holding M1 0x<address> (exclusive), taken at <file>:<line>:<column>
//           in <function>
//     Previous <noun>: <operation> by <thread>:
//       #0 ...
//       holding no lock
//     Locks: <what the locks tell>
//     Grade: overlap|unordered (<what that means>)
//     Map created by <thread>: <operation>
//       #0 ...
//     Thread T2 '<name>' created by <thread> at:
//       #0 ...
//     Suppress with: race:<function>
//   SUMMARY: MapSanitizer: <kind> <file>:<line>:<column> in <function>
//   ==================
//
// What is not known is left out. Where it is an element that both used, the
// line of the map is
//
//     Element at 0x<address> of map `<name>` of type <type>
//
// Where an iterator (or a reference) was used
// after it was invalidated, the middle of it is:
//
//     Use: <operation> of iterator `<name>` by <thread>:
//       #0 ...
//       holding no lock
//     Invalidated by: <operation> by <thread>:
//       #0 ...
//       holding no lock
//     Iterator made: <operation> <file>:<line>:<column> in <function>
//     Why: <sentence>
//     Grade: invalidated (<what that means>)
//
// Where it was used outside of a lock, that is
//
//     Use: <operation> of iterator `<name>` by <thread>:
//       #0 ...
//       holding no lock
//     Changed by: <operation> by <thread>:
//       #0 ...
//       holding M1 0x<address> (exclusive), taken at ...
//     Iterator made: <operation> <file>:<line>:<column> in <function>
//       holding M1 0x<address> (exclusive), taken at ...
//     Why: <sentence>
//     Grade: discipline (<what that means>)

#include "mapsan_printer.h"

#include "../entry/mapsan_flags.h"
#include "mapsan_words.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_report_decorator.h"

namespace __mapsan {

namespace {

class Decorator : public SanitizerCommonDecorator {
public:
  const char *Access() const { return Blue(); }
  const char *Name() const { return Green(); }
};

constexpr u32 kMaxLocksPrinted = 8;

void PrintFrame(InternalScopedString *out, u32 number, const Frame &frame) {
  out->AppendF("    #%u %s", number,
               frame.function ? frame.function : "<unknown>");
  if (frame.file) {
    out->AppendF(" %s", frame.file);
    if (frame.line)
      out->AppendF(":%u", frame.line);
    if (frame.line && frame.column)
      out->AppendF(":%u", frame.column);
  }
  if (frame.module)
    out->AppendF(" (%s+0x%zx)",
                 frame.file ? StripModuleName(frame.module) : frame.module,
                 frame.offset);
  out->Append("\n");
}

void PrintFolded(InternalScopedString *out, u32 count) {
  out->AppendF("    ... (%u library frame%s)\n", count, count == 1 ? "" : "s");
}

void PrintStack(InternalScopedString *out, const Frames &stack) {
  if (!stack.count) {
    out->Append("    (stack not recorded)\n");
    return;
  }
  u32 limit = flags()->report_frames, printed = 0, folded = 0;
  // A stack of nothing but library frames is better than none.
  bool fold = flags()->fold_frames && stack.user && !stack.user->library;
  for (u32 i = 0; i < stack.count; i++) {
    if (fold && stack.frames[i].library) {
      folded++;
      continue;
    }
    if (printed == limit) {
      out->AppendF("    ... (%u more frames)\n", stack.count - i);
      return;
    }
    // Those at the top are the container's own, and not worth a line.
    if (folded && printed)
      PrintFolded(out, folded);
    folded = 0;
    PrintFrame(out, printed++, stack.frames[i]);
  }
}

void PrintTaken(InternalScopedString *out, const Frame &frame) {
  if (frame.file && frame.line)
    out->AppendF(", taken at %s:%u", frame.file, frame.line);
  else if (frame.module)
    out->AppendF(", taken at (%s+0x%zx)", StripModuleName(frame.module),
                 frame.offset);
  else
    return;
  if (frame.file && frame.column)
    out->AppendF(":%u", frame.column);
  if (frame.function)
    out->AppendF(" in %s", frame.function);
}

void PrintLocks(InternalScopedString *out, const OperationView &operation) {
  if (operation.locks_unknown)
    return;
  if (operation.locks_forgotten)
    out->AppendF("    holding %slocks that are no longer known\n",
                 operation.lock_count ? "further " : "");
  else if (!operation.lock_count)
    out->Append("    holding no lock\n");
  for (u32 i = 0; i < operation.lock_count; i++) {
    if (i == kMaxLocksPrinted) {
      out->AppendF("    holding %u more locks\n", operation.lock_count - i);
      return;
    }
    const LockView &lock = operation.locks[i];
    out->AppendF("    holding M%u ", lock.number);
    if (lock.what)
      out->AppendF("(%s)", lock.what);
    else
      out->AppendF("%p (%s)", reinterpret_cast<void *>(lock.address),
                   lock.shared ? "shared" : "exclusive");
    if (lock.where)
      PrintTaken(out, *lock.where);
    out->Append("\n");
  }
}

void PrintCapitalised(InternalScopedString *out, const char *word) {
  out->AppendF("%c%s", word[0] >= 'a' ? word[0] - 'a' + 'A' : word[0],
               word + 1);
}

// `heading`: null for the operation's own noun.
void PrintOperation(InternalScopedString *out, const OperationView &operation,
                    const char *heading) {
  Decorator d;
  out->AppendF("%s  ", d.Access());
  if (heading)
    out->Append(heading);
  else
    PrintCapitalised(out, operation.noun);
  out->AppendF(": %s by %s:%s\n", operation.operation, operation.thread,
               d.Default());
  PrintStack(out, operation.stack);
  PrintLocks(out, operation);
}

void PrintPrevious(InternalScopedString *out, const ReportView &view) {
  const char *heading_of_handle =
      !view.why                                        ? nullptr
      : view.finding->kind == FindingKind::OutsideLock ? "Changed by"
                                                       : "Invalidated by";
  if (!view.previous.known) {
    out->AppendF("  %s: not known any more (overwritten by a later one)\n",
                 heading_of_handle ? heading_of_handle : "Previous operation");
    return;
  }
  if (heading_of_handle)
    return PrintOperation(out, view.previous, heading_of_handle);
  InternalScopedString heading;
  heading.AppendF("Previous %s", view.previous.noun);
  PrintOperation(out, view.previous, heading.data());
}

void PrintMade(InternalScopedString *out, const ReportView &view) {
  out->Append("  ");
  PrintCapitalised(out, HandleWords(view.finding->current.site));
  out->AppendF(" made: %s\n", view.made);
  if (view.finding->kind == FindingKind::OutsideLock)
    PrintLocks(out, view.making);
}

void PrintMap(InternalScopedString *out, const ReportView &view) {
  Decorator d;
  auto *address = reinterpret_cast<void *>(view.finding->map);
  bool element = IsOfElement(*view.finding);
  if (element)
    out->AppendF("  Element at %p of %smap", address,
                 view.map_name ? "" : "a ");
  else
    out->Append("  Map");
  if (view.map_name)
    out->AppendF(" %s`%s`%s", d.Name(), view.map_name, d.Default());
  if (view.map_type)
    out->AppendF(" of type %s", view.map_type);
  if (!element)
    out->AppendF(" at %p", address);
  if (view.map_also)
    out->AppendF(" (also known as `%s`)", view.map_also);
  out->Append("\n");
}

void PrintThread(InternalScopedString *out, const ThreadView &thread) {
  out->Append("  ");
  PrintCapitalised(out, thread.name);
  if (!thread.creator) {
    out->Append(": MapSanitizer did not see it start\n");
    return;
  }
  out->AppendF(" created by %s at:\n", thread.creator);
  PrintStack(out, thread.stack);
}

} // namespace

void PrintSummaryLine(InternalScopedString *out, const ReportView &view) {
  out->AppendF("SUMMARY: MapSanitizer: %s", view.kind);
  if (view.summary)
    out->AppendF(" %s", view.summary);
}

void PrintReport(InternalScopedString *out, const ReportView &view) {
  Decorator d;
  out->Append("==================\n");
  out->AppendF("%sWARNING: MapSanitizer: %s (pid=%d)%s\n", d.Warning(),
               view.kind, static_cast<int>(internal_getpid()), d.Default());
  PrintMap(out, view);
  PrintOperation(out, view.current, view.why ? "Use" : nullptr);
  PrintPrevious(out, view);
  if (view.made)
    PrintMade(out, view);
  if (view.why)
    out->AppendF("  Why: %s\n", view.why);
  if (view.locks)
    out->AppendF("  Locks: %s\n", view.locks);
  out->AppendF("  Grade: %s (%s)\n", view.grade, view.grade_explained);
  if (view.creation.known) {
    out->AppendF("  Map created by %s: %s\n", view.creation.thread,
                 view.creation.operation);
    PrintStack(out, view.creation.stack);
  }
  for (u32 i = 0; i < view.thread_count; i++)
    PrintThread(out, view.threads[i]);
  if (view.suppression)
    out->AppendF("  Suppress with: %s\n", view.suppression);
  PrintSummaryLine(out, view);
  out->Append("\n==================\n");
}

} // namespace __mapsan
