// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Notices the end of a thread (WatchThreadEnd in mapsan_intercept.h).

#ifndef MAPSAN_THREAD_END_H
#define MAPSAN_THREAD_END_H

namespace __mapsan {

/// Early, so that our key is destroyed before others in each round; watches
/// the calling thread, too.
void InitializeThreadEnd();

} // namespace __mapsan

#endif // MAPSAN_THREAD_END_H
