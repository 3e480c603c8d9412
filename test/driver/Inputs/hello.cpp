// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program without a race: it prints what its map holds and DONE.
#include <cstdio>
#include <map>

static std::map<int, int> squares;

int main() {
  for (int i = 0; i < 4; ++i)
    squares[i] = i * i;
  std::printf("%d DONE\n", squares.at(3));
}
