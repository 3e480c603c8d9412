// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How operations and locks are called in reports.

#include "report/mapsan_view.h"
#include "report/mapsan_words.h"

#include <gtest/gtest.h>

namespace __mapsan {
namespace {

struct Operation {
  explicit Operation(MapsanEffect effect, const char *name) {
    site.effect = effect;
    site.operation = name;
    access.site = &site;
  }
  std::string Noun() const { return NounOf(access); }
  std::string Words() const {
    TextArena arena;
    return OperationWords(&arena, access);
  }
  Site site = {};
  Access access;
};

TEST(ReportWords, Kinds) {
  EXPECT_STREQ(KindWords(FindingKind::Writes), "concurrent map writes");
  EXPECT_STREQ(KindWords(FindingKind::DestructionAccess),
               "concurrent map destruction and map access");
}

TEST(ReportWords, Nouns) {
  Operation find(MapsanEffectRead, "find");
  EXPECT_EQ(find.Noun(), "read");
  find.site.flags = MapsanSiteIterates;
  EXPECT_EQ(find.Noun(), "iteration");
  EXPECT_EQ(Operation(MapsanEffectConstruct, "constructor").Noun(),
            "construction");
  EXPECT_EQ(Operation(MapsanEffectDestroy, "destructor").Noun(), "destruction");
  Operation insert(MapsanEffectMayWrite, "insert");
  EXPECT_EQ(insert.Noun(), "read");
  insert.access.pending = true;
  EXPECT_EQ(insert.Noun(), "possible write");
  insert.access.pending = false;
  insert.access.wrote = true;
  EXPECT_EQ(insert.Noun(), "write");
}

TEST(ReportWords, WhatAnOperationDid) {
  Operation insert(MapsanEffectMayWrite, "operator[]");
  EXPECT_EQ(insert.Words(), "operator[] (changed nothing)");
  insert.access.pending = true;
  EXPECT_EQ(insert.Words(), "operator[] (was about to insert)");
  insert.access.pending = false;
  insert.access.wrote = true;
  EXPECT_EQ(insert.Words(), "operator[]");
  insert.access.change.size_before = 3;
  EXPECT_EQ(insert.Words(), "operator[]");
  insert.access.change.size_after = 4;
  EXPECT_EQ(insert.Words(), "operator[] (inserted, size 3 -> 4)");
  insert.access.change.buckets_before = insert.access.change.buckets_after = 13;
  EXPECT_EQ(insert.Words(), "operator[] (inserted, size 3 -> 4)");
  insert.access.change.buckets_after = 29;
  EXPECT_EQ(insert.Words(),
            "operator[] (inserted, size 3 -> 4, rehash 13 -> 29 buckets)");

  Operation clear(MapsanEffectMayWrite, "clear");
  clear.access.wrote = true;
  clear.access.change.size_before = 3;
  clear.access.change.size_after = 0;
  EXPECT_EQ(clear.Words(), "clear (erased, size 3 -> 0)");

  Operation swap(MapsanEffectWrite, "swap");
  swap.site.flags = MapsanSiteSecondary;
  swap.access.wrote = true;
  EXPECT_EQ(swap.Words(), "swap (the map is its argument)");

  Operation destructor(MapsanEffectDestroy, "destructor");
  destructor.access.wrote = true;
  destructor.access.change = {3, 0, 13, 13};
  EXPECT_EQ(destructor.Words(), "destructor");
}

TEST(ReportWords, Intentions) {
  Operation emplace(MapsanEffectMayWrite, "emplace");
  EXPECT_STREQ(Intention(&emplace.site), "insert");
  Operation erase(MapsanEffectMayWrite, "erase");
  EXPECT_STREQ(Intention(&erase.site), "erase");
  Operation merge(MapsanEffectMayWrite, "merge");
  EXPECT_STREQ(Intention(&merge.site), "change the map");
}

// Two sides and the locks that they held; the address is the lock's number.
std::string Locks(std::initializer_list<LockView> current,
                  std::initializer_list<LockView> previous,
                  const char *noun = "write") {
  TextArena arena;
  OperationView here = {}, there = {};
  here.known = there.known = true;
  here.noun = noun;
  there.noun = "read";
  here.locks = current.begin();
  here.lock_count = current.size();
  there.locks = previous.begin();
  there.lock_count = previous.size();
  return LockWords(&arena, here, there);
}

LockView Lock(u32 number, bool shared = false) {
  return {number, number, shared, nullptr, nullptr};
}

TEST(ReportWords, WhatTheLocksTell) {
  EXPECT_EQ(Locks({}, {}), "neither side held a lock");
  EXPECT_EQ(Locks({Lock(1)}, {}), "the write held M1, the read did not");
  EXPECT_EQ(Locks({}, {Lock(1), Lock(2)}),
            "the read held M1, M2, the write did not");
  EXPECT_EQ(Locks({Lock(1)}, {Lock(2)}),
            "the two sides held different locks: M1 at the write, M2 at the "
            "read");
  EXPECT_EQ(Locks({Lock(1, true)}, {Lock(2), Lock(1, true)}),
            "both sides held M1, but in shared mode only, which does not keep "
            "a writer from the others");
  EXPECT_EQ(Locks({Lock(1)}, {Lock(1)}),
            "both sides held M1, yet not in one uninterrupted order");
  EXPECT_EQ(Locks({Lock(1)}, {}, "read"),
            "the first operation above held M1, the second did not");
}

TEST(ReportWords, NothingIsToldOfForgottenLocks) {
  TextArena arena;
  OperationView here = {}, there = {};
  here.known = there.known = true;
  here.noun = "write";
  there.noun = "read";
  there.locks_forgotten = true;
  EXPECT_EQ(LockWords(&arena, here, there), nullptr);
  EXPECT_EQ(LockWords(&arena, there, here), nullptr);
}

} // namespace
} // namespace __mapsan
