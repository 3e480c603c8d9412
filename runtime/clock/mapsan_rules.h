// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rules of happens-before (mapsan_rules.inc) and the fast paths
// (mapsan_fast_paths.inc) by name. In the runtime that users link the rules all
// hold and the fast paths are all taken, and asking costs nothing. The debug
// runtime, the same sources compiled with MAPSAN_DEBUG_RUNTIME=1, can do
// without any of them and asserts what must always be true.

#ifndef MAPSAN_RULES_H
#define MAPSAN_RULES_H

#include "sanitizer_common/sanitizer_common.h"

namespace __mapsan {
using namespace __sanitizer;

enum class Rule : u32 {
#define MAPSAN_RULE(Name, Source, Sentence) Name,
#include "mapsan_rules.inc"
};

enum class FastPath : u32 {
#define MAPSAN_FAST_PATH(Name, Sentence) Name,
#include "mapsan_fast_paths.inc"
};

#if MAPSAN_DEBUG_RUNTIME

constexpr bool kDebugRuntime = true;
#define MAPSAN_DCHECK(condition) CHECK(condition)

/// The rule has not been switched off. Any thread.
bool RuleHolds(Rule rule);

/// `names` are names of rules, joined by '+'. Any thread.
bool AreRules(const char *names);

/// Those rules are switched off and all others on; null: all are on. False,
/// and nothing changes, if one of the names is none. Threads see it when they
/// see what the caller did next.
bool DoWithout(const char *names);

/// The fast path has not been switched off. Any thread.
bool Takes(FastPath path);

/// `names` are names of fast paths, joined by '+', or "all". Any thread.
bool AreFastPaths(const char *names);

/// Those fast paths are not taken from now on; as DoWithout.
bool GoSlowly(const char *names);

#else

constexpr bool kDebugRuntime = false;
#define MAPSAN_DCHECK(condition) ((void)0)
constexpr bool RuleHolds(Rule) { return true; }
constexpr bool Takes(FastPath) { return true; }

#endif

} // namespace __mapsan

#endif // MAPSAN_RULES_H
