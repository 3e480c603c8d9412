// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names of functions and files as a reader wants them.

#include "mapsan_names.h"

#include "sanitizer_common/sanitizer_file.h"
#include "sanitizer_common/sanitizer_flags.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

namespace {

bool StartsWith(const char *text, const char *prefix) {
  return !internal_strncmp(text, prefix, internal_strlen(prefix));
}

bool EndsWith(const char *begin, const char *end, const char *suffix) {
  uptr size = internal_strlen(suffix);
  return static_cast<uptr>(end - begin) >= size &&
         !internal_strncmp(end - size, suffix, size);
}

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '$';
}

// The name proper: [begin, end) inside a demangled declaration.
struct Range {
  const char *begin, *end;
};

// Cuts "(int) const [clone .cold]" off the end.
const char *CutParameters(const char *begin, const char *end) {
  static const char *const kQualifiers[] = {" const", " volatile", " &&",
                                            " &",     " noexcept", " restrict"};
  if (end > begin && end[-1] == ']') {
    const char *clone = end;
    while (clone > begin && *clone != '[')
      clone--;
    if (clone > begin && StartsWith(clone, "[clone"))
      end = clone;
    while (end > begin && end[-1] == ' ')
      end--;
  }
  for (bool again = true; again;) {
    again = false;
    for (u32 i = 0; i < ARRAY_SIZE(kQualifiers); i++)
      if (EndsWith(begin, end, kQualifiers[i])) {
        end -= internal_strlen(kQualifiers[i]);
        again = true;
      }
  }
  if (end == begin || end[-1] != ')')
    return end;
  int depth = 0;
  const char *open = end;
  while (open > begin) {
    open--;
    if (*open == ')')
      depth++;
    else if (*open == '(' && --depth == 0)
      break;
  }
  // `operator()` without parameters, or a name that is nothing but parentheses.
  if (open == begin || EndsWith(begin, open, "operator") ||
      EndsWith(begin, open, "::"))
    return end;
  return open;
}

// Steps over the return type: the last space outside all brackets, but for
// those of "operator new" and the like.
const char *SkipReturnType(const char *begin, const char *end) {
  const char *name = begin;
  int depth = 0;
  for (const char *at = begin; at < end; at++) {
    if (!depth && StartsWith(at, "operator") && !IsWord(at[8]) &&
        (at == begin || !IsWord(at[-1])))
      break;
    if (*at == '<' || *at == '(' || *at == '[' || *at == '{')
      depth++;
    else if (*at == '>' || *at == ')' || *at == ']' || *at == '}')
      depth--;
    else if (*at == ' ' && !depth && !StartsWith(at, " const::"))
      name = at + 1;
  }
  while (name < end && (*name == '*' || *name == '&'))
    name++;
  return name;
}

// What the compiler calls the body of an OpenMP region: "f(int)
// (.omp_outlined)" or "main.omp_outlined_debug__" in `f` or `main`.
const char kOutlined[] = ".omp_outlined";

// Where the name of the function ends that the code is written in.
const char *EndOfSource(const char *demangled) {
  const char *end = internal_strstr(demangled, kOutlined);
  if (!end)
    return demangled + internal_strlen(demangled);
  return EndsWith(demangled, end, " (") ? end - 2 : end;
}

struct Replacement {
  const char *from, *to;
};
const Replacement kReplacements[] = {
    {"std::__cxx11::basic_string<char, std::char_traits<char>, "
     "std::allocator<char> >",
     "std::string"},
    {"std::__cxx11::basic_string<char, std::char_traits<char>, "
     "std::allocator<char>>",
     "std::string"},
    {"std::__1::basic_string<char, std::__1::char_traits<char>, "
     "std::__1::allocator<char> >",
     "std::string"},
    {"std::__1::basic_string<char, std::__1::char_traits<char>, "
     "std::__1::allocator<char>>",
     "std::string"},
    {"std::__cxx11::", "std::"},
    {"std::__1::", "std::"},
};

// Template arguments longer than this say less than they cost.
constexpr uptr kMaxArguments = 60;

// Where the bracket at `open` closes; null if it does not.
const char *Closing(const char *open) {
  int depth = 0;
  for (const char *at = open; *at; at++) {
    if (*at == '<')
      depth++;
    else if (*at == '>' && --depth == 0)
      return at;
  }
  return nullptr;
}

// Where the bracket at `open` closes; null if it does not.
const char *ClosingParenthesis(const char *open, const char *end) {
  int depth = 0;
  for (const char *at = open; at < end; at++) {
    if (*at == '(')
      depth++;
    else if (*at == ')' && --depth == 0)
      return at;
  }
  return nullptr;
}

// What is in the way of reading at `at`, inside [begin, end): unnamed
// namespaces, and the parameters of functions around a lambda or a local class:
// "f(int) const::'lambda'(char)::operator()". Returns where to go on.
const char *SkipNoise(const char *begin, const char *at, const char *end) {
  static const char kUnnamed[] = "(anonymous namespace)::";
  if (StartsWith(at, kUnnamed))
    return at + sizeof(kUnnamed) - 1;
  if (*at != '(' || EndsWith(begin, at, "operator"))
    return at;
  const char *close = ClosingParenthesis(at, end);
  if (!close)
    return at;
  close++;
  if (StartsWith(close, " const::"))
    close += 6;
  return StartsWith(close, "::") ? close : at;
}

} // namespace

const char *ShortType(TextArena *arena, const char *type) {
  if (!type)
    return nullptr;
  InternalScopedString text;
  const char *end = type + internal_strlen(type);
  for (const char *at = type; at < end;) {
    const char *next = SkipNoise(type, at, end);
    if (next == at)
      text.AppendF("%c", *next++);
    at = next;
  }
  return arena->Copy(text.data());
}

const char *ShortFunction(TextArena *arena, const char *demangled) {
  if (!demangled || !*demangled)
    return nullptr;
  if (StartsWith(demangled, kOutlined))
    return arena->Copy("OpenMP task"); // the compiler names no function
  const char *end = CutParameters(demangled, EndOfSource(demangled));
  const char *begin = SkipReturnType(demangled, end);
  if (begin == end)
    return arena->Copy(demangled);

  InternalScopedString plain;
  const char *start = begin;
  while (begin < end) {
    const char *next = SkipNoise(start, begin, end);
    bool replaced = next != begin;
    begin = next;
    for (u32 i = 0; i < ARRAY_SIZE(kReplacements) && !replaced; i++)
      if (StartsWith(begin, kReplacements[i].from)) {
        plain.Append(kReplacements[i].to);
        begin += internal_strlen(kReplacements[i].from);
        replaced = true;
      }
    if (!replaced)
      plain.AppendF("%c", *begin++);
  }

  InternalScopedString text;
  for (const char *at = plain.data(); *at;) {
    const char *close = *at == '<' ? Closing(at) : nullptr;
    if (close && static_cast<uptr>(close - at) > kMaxArguments) {
      text.Append("<...>");
      at = close + 1;
    } else {
      text.AppendF("%c", *at++);
    }
  }
  return arena->Copy(text.data());
}

const char *ShortPath(const char *path) {
  if (!path)
    return nullptr;
  const char *prefix = common_flags()->strip_path_prefix;
  if (prefix && *prefix) {
    const char *stripped = StripPathPrefix(path, prefix);
    if (stripped != path)
      return stripped;
  }
  // The shell's idea of where we started is good enough, and costs no call.
  const char *folder = GetPwd();
  uptr size = folder ? internal_strlen(folder) : 0;
  if (size > 1 && StartsWith(path, folder) && path[size] == '/' &&
      path[size + 1])
    return path + size + 1;
  return path;
}

bool IsLibraryFrame(const char *function, const char *file,
                    const char *module) {
  static const char *const kPrefixes[] = {
      "std::",           "__gnu_cxx::",    "__cxxabiv1::",
      "__mapsan",        "__interceptor_", "__libc_start_",
      "__sanitizer",     "__cxa_",         "mapsan_",
      "___interceptor_", "__gthread_",     "_GLOBAL__",
      ".omp_task_",      "__kmp"};
  static const char *const kFunctions[] = {
      "_start",   "start_thread", "clone",    "clone3",        "__clone",
      "__clone3", "call_init",    "_dl_init", "_dl_start_user"};
  static const char *const kModules[] = {
      "/libstdc++.so",  "/libc++.so", "/libc++abi.so", "/libc.so",
      "/libpthread.so", "/ld-linux",  "/libgcc_s.so",  "/libmapsan_rt.so",
      "/libomp.so",     "/libomp-",   "/libiomp5.so"};
  if (function) {
    for (u32 i = 0; i < ARRAY_SIZE(kPrefixes); i++)
      if (StartsWith(function, kPrefixes[i]))
        return true;
    for (u32 i = 0; i < ARRAY_SIZE(kFunctions); i++)
      if (!internal_strcmp(function, kFunctions[i]))
        return true;
  }
  if (file && (internal_strstr(file, "/include/c++/") ||
               internal_strstr(file, "/bits/stl_")))
    return true;
  if (module)
    for (u32 i = 0; i < ARRAY_SIZE(kModules); i++)
      if (internal_strstr(module, kModules[i]))
        return true;
  return false;
}

bool IsOutlinedTwice(const char *callee, const char *caller) {
  return callee && caller && internal_strstr(callee, ".omp_outlined_debug__") &&
         internal_strstr(caller, kOutlined);
}

bool IsSystemFile(const char *file) {
  return file &&
         (StartsWith(file, "/usr/include/") || StartsWith(file, "/usr/lib/") ||
          StartsWith(file, "/usr/local/include/") ||
          internal_strstr(file, "/include/c++/"));
}

} // namespace __mapsan
