// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The printer with less than everything to print. (The whole layout is tested
// in test/runtime/report-layout.cpp.)

#include "entry/mapsan_flags.h"
#include "report/mapsan_printer.h"

#include <gtest/gtest.h>

namespace __mapsan {
namespace {

class ReportPrinter : public testing::Test {
protected:
  ReportPrinter() {
    flags()->SetDefaults();
    finding_.map = 0x1234;
    view_.finding = &finding_;
    view_.kind = "concurrent map writes";
    view_.grade = "unordered";
    view_.grade_explained = "why";
    view_.current.known = true;
    view_.current.noun = "write";
    view_.current.operation = "insert";
    view_.current.thread = "thread T2";
  }
  std::string Printed() {
    InternalScopedString text;
    PrintReport(&text, view_);
    return text.data();
  }
  bool Prints(const char *expected) {
    return Printed().find(expected) != std::string::npos;
  }

  Finding finding_ = {};
  ReportView view_ = {};
};

TEST_F(ReportPrinter, NothingKnownOfTheOtherSide) {
  std::string text = Printed();
  size_t pid = text.find("(pid="), end = text.find(")\n", pid);
  ASSERT_NE(end, std::string::npos);
  text.replace(pid, end - pid, "(pid=N");
  EXPECT_EQ(text, "==================\n"
                  "WARNING: MapSanitizer: concurrent map writes (pid=N)\n"
                  "  Map at 0x000000001234\n"
                  "  Write: insert by thread T2:\n"
                  "    (stack not recorded)\n"
                  "    holding no lock\n"
                  "  Previous operation: not known any more (overwritten by a "
                  "later one)\n"
                  "  Grade: unordered (why)\n"
                  "SUMMARY: MapSanitizer: concurrent map writes\n"
                  "==================\n");
}

TEST_F(ReportPrinter, FramesFoldAndEnd) {
  Frame frames[6] = {};
  frames[0].library = true;
  frames[0].function = "std::first";
  frames[1].function = "mine";
  frames[1].file = "mine.cpp";
  frames[2].library = frames[3].library = true;
  frames[4].module = "/bin/server";
  frames[4].offset = 0x10;
  frames[5].library = true;
  view_.current.stack.frames = frames;
  view_.current.stack.count = 6;
  view_.current.stack.user = &frames[1];
  EXPECT_TRUE(Prints("T2:\n"
                     "    #0 mine mine.cpp\n"
                     "    ... (2 library frames)\n"
                     "    #1 <unknown> (/bin/server+0x10)\n"
                     "    holding no lock\n"));
  flags()->report_frames = 1;
  EXPECT_TRUE(Prints("    #0 mine mine.cpp\n    ... (2 more frames)\n"));
  flags()->fold_frames = false;
  EXPECT_TRUE(Prints("T2:\n    #0 std::first\n    ... (5 more frames)\n"));
}

TEST_F(ReportPrinter, NothingButLibraryFrames) {
  Frame frame = {};
  frame.library = true;
  frame.function = "std::only";
  view_.current.stack.frames = &frame;
  view_.current.stack.count = 1;
  view_.current.stack.user = &frame;
  EXPECT_TRUE(Prints("    #0 std::only\n"));
}

TEST_F(ReportPrinter, LocksEndToo) {
  LockView locks[10] = {};
  for (u32 i = 0; i < 10; i++)
    locks[i] = {i + 1, 0x100 + i, i == 1, nullptr, nullptr};
  view_.current.locks = locks;
  view_.current.lock_count = 10;
  EXPECT_TRUE(Prints("    holding M1 0x000000000100 (exclusive)\n"
                     "    holding M2 0x000000000101 (shared)\n"));
  EXPECT_TRUE(Prints("    holding M8 0x000000000107 (exclusive)\n"
                     "    holding 2 more locks\n"));
}

TEST_F(ReportPrinter, LocksThatWereForgotten) {
  view_.current.locks_forgotten = true;
  EXPECT_TRUE(Prints("    holding locks that are no longer known\n"));
  LockView lock = {1, 0x100, false, nullptr, nullptr};
  view_.current.locks = &lock;
  view_.current.lock_count = 1;
  EXPECT_TRUE(Prints("    holding further locks that are no longer known\n"
                     "    holding M1 0x000000000100 (exclusive)\n"));
}

TEST_F(ReportPrinter, AThreadThatCameFromNowhere) {
  view_.threads[0].name = "thread T7";
  view_.thread_count = 1;
  EXPECT_TRUE(Prints("  Thread T7: MapSanitizer did not see it start\n"));
}

} // namespace
} // namespace __mapsan
