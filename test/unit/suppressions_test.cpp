// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What suppressions match, and that no line of a file can end the process.

#include "report/mapsan_suppressions.h"

#include <gtest/gtest.h>

namespace __mapsan {
namespace {

// A view of a race in `function`, called from `caller`, on a map.
class View {
public:
  View(const char *function, const char *caller, const char *name,
       const char *type, const char *module = "/bin/server") {
    frames_[0].function = frames_[0].demangled = function;
    frames_[1].function = frames_[1].demangled = caller;
    frames_[0].module = frames_[1].module = module;
    site_.name = name;
    site_.type = type;
    access_.site = &site_;
    view_.current.known = true;
    view_.current.access = &access_;
    view_.current.stack.frames = frames_;
    view_.current.stack.count = 2;
    view_.current.stack.user = &frames_[0];
    view_.map_name = name;
  }
  operator const ReportView &() const { return view_; }

private:
  Frame frames_[2] = {};
  Site site_ = {};
  Access access_;
  ReportView view_ = {};
};

// Suppressions stay for the process' life and must come before the first
// match: one file for all tests.
class Suppressions : public testing::Test {
protected:
  static void SetUpTestSuite() {
    AddSuppressions("\xef\xbb\xbfrace:First::line\n"
                    "# comment\n"
                    "race:Server::touch\n"
                    "  race:^Exact::name$  \r\n"
                    "race:*Wild*card\n"
                    "race: \tBehind::blanks\n"
                    "race: \n"
                    "map:sessions_\n"
                    "map:std::set<int>\n"
                    "lib:libcache.so\n"
                    "\n \t \n"
                    ":\nrace\nrace:\nRACE:x\nraces:x\nrace x:y\n::::\n"
                    "map:the last line has no end",
                    "test.supp");
  }
};

TEST_F(Suppressions, Functions) {
  EXPECT_TRUE(IsSuppressed(View("Server::touch", "main", "m", "t")));
  EXPECT_TRUE(IsSuppressed(View("f", "Server::touch_all", "m", "t")));
  EXPECT_FALSE(IsSuppressed(View("Server::has", "main", "m", "t")));
  EXPECT_TRUE(IsSuppressed(View("Exact::name", "main", "m", "t")));
  EXPECT_FALSE(IsSuppressed(View("NotExact::name", "main", "m", "t")));
  EXPECT_TRUE(IsSuppressed(View("a::Wild::b::card", "main", "m", "t")));
  EXPECT_TRUE(IsSuppressed(View("First::line", "main", "m", "t")));
  EXPECT_TRUE(IsSuppressed(View("Behind::blanks", "main", "m", "t")));
}

TEST_F(Suppressions, Maps) {
  EXPECT_TRUE(IsSuppressed(View("f", "main", "sessions_", "t")));
  EXPECT_TRUE(IsSuppressed(View("f", "main", "m", "std::set<int>")));
  EXPECT_TRUE(IsSuppressed(View("f", "main", "the last line has no end", "t")));
  EXPECT_FALSE(IsSuppressed(View("f", "main", "m", "std::map<int, int>")));
  EXPECT_FALSE(IsSuppressed(View("f", "main", nullptr, nullptr)));
}

TEST_F(Suppressions, Modules) {
  EXPECT_TRUE(
      IsSuppressed(View("f", "main", "m", "t", "/usr/lib/libcache.so.1")));
  EXPECT_FALSE(IsSuppressed(View("f", "main", "m", "t", nullptr)));
}

} // namespace
} // namespace __mapsan
