// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Run-time options: MAPSAN_OPTIONS and __mapsan_default_options(). The table is
// mapsan_flags.inc.

#ifndef MAPSAN_FLAGS_H
#define MAPSAN_FLAGS_H

namespace __sanitizer {
class InternalScopedString;
}

namespace __mapsan {

/// What counts as a write.
enum class Policy { Effective, Strict };
/// What is looked for.
enum class Detect { All, Overlap };
/// What to do with a finding that may be none, or is none yet.
enum class Leniency { Report, Error, Ignore };

namespace flag_type {
using Text = const char *;
/// A process' exit status: no more than a byte arrives.
using Status = unsigned char;
/// A number of frames: no more than there is room for.
using Frames = unsigned short;
constexpr int kMostFrames = 64;
/// When something is done, in a word of sanitizer_common's.
struct When {
  Text word;
};
/// Names of rules, joined by '+'; null: none (clock/mapsan_rules.h).
struct Rules {
  const char *names;
  Rules(const char *names) : names(names) {}
  Rules() = default;
};
/// Names of fast paths, likewise, or "all".
struct FastPaths {
  const char *names;
  FastPaths(const char *names) : names(names) {}
  FastPaths() = default;
};
} // namespace flag_type

struct Flags {
  using Text = flag_type::Text;
  using Status = flag_type::Status;
  using Frames = flag_type::Frames;
  using Rules = flag_type::Rules;
  using FastPaths = flag_type::FastPaths;
#define MAPSAN_FLAG(Type, Name, Default, Help) Type Name;
#include "mapsan_flags.inc"

  /// sanitizer_common's flags too.
  void SetDefaults();

  /// Reads `name=value` pairs, separated by colons, commas or white space;
  /// values may be quoted. A pair that makes no sense is named in a warning,
  /// with `source`, and skipped. Sets sanitizer_common's flags too.
  void Parse(const char *options, const char *source);

  /// Every option with its value and help.
  void Describe(__sanitizer::InternalScopedString *out) const;
};

namespace flags_internal {
extern Flags flags;
}

/// Constant once Initialize is through.
inline Flags *flags() { return &flags_internal::flags; }

/// Defaults, then __mapsan_default_options(), then MAPSAN_OPTIONS; acts on
/// log_path, suppressions and help. Called once, while the process has one
/// thread.
void InitializeFlags();

} // namespace __mapsan

#endif // MAPSAN_FLAGS_H
