#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# run.sh quick|long PROGRAM [MODE...]: runs it silently and with a race. What it
# prints is shown if anything is not as it ought to be.
length=$1 program=$2
shift 2
output=$program.$length${1:+.}${1##*/}.out
fail() {
  tail -n 60 "$output"
  echo "FAILED: $program $length $*"
  exit 1
}

MAPSAN_OPTIONS=symbolize=0 "$program" "$length" silent "$@" >"$output" 2>&1
status=$?
[ $status = 3 ] || fail "silent: status $status instead of 3"
grep -q '^DONE$' "$output" || fail "silent: output was lost"

MAPSAN_OPTIONS=symbolize=0 "$program" "$length" race "$@" >"$output" 2>&1
status=$?
[ $status = 66 ] || fail "race: status $status instead of 66"
grep -q '^DONE$' "$output" || fail "race: output was lost"
grep -q 'SUMMARY: MapSanitizer: concurrent map writes .*stress\.h:[0-9]*:[0-9]* in' "$output" ||
  fail "race: not found"
