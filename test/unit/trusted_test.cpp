// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which file names the catalog's patterns of modules stand for.

#include "../../runtime/entry/mapsan_trusted.h"

#include <gtest/gtest.h>

namespace __mapsan {
namespace {

TEST(Trusted, PatternsOfFileNames) {
  EXPECT_TRUE(MatchesModule("libz.so", "libz.so"));
  EXPECT_TRUE(MatchesModule("libz.so", "libz.so.1.2.13"));
  EXPECT_FALSE(MatchesModule("libz.so", "libz.sox"));
  EXPECT_FALSE(MatchesModule("libz.so", "libzz.so"));
  EXPECT_FALSE(MatchesModule("libz.so", "xlibz.so"));
  EXPECT_FALSE(MatchesModule("libz.so.1", "libz.so.1.2"));
  EXPECT_TRUE(MatchesModule("libnss_*.so", "libnss_files.so.2"));
  EXPECT_TRUE(MatchesModule("ld-linux*.so", "ld-linux-x86-64.so.2"));
  EXPECT_TRUE(MatchesModule("*", "anything"));
  EXPECT_FALSE(MatchesModule("lib*a.so", "libab.so"));
  EXPECT_TRUE(MatchesModule("lib*a.so", "liba.a.so"));
  EXPECT_FALSE(MatchesModule("host", "host.so"));
}

TEST(Trusted, ListsAddUp) {
  EXPECT_FALSE(IsTrustedModule("libfirst.so"));
  {
    char gone[] = "libfirst.so\0libsecond.so\0"; // the module may be unloaded
    TrustModules(gone);
    __builtin_memset(gone, 0, sizeof(gone));
  }
  TrustModules("libthird.so\0");
  TrustModules("libthird.so\0");
  EXPECT_TRUE(IsTrustedModule("libfirst.so"));
  EXPECT_TRUE(IsTrustedModule("libsecond.so.2"));
  EXPECT_TRUE(IsTrustedModule("libthird.so"));
  EXPECT_FALSE(IsTrustedModule("libfourth.so"));
  EXPECT_FALSE(IsTrustedModule(""));
}

} // namespace
} // namespace __mapsan
