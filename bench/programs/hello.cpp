// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The least that a program with a map can be: what is measured is its start.

#include "../peak.h"
#include <iostream>
#include <map>
#include <string>

int main(int argc, char **) {
  std::map<int, std::string> words{{1, "hello"}, {2, "world"}};
  std::cout << words[argc] << '\n';
  if (argc > 1)
    printPeak(stdout);
}
