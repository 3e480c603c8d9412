// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Allocation as MapSan follows it: by its own interceptors, or by the hooks of
// a sanitizer that owns the heap.

#ifndef MAPSAN_MALLOC_H
#define MAPSAN_MALLOC_H

namespace __mapsan {

/// After ResolveRealFunctions.
void InitializeMalloc();

/// Memory that is handed out is seen. False: the program has a malloc of its
/// own in the executable.
bool MallocIsFollowed();

} // namespace __mapsan

#endif // MAPSAN_MALLOC_H
