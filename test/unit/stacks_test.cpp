// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Stacks that are recognised, and those that only look like it.

#include "world.h"

#include "../../runtime/clock/mapsan_code.h"
#include "../../runtime/clock/mapsan_stack.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

#include <gtest/gtest.h>
#include <set>
#include <vector>

namespace {

using namespace __mapsan;
using namespace __mapsan::test;

// The innermost call is the same in all stacks; what called that is not.
NOINLINE u32 here(Thread *thr, const Site *site) {
  u32 id = StackIdHere(thr, site, GET_CALLER_PC(), GET_CURRENT_FRAME());
  asm volatile("" ::: "memory");
  return id;
}
NOINLINE u32 below(Thread *thr, const Site *site) {
  u32 id = here(thr, site);
  asm volatile("" ::: "memory");
  return id;
}

void expectDifferentStacks() {
  Site site = MakeSite(MapsanEffectRead);
  Thread *thr = ThreadCreate(nullptr, 0, true);
  GetThreadStackTopAndBottom(/*at_initialization=*/false, &thr->stack_top,
                             &thr->stack_bottom);
  u32 first = 0, second = 0;
  for (int round = 0; round < 3; round++) {
    u32 one = below(thr, &site);
    u32 two = below(thr, &site);
    EXPECT_NE(one, two);
    if (round) {
      EXPECT_EQ(one, first);
      EXPECT_EQ(two, second);
    }
    first = one;
    second = two;
  }
  ThreadFinish(thr);
}

TEST(Stacks, DifferByAnyReturnAddress) {
  StartWorld();
  expectDifferentStacks();
}

// All of it is as the unwinder finds it.
TEST(Stacks, OfForeignCodeDifferByAnyReturnAddress) {
  StartWorld();
  CodeRange all = code_internal::main;
  RemoveInstrumentedCode(all.begin);
  code_internal::main = {};
  expectDifferentStacks();
  AddInstrumentedCode(all, /*main=*/true);
}

// The path to the innermost call, by the bits of `which`.
template <int kBit>
NOINLINE u32 along(Thread *thr, const Site *site, u32 which, int bits) {
  u32 id = !bits       ? here(thr, site)
           : which & 1 ? along<1>(thr, site, which >> 1, bits - 1)
                       : along<0>(thr, site, which >> 1, bits - 1);
  asm volatile("" ::"i"(kBit) : "memory"); // no tail call
  return id;
}

// More than are kept, several times: the oldest have made room.
TEST(Stacks, OfManyPathsAreNotMistaken) {
  StartWorld();
  Site site = MakeSite(MapsanEffectRead);
  Thread *thr = ThreadCreate(nullptr, 0, true);
  GetThreadStackTopAndBottom(/*at_initialization=*/false, &thr->stack_top,
                             &thr->stack_bottom);
  constexpr int kBits = 11;
  std::vector<u32> ids(1 << kBits);
  for (u32 i = 0; i < 4 * ids.size(); i++) {
    u32 which = i % ids.size();
    u32 id = along<0>(thr, &site, which, kBits);
    if (i == which)
      ids[which] = id;
    ASSERT_EQ(id, ids[which]);
  }
  std::set<u32> different(ids.begin(), ids.end());
  EXPECT_EQ(different.size(), ids.size());
  ThreadFinish(thr);
}

} // namespace
