// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the programs of all containers of one library include: parsed once
// (run_operations.py).

#define PRECOMPILED

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include LIBRARY
