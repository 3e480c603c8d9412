// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads the run-time options. sanitizer_common has a parser too, but that one
// ends the process on a value it does not understand: a test run must not die
// of a typing error in an environment variable.

#include "mapsan_flags.h"

#include "../clock/mapsan_rules.h"
#include "sanitizer_common/sanitizer_allocator_internal.h"
#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_flags.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {
using namespace __sanitizer;
using flag_type::Frames;
using flag_type::Status;
using flag_type::Text;
using flag_type::When;

namespace flags_internal {
Flags flags;
}

namespace {

// --- one parser and one printer per type of flag

bool ParseValue(const char *value, bool *out) {
  static const char *const kWords[] = {"0", "1", "no", "yes", "false", "true"};
  for (u32 i = 0; i < ARRAY_SIZE(kWords); i++) {
    if (internal_strcmp(value, kWords[i]))
      continue;
    *out = i % 2;
    return true;
  }
  return false;
}

bool ParseValue(const char *value, int *out) {
  const char *end = value;
  s64 number = internal_simple_strtoll(value, &end, 10);
  if (!*value || *end || number < 0 || number > 0x7fffffff)
    return false;
  *out = static_cast<int>(number);
  return true;
}

bool ParseValue(const char *value, Status *out) {
  int number;
  if (!ParseValue(value, &number) || number > 255)
    return false;
  *out = static_cast<Status>(number);
  return true;
}

bool ParseValue(const char *value, Frames *out) {
  int number;
  if (!ParseValue(value, &number) || !number || number > flag_type::kMostFrames)
    return false;
  *out = static_cast<Frames>(number);
  return true;
}

bool ParseValue(const char *value, Text *out) {
  *out = value;
  return true;
}

bool ParseValue(const char *value, When *out) {
  static const char *const kWords[] = {"always", "never", "auto"};
  for (const char *word : kWords) {
    if (internal_strcmp(value, word))
      continue;
    out->word = word;
    return true;
  }
  return false;
}

// Flags that are one of a few words: the words, in the order of the
// enumerators.
template <class Enum> struct Words;
template <> struct Words<Policy> {
  static constexpr const char *kAll[] = {"effective", "strict"};
  static constexpr const char *kExpected = "effective or strict";
};
template <> struct Words<Detect> {
  static constexpr const char *kAll[] = {"all", "overlap"};
  static constexpr const char *kExpected = "all or overlap";
};
template <> struct Words<Leniency> {
  static constexpr const char *kAll[] = {"report", "error", "ignore"};
  static constexpr const char *kExpected = "report, error or ignore";
};

template <class Enum> bool ParseValue(const char *value, Enum *out) {
  for (u32 i = 0; i < ARRAY_SIZE(Words<Enum>::kAll); i++) {
    if (internal_strcmp(value, Words<Enum>::kAll[i]))
      continue;
    *out = static_cast<Enum>(i);
    return true;
  }
  return false;
}

#if MAPSAN_DEBUG_RUNTIME
bool ParseValue(const char *value, flag_type::Rules *out) {
  out->names = value;
  return AreRules(value);
}
bool ParseValue(const char *value, flag_type::FastPaths *out) {
  out->names = value;
  return AreFastPaths(value);
}
const char *Expected(const flag_type::FastPaths *) {
  return "fast paths, joined by '+', or all";
}
void PrintValue(InternalScopedString *out, flag_type::FastPaths value) {
  out->AppendF("'%s'", value.names ? value.names : "");
}
const char *Expected(const flag_type::Rules *) {
  return "rules of docs/happens-before.md, joined by '+'";
}
void PrintValue(InternalScopedString *out, flag_type::Rules value) {
  out->AppendF("'%s'", value.names ? value.names : "");
}
#endif

const char *Expected(const bool *) { return "0 or 1"; }
const char *Expected(const int *) { return "a number, 0 or more"; }
const char *Expected(const Status *) { return "a number from 0 to 255"; }
const char *Expected(const Frames *) { return "a number from 1 to 64"; }
const char *Expected(const Text *) { return "text"; }
const char *Expected(const When *) { return "always, never or auto"; }
template <class Enum> const char *Expected(const Enum *) {
  return Words<Enum>::kExpected;
}

void PrintValue(InternalScopedString *out, bool value) {
  out->AppendF("%d", value);
}
void PrintValue(InternalScopedString *out, int value) {
  out->AppendF("%d", value);
}
void PrintValue(InternalScopedString *out, Status value) {
  out->AppendF("%d", value);
}
void PrintValue(InternalScopedString *out, Frames value) {
  out->AppendF("%d", value);
}
void PrintValue(InternalScopedString *out, Text value) {
  out->AppendF("'%s'", value ? value : "");
}
template <class Enum> void PrintValue(InternalScopedString *out, Enum value) {
  out->Append(Words<Enum>::kAll[static_cast<u32>(value)]);
}

static_assert(sizeof(When) == sizeof(CommonFlags::color),
              "it is read as one of these");

// --- the table, walked

struct Outcome {
  bool known;
  const char *expected; // set if the value made no sense
};

template <class T>
bool Try(const char *wanted, const char *name, const char *value, T *field,
         Outcome *outcome) {
  if (internal_strcmp(wanted, name))
    return false;
  *outcome = {true, ParseValue(value, field) ? nullptr : Expected(field)};
  return true;
}

Outcome SetFlag(Flags *own, CommonFlags *common, const char *name,
                const char *value) {
  Outcome outcome = {false, nullptr};
#define MAPSAN_FLAG(Type, Name, Default, Help)                                 \
  if (Try(name, #Name, value, &own->Name, &outcome))                           \
    return outcome;
#define MAPSAN_COMMON_FLAG(Type, Name, Default, Help)                          \
  if (Try(name, #Name, value, reinterpret_cast<Type *>(&common->Name),         \
          &outcome))                                                           \
    return outcome;
#include "mapsan_flags.inc"
  return outcome;
}

// Between pairs.
bool IsSeparator(char c) {
  return c == ' ' || c == ',' || c == ':' || c == '\n' || c == '\t' ||
         c == '\r';
}

// Lives as long as the process: values are used where they lie.
char *Keep(const char *begin, uptr size) {
  char *copy = static_cast<char *>(InternalAlloc(size + 1));
  internal_memcpy(copy, begin, size);
  copy[size] = 0;
  return copy;
}

void WarnAt(const char *source, const char *what, const char *text,
            const char *advice) {
  Printf("MapSanitizer: %s: %s '%s': %s\n", source, what, text, advice);
}

} // namespace

void Flags::SetDefaults() {
#define MAPSAN_FLAG(Type, Name, Default, Help) Name = Default;
#include "mapsan_flags.inc"
  SetCommonFlagsDefaults();
  CommonFlags common;
  common.CopyFrom(*common_flags());
#define MAPSAN_COMMON_FLAG(Type, Name, Default, Help) common.Name = Default;
#include "mapsan_flags.inc"
  common.allow_addr2line = true;
  OverrideCommonFlags(common);
}

void Flags::Parse(const char *options, const char *source) {
  if (!options)
    return;
  CommonFlags common;
  common.CopyFrom(*common_flags());
  const char *at = options;
  for (;;) {
    while (IsSeparator(*at))
      at++;
    if (!*at)
      break;
    const char *begin = at;
    while (*at && *at != '=' && !IsSeparator(*at))
      at++;
    const char *name = Keep(begin, at - begin);
    if (*at != '=') {
      WarnAt(source, "option", name, "'=' and a value are missing; ignored");
      continue;
    }
    begin = ++at;
    const char *value;
    if (*at == '\'' || *at == '"') {
      char quote = *at++;
      while (*at && *at != quote)
        at++;
      value = Keep(begin + 1, at - begin - 1);
      if (*at)
        at++;
      else
        WarnAt(source, "option", name, "the closing quote is missing");
    } else {
      while (*at && !IsSeparator(*at))
        at++;
      value = Keep(begin, at - begin);
    }
    Outcome outcome = SetFlag(this, &common, name, value);
    if (!outcome.known)
      WarnAt(source, "unknown option", name,
             "ignored (help=1 lists the options)");
    else if (outcome.expected)
      Printf("MapSanitizer: %s: option '%s': '%s' is not %s; ignored\n", source,
             name, value, outcome.expected);
  }
  OverrideCommonFlags(common);
}

void Flags::Describe(InternalScopedString *out) const {
  out->Append("MapSanitizer: options, MAPSAN_OPTIONS=name=value:name=value\n");
  const CommonFlags *common = common_flags();
#define MAPSAN_FLAG_HELP(Where, Name, Help)                                    \
  out->Append("  " #Name "=");                                                 \
  PrintValue(out, Where->Name);                                                \
  out->Append("\n      " Help "\n");
#define MAPSAN_FLAG(Type, Name, Default, Help)                                 \
  MAPSAN_FLAG_HELP(this, Name, Help)
#define MAPSAN_COMMON_FLAG(Type, Name, Default, Help)                          \
  MAPSAN_FLAG_HELP(common, Name, Help)
#include "mapsan_flags.inc"
}

} // namespace __mapsan
