// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Families of containers by number.

#ifndef MAPSAN_FAMILIES_H
#define MAPSAN_FAMILIES_H

#include "mapsan_site.h"

namespace __mapsan {

/// More kinds of containers than these a process cannot have. (The numbers
/// above are those of elements, mapsan_elements.h.)
constexpr u32 kMaxFamilies = (1 << 16) - 5;

/// In the child of fork: nobody holds our lock.
void FamiliesAfterFork();

} // namespace __mapsan

#endif // MAPSAN_FAMILIES_H
