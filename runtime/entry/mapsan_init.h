// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Start and end of the runtime.

#ifndef MAPSAN_INIT_H
#define MAPSAN_INIT_H

#include "sanitizer_common/sanitizer_internal_defs.h"

namespace __mapsan {

/// Brings the runtime up: flags, threads, interceptors, exit handling. Called
/// from .preinit_array (executable), a constructor (shared object) and lazily
/// by whatever comes first. Idempotent; the first call happens before the
/// process has a second thread.
void Initialize();

namespace init_internal {
extern bool active;
}

/// The runtime is up and `enabled=1`. False before Initialize is through.
inline bool Active() { return init_internal::active; }

} // namespace __mapsan

#endif // MAPSAN_INIT_H
