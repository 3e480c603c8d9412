// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where reports go. The file is sanitizer_common's report_file; but that one
// ends the process if it cannot open it, and writes only what one write takes.

#include "mapsan_output.h"

#include "mapsan_text.h"
#include "sanitizer_common/sanitizer_file.h"
#include "sanitizer_common/sanitizer_flags.h"
#include "sanitizer_common/sanitizer_interface_internal.h"
#include "sanitizer_common/sanitizer_libc.h"
#include "sanitizer_common/sanitizer_posix.h"
#include <errno.h>
#include <signal.h>

namespace __mapsan {

namespace {

constexpr int kPatience = 1000; // milliseconds, for a pipe that nobody reads

// What the program opens under that number later is no place for a report.
bool closed_at_start[3];

bool IsFile() {
  return report_file.fd != kStdoutFd && report_file.fd != kStderrFd;
}

// Creates folders on the way, and leaves nothing else behind.
bool CanWriteLog(const char *prefix) {
  uptr size = internal_strlen(prefix);
  if (size > kMaxPathLength - 300) // room for program, pid and suffix
    return false;
  InternalScopedString path;
  for (uptr i = 0; i < size; i++) {
    if (i && prefix[i] == '/' && !DirExists(path.data()) &&
        !CreateDir(path.data()))
      return false;
    path.AppendF("%c", prefix[i]);
  }
  path.AppendF(".mapsan-%d", static_cast<int>(internal_getpid()));
  fd_t fd = OpenFile(path.data(), WrOnly);
  if (fd == kInvalidFd)
    return false;
  CloseFile(fd);
  internal_unlink(path.data());
  return true;
}

// While it lives, writing to a pipe without a reader is an error and no signal:
// a program that writes nothing does not die of what we have to say.
class NoBrokenPipe {
public:
  NoBrokenPipe() {
    sigset_t pending;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &old_);
  }
  ~NoBrokenPipe() {
    timespec now = {};
    if (broken_ && !was_pending_)
      sigtimedwait(&pipe_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &old_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe &) = delete;
  NoBrokenPipe &operator=(const NoBrokenPipe &) = delete;
  void Broken() { broken_ = true; }

private:
  sigset_t pipe_, old_;
  bool was_pending_, broken_ = false;
};

void WriteAll(fd_t fd, const char *text, uptr size) {
  if (fd >= 0 && fd < 3 && closed_at_start[fd])
    return;
  NoBrokenPipe guard;
  for (int waited = 0; size;) {
    error_t error;
    uptr written = internal_write(fd, text, size);
    if (!internal_iserror(written, &error)) {
      text += written;
      size -= written;
    } else if (error == EAGAIN && waited < kPatience) {
      internal_usleep(1000);
      waited++;
    } else if (error != EINTR) {
      if (error == EPIPE)
        guard.Broken();
      return; // nobody is listening
    }
  }
}

} // namespace

void InitializeOutput() {
  for (fd_t fd = 0; fd < 3; fd++) {
    uptr copy = internal_dup(fd);
    closed_at_start[fd] = internal_iserror(copy);
    if (!closed_at_start[fd])
      internal_close(static_cast<fd_t>(copy));
  }
  const char *path = common_flags()->log_path;
  if (!path || !*path || !internal_strcmp(path, "stderr"))
    return;
  if (!internal_strcmp(path, "stdout")) {
    __sanitizer_set_report_path(path);
    return;
  }
  // The program may change its working directory before the first report.
  InternalScopedString absolute;
  const char *folder = GetPwd();
  if (path[0] != '/' && folder && folder[0] == '/')
    absolute.AppendF("%s/", folder);
  absolute.Append(path);
  if (CanWriteLog(absolute.data()))
    __sanitizer_set_report_path(absolute.data());
  else
    Printf("MapSanitizer: cannot write to log_path '%s': reports go to "
           "stderr\n",
           path);
}

void WriteOutput(const char *text, uptr size) {
  int pid = internal_getpid();
  if (IsFile() && static_cast<int>(report_file.fd_pid) != pid &&
      !CanWriteLog(report_file.path_prefix))
    __sanitizer_set_report_path(nullptr); // stderr
  if (IsFile())
    __sanitizer_get_report_path(); // opens it
  WriteAll(report_file.fd, text, size);
}

void WriteOutputFromSignal(const char *text, uptr size) {
  bool usable = !IsFile() || (report_file.fd != kInvalidFd &&
                              report_file.fd_pid == internal_getpid());
  WriteAll(usable ? report_file.fd : kStderrFd, text, size);
}

} // namespace __mapsan
