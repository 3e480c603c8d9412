// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The parser of options: what is good takes effect, what is bad leaves things
// as they were. Warnings' words are tested in test/runtime/options-bad.cpp.

#include "entry/mapsan_flags.h"

#include "sanitizer_common/sanitizer_common.h"
#include "sanitizer_common/sanitizer_flags.h"
#include <cstring>
#include <gtest/gtest.h>

// Inline functions of sanitizer_common call these; its own are hidden. Weak,
// as the sanitizer of a flavour may bring them.
extern "C" __attribute__((weak)) void *
__sanitizer_internal_memset(void *to, int c, size_t size) {
  return memset(to, c, size);
}
extern "C" __attribute__((weak)) void *
__sanitizer_internal_memcpy(void *to, const void *from, size_t size) {
  return memcpy(to, from, size);
}

namespace __mapsan {
namespace {

Flags Parsed(const char *options) {
  Flags flags;
  flags.SetDefaults();
  flags.Parse(options, "test");
  return flags;
}

TEST(Flags, Defaults) {
  Flags flags = Parsed(nullptr);
  EXPECT_TRUE(flags.enabled);
  EXPECT_EQ(flags.exitcode, 66);
  EXPECT_EQ(flags.policy, Policy::Effective);
  EXPECT_FALSE(flags.halt_on_error);
}

TEST(Flags, PairsAndSeparators) {
  Flags flags =
      Parsed("exitcode=1:policy=strict,help=yes halt_on_error=true\n\t"
             "enabled=no,,::max_reports=7");
  EXPECT_EQ(flags.exitcode, 1);
  EXPECT_EQ(flags.policy, Policy::Strict);
  EXPECT_TRUE(flags.help);
  EXPECT_TRUE(flags.halt_on_error);
  EXPECT_FALSE(flags.enabled);
  EXPECT_EQ(flags.max_reports, 7);
}

TEST(Flags, QuotedValues) {
  Flags flags = Parsed("suppressions='/tmp/a b:c':exitcode=\"3\"");
  EXPECT_STREQ(flags.suppressions, "/tmp/a b:c");
  EXPECT_EQ(flags.exitcode, 3);
  EXPECT_STREQ(Parsed("suppressions=").suppressions, "");
}

TEST(Flags, TheLastOneCounts) {
  EXPECT_EQ(Parsed("exitcode=1:exitcode=2").exitcode, 2);
}

TEST(Flags, CommonFlagsReachSanitizerCommon) {
  Parsed("symbolize=0:strip_path_prefix=/src/");
  EXPECT_FALSE(__sanitizer::common_flags()->symbolize);
  EXPECT_STREQ(__sanitizer::common_flags()->strip_path_prefix, "/src/");
  Parsed("");
  EXPECT_TRUE(__sanitizer::common_flags()->symbolize);
}

TEST(Flags, BadOnesChangeNothing) {
  for (const char *options :
       {"exitcode=abc", "exitcode=", "exitcode=-1", "exitcode=1x",
        "exitcode=99999999999", "exitcode=256", "exitcode", "=5", "exitcod=5",
        "policy=Strict", "enabled=2", "EXITCODE=5"}) {
    Flags flags = Parsed(options);
    EXPECT_EQ(flags.exitcode, 66) << options;
    EXPECT_EQ(flags.policy, Policy::Effective) << options;
    EXPECT_TRUE(flags.enabled) << options;
  }
}

TEST(Flags, GoodOnesAmongBadOnesHold) {
  EXPECT_EQ(Parsed("foo=1:exitcode=x:exitcode=4:bar").exitcode, 4);
  EXPECT_EQ(Parsed("log_suffix='open:exitcode=4").exitcode, 66);
}

TEST(Flags, EveryFlagIsDescribed) {
  Flags flags = Parsed("");
  __sanitizer::InternalScopedString text;
  flags.Describe(&text);
#define MAPSAN_FLAG(Type, Name, Default, Help)                                 \
  EXPECT_NE(strstr(text.data(), "\n  " #Name "="), nullptr) << #Name;          \
  EXPECT_NE(strstr(text.data(), Help), nullptr) << #Name;
#define MAPSAN_COMMON_FLAG MAPSAN_FLAG
#include "entry/mapsan_flags.inc"
#undef MAPSAN_COMMON_FLAG
}

} // namespace
} // namespace __mapsan
