// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Suppressions, matched by sanitizer_common. Its reader ends the process on a
// line that it does not understand, so each line is looked at before it gets
// there.

#include "mapsan_suppressions.h"

#include "../entry/mapsan_flags.h"
#include "mapsan_output.h"
#include "mapsan_words.h"
#include "sanitizer_common/sanitizer_file.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_placement_new.h"
#include "sanitizer_common/sanitizer_suppressions.h"

namespace __mapsan {

namespace {

const char kRace[] = "race"; // a function on one of the two stacks
const char kMap[] = "map";   // the map's name or type
const char kLib[] = "lib";   // a module on one of the two stacks
const char *kTypes[] = {kRace, kMap, kLib};

alignas(SuppressionContext) char memory[sizeof(SuppressionContext)];
SuppressionContext *context;

SuppressionContext *Context() {
  if (!context)
    context = new (memory) SuppressionContext(kTypes, ARRAY_SIZE(kTypes));
  return context;
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// One line without blanks around it; not empty, not a comment.
void AddLine(char *line, const char *source, u32 number) {
  char *colon = internal_strchr(line, ':');
  if (!colon) {
    Printf("MapSanitizer: suppressions %s:%u: '%s' is not of the form "
           "<type>:<pattern>; ignored\n",
           source, number, line);
    return;
  }
  int size = static_cast<int>(colon - line);
  for (u32 i = 0; i < ARRAY_SIZE(kTypes); i++) {
    if (static_cast<int>(internal_strlen(kTypes[i])) != size ||
        internal_strncmp(line, kTypes[i], size))
      continue;
    const char *pattern = colon + 1;
    while (IsBlank(*pattern))
      pattern++;
    internal_memmove(colon + 1, pattern, internal_strlen(pattern) + 1);
    if (colon[1])
      Context()->Parse(line);
    else
      Printf("MapSanitizer: suppressions %s:%u: nothing after '%s'; ignored\n",
             source, number, line);
    return;
  }
  Printf("MapSanitizer: suppressions %s:%u: unknown suppression type '%.*s' "
         "(there are race, map and lib); ignored\n",
         source, number, size, line);
}

bool Matches(const char *type, const char *text) {
  Suppression *found;
  if (!text || !context->Match(text, type, &found))
    return false;
  atomic_fetch_add(&found->hit_count, 1, memory_order_relaxed);
  return true;
}

bool Matches(const OperationView &operation) {
  if (!operation.known)
    return false;
  if (Matches(kRace, operation.access->site->function) ||
      Matches(kMap, MapNameOf(operation.access->site)) ||
      Matches(kMap, operation.access->site->type))
    return true;
  const Frames &stack = operation.stack;
  for (u32 i = 0; i < stack.count; i++)
    if (Matches(kRace, stack.frames[i].function) ||
        Matches(kRace, stack.frames[i].demangled) ||
        Matches(kLib, stack.frames[i].module))
      return true;
  return false;
}

} // namespace

void AddSuppressions(const char *text, const char *source) {
  // What some editors put before the first line (a mark of UTF-8).
  const char mark[] = "\xef\xbb\xbf";
  if (!internal_strncmp(text, mark, sizeof(mark) - 1))
    text += sizeof(mark) - 1;
  for (u32 number = 1; *text; number++) {
    const char *end = internal_strchrnul(text, '\n');
    const char *last = end;
    while (text < last && IsBlank(*text))
      text++;
    while (text < last && IsBlank(last[-1]))
      last--;
    if (text < last && *text != '#') {
      InternalScopedString line;
      line.AppendF("%.*s", static_cast<int>(last - text), text);
      AddLine(line.data(), source, number);
    }
    text = *end ? end + 1 : end;
  }
}

void InitializeSuppressions() {
  const char *path = flags()->suppressions;
  if (!path || !*path)
    return;
  char *text;
  uptr mapped, size;
  if (!ReadFileToBuffer(path, &text, &mapped, &size)) {
    Printf("MapSanitizer: cannot read the suppressions file '%s'; going on "
           "without it\n",
           path);
    return;
  }
  InternalScopedString copy;
  copy.AppendF("%.*s", static_cast<int>(size), text);
  UnmapOrDie(text, mapped);
  AddSuppressions(copy.data(), path);
}

bool IsSuppressed(const ReportView &view) {
  return context &&
         (Matches(view.current) || Matches(view.previous) ||
          Matches(kMap, view.map_name) || Matches(kMap, view.map_also));
}

void PrintUsedSuppressions() {
  if (!context)
    return;
  InternalMmapVector<Suppression *> used;
  context->GetMatched(&used);
  if (!used.size())
    return;
  InternalScopedString text;
  text.Append("MapSanitizer: used suppressions (findings, line):\n");
  for (uptr i = 0; i < used.size(); i++)
    text.AppendF("%10u %s:%s\n",
                 atomic_load(&used[i]->hit_count, memory_order_relaxed),
                 used[i]->type, used[i]->templ);
  WriteOutput(text.data(), text.length());
}

} // namespace __mapsan
