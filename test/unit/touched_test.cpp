// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which pages of a table were ever used.

#include "../../runtime/clock/mapsan_touched.h"

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <vector>

namespace {

using namespace __mapsan;

class Touched : public testing::Test {
protected:
  static constexpr uptr kPages = 3000; // asked for in several steps
  Touched() {
    bytes_ = kPages * page_;
    memory_ = static_cast<char *>(
        mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    madvise(memory_, bytes_, MADV_NOHUGEPAGE);
  }
  ~Touched() override { munmap(memory_, bytes_); }
  void touch(std::initializer_list<uptr> pages) {
    for (uptr page : pages)
      memory_[page * page_ + page_ / 2] = 1;
  }
  std::set<uptr> find() {
    static std::vector<std::pair<uptr, uptr>> runs;
    runs.clear();
    uptr begin = reinterpret_cast<uptr>(memory_);
    ForEachTouched(begin, bytes_,
                   [](uptr begin, uptr end) { runs.emplace_back(begin, end); });
    std::set<uptr> pages;
    for (auto [from, to] : runs)
      for (uptr at = from; at < to; at += page_)
        EXPECT_TRUE(pages.insert((at - begin) / page_).second);
    return pages;
  }
  // Then all pages are called back.
  static bool Swaps() {
    struct sysinfo info;
    return sysinfo(&info) || info.totalswap != info.freeswap;
  }

  static inline const uptr page_ = getpagesize();
  uptr bytes_;
  char *memory_;
};

TEST_F(Touched, Those) {
  touch({0, 5, 6, 1022, 1023, 1024, 1025, 2047, 2500, kPages - 1});
  std::set<uptr> all = find();
  for (uptr page : {0, 5, 6, 1022, 1023, 1024, 1025, 2047, 2500, 2999})
    EXPECT_TRUE(all.count(page)) << page;
  if (!Swaps())
    EXPECT_EQ(all.size(), 10u);
}

TEST_F(Touched, None) {
  std::set<uptr> all = find();
  if (!Swaps())
    EXPECT_TRUE(all.empty());
}

// As what a child of fork asks about.
TEST_F(Touched, InAChild) {
  touch({7, 2000});
  pid_t child = fork();
  if (!child) {
    std::set<uptr> all = find();
    bool right =
        all.count(7) && all.count(2000) && (Swaps() || all.size() == 2);
    _exit(right ? 0 : 1);
  }
  int status;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

} // namespace
