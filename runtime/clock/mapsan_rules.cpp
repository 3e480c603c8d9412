// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The debug runtime's switches: see mapsan_rules.h.

#include "mapsan_rules.h"

#if MAPSAN_DEBUG_RUNTIME

#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

static const char *const kNames[] = {
#define MAPSAN_RULE(Name, Source, Sentence) #Name,
#include "mapsan_rules.inc"
};
static atomic_uint8_t off[ARRAY_SIZE(kNames)];

bool RuleHolds(Rule rule) {
  return !atomic_load(&off[static_cast<u32>(rule)], memory_order_relaxed);
}

// Calls back with the number of each rule. False if a name is none.
template <class Callback>
static bool ForEachName(const char *names, Callback callback) {
  while (names && *names) {
    uptr length = internal_strchrnul(names, '+') - names;
    u32 rule = 0;
    while (
        rule < ARRAY_SIZE(kNames) &&
        (internal_strncmp(kNames[rule], names, length) || kNames[rule][length]))
      rule++;
    if (rule == ARRAY_SIZE(kNames))
      return false;
    callback(rule);
    names += length + (names[length] == '+');
  }
  return true;
}

bool AreRules(const char *names) {
  return ForEachName(names, [](u32) {});
}

bool DoWithout(const char *names) {
  if (!AreRules(names))
    return false;
  for (atomic_uint8_t &o : off)
    atomic_store(&o, 0, memory_order_relaxed);
  return ForEachName(names, [](u32 rule) {
    atomic_store(&off[rule], 1, memory_order_relaxed);
  });
}

} // namespace __mapsan

#endif // MAPSAN_DEBUG_RUNTIME
