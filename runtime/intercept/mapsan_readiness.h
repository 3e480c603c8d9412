// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What calls tell of many descriptors at once, in the C library's structures:
// which are ready to be read from, which came in a message.

#ifndef MAPSAN_READINESS_H
#define MAPSAN_READINESS_H

#include "../clock/mapsan_thread.h"

namespace __mapsan {

/// The calling thread takes over from those that are ready, as if it had read
/// from them: by poll...
void TakeOverPolled(Thread *thr, const void *pollfds, uptr count);
/// ...by select, whose sets have been narrowed down to them...
void TakeOverSelected(Thread *thr, int count, const void *fd_set);
/// ...and from whoever registered them by epoll_ctl, by epoll_wait.
void TakeOverReported(Thread *thr, int epoll, const void *epoll_events,
                      int count);

/// Before epoll_ctl. `epoll_event` may be null.
void HandOverRegistered(Thread *thr, int epoll, int fd,
                        const void *epoll_event);

/// Descriptors that a received message brought are new ones.
void ForgetPassedDescriptors(const void *msghdr);
/// The msghdr of the i-th mmsghdr.
const void *MessageAt(const void *mmsghdrs, int i);

} // namespace __mapsan

#endif // MAPSAN_READINESS_H
