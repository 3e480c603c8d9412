# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Sourced by the scripts beside it: where things are, and how the scripts speak.
#
#   MAPSAN_BUILD_DIR   build trees, one per LLVM version   (<repository>/build)
#   MAPSAN_CACHE_DIR   what was fetched                    (~/.cache/mapsan)
#   MAPSAN_JOBS        how many compilers run at a time    (nproc)

set -euo pipefail
repository=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
build_dir=${MAPSAN_BUILD_DIR:-$repository/build}
cache_dir=${MAPSAN_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mapsan}
jobs=${MAPSAN_JOBS:-$(nproc)}
compiler_rt_version=19.1.7
mapfile -t llvm_versions < <(grep -E '^[0-9]+$' "$repository/cmake/llvm-versions.txt")
export MAPSAN_CACHE_DIR=$cache_dir

say() { printf '==> %s\n' "$*"; }
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# known_llvm VERSION: fails where it is not a supported one.
known_llvm() {
  [[ " ${llvm_versions[*]} " == *" $1 "* ]] ||
    fail "LLVM $1 is not supported: the supported versions are ${llvm_versions[*]}."
}

# with_progress DESCRIPTION LOG COMMAND...: the command's output goes to LOG;
# the terminal sees the description, a sign of life, and on failure the end of
# LOG. A pipe or a file sees a line every half minute.
with_progress() {
  local description=$1 log=$2 started=$SECONDS shown=$SECONDS status=0
  shift 2
  mkdir -p "$(dirname "$log")"
  say "$description"
  "$@" >"$log" 2>&1 &
  local pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    if [ -t 1 ]; then
      printf '\r    %3d s  %.100s\033[K' $((SECONDS - started)) "$(tail -n 1 "$log" | tr -d '\r')"
    elif [ $((SECONDS - shown)) -ge 30 ]; then
      shown=$SECONDS
      printf '    %3d s  %.100s\n' $((SECONDS - started)) "$(tail -n 1 "$log")"
    fi
    sleep 0.2
  done
  [ ! -t 1 ] || printf '\r\033[K'
  wait "$pid" || status=$?
  if [ $status != 0 ]; then
    tail -n 40 "$log" >&2
    fail "failed: $description (all of its output is in $log)"
  fi
}
