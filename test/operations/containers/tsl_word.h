// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The word of an element in one of Tessil's tables.

#ifndef MAPSAN_TEST_TSL_WORD_H
#define MAPSAN_TEST_TSL_WORD_H

// Elements of a map are constant but for value().
template <class Iterator> volatile int *tslWord(Iterator it) {
  if constexpr (requires { it.value(); })
    return &it.value();
  else
    return &it->payload;
}

#define WORD_OF(Map, Number) tslWord((Map).find(Key(Number)))
#define MAPPED_BY_VALUE

#endif // MAPSAN_TEST_TSL_WORD_H
