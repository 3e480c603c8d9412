// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Stacks that are recognised, and those that only look like it.

#include "world.h"

#include "../../runtime/clock/mapsan_stack.h"
#include "sanitizer_common/sanitizer_stacktrace.h"

#include <gtest/gtest.h>

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

TEST(Stacks, DifferByAnyReturnAddress) {
  StartWorld();
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

} // namespace
