// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The debug runtime's switches: see mapsan_rules.h.

#include "mapsan_rules.h"

#if MAPSAN_DEBUG_RUNTIME

#include "sanitizer_common/sanitizer_atomic.h"
#include "sanitizer_common/sanitizer_libc.h"

namespace __mapsan {

namespace {

// Switches with names.
template <u32 kCount> class Switches {
public:
  constexpr explicit Switches(const char *const (&names)[kCount])
      : names_(names) {}

  bool IsOn(u32 i) const {
    return !atomic_load(&off_[i], memory_order_relaxed);
  }
  bool Know(const char *names) const {
    return ForEachName(names, [](u32) {});
  }
  // Those are off and all others on; or, if one of them is none, nothing
  // changes.
  bool SwitchOff(const char *names) {
    if (!Know(names))
      return false;
    for (atomic_uint8_t &off : off_)
      atomic_store(&off, 0, memory_order_relaxed);
    return ForEachName(names, [this](u32 i) {
      atomic_store(&off_[i], 1, memory_order_relaxed);
    });
  }
  void SwitchAllOff() {
    for (atomic_uint8_t &off : off_)
      atomic_store(&off, 1, memory_order_relaxed);
  }

private:
  // Calls back with the number of each. False if a name is none.
  template <class Callback>
  bool ForEachName(const char *names, Callback callback) const {
    while (names && *names) {
      uptr length = internal_strchrnul(names, '+') - names;
      u32 i = 0;
      while (i < kCount &&
             (internal_strncmp(names_[i], names, length) || names_[i][length]))
        i++;
      if (i == kCount)
        return false;
      callback(i);
      names += length + (names[length] == '+');
    }
    return true;
  }

  const char *const (&names_)[kCount];
  atomic_uint8_t off_[kCount] = {};
};

constexpr const char *kRuleNames[] = {
#define MAPSAN_RULE(Name, Source, Sentence) #Name,
#include "mapsan_rules.inc"
};
constexpr const char *kFastPathNames[] = {
#define MAPSAN_FAST_PATH(Name, Sentence) #Name,
#include "mapsan_fast_paths.inc"
};

} // namespace

static Switches rules(kRuleNames);
static Switches fast_paths(kFastPathNames);

bool RuleHolds(Rule rule) { return rules.IsOn(static_cast<u32>(rule)); }
bool AreRules(const char *names) { return rules.Know(names); }
bool DoWithout(const char *names) { return rules.SwitchOff(names); }

bool Takes(FastPath path) { return fast_paths.IsOn(static_cast<u32>(path)); }
static bool MeansAll(const char *names) {
  return names && !internal_strcmp(names, "all");
}
bool AreFastPaths(const char *names) {
  return MeansAll(names) || fast_paths.Know(names);
}
bool GoSlowly(const char *names) {
  if (!MeansAll(names))
    return fast_paths.SwitchOff(names);
  fast_paths.SwitchAllOff();
  return true;
}

} // namespace __mapsan

#endif // MAPSAN_DEBUG_RUNTIME
