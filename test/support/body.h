// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a thread of a test is to run.

#ifndef MAPSAN_TEST_BODY_H
#define MAPSAN_TEST_BODY_H

/// A function that outlives this. Which one it is, is no part of the type, so
/// that what runs it need not be a template: half of what it takes to compile
/// many cases would be threads of as many types.
template <class... Arguments> struct BodyOf {
  template <class Function>
  BodyOf(Function &function)
      : function(&function), call([](void *function, Arguments... arguments) {
          (*static_cast<Function *>(function))(arguments...);
        }) {}
  void operator()(Arguments... arguments) const {
    call(function, arguments...);
  }

  void *function;
  void (*call)(void *, Arguments...);
};
using Body = BodyOf<>;

#endif // MAPSAN_TEST_BODY_H
