#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Prints the intercepted functions that no test names, then how many there are
# in all.
#
#   untested-interceptors.sh REPOSITORY

table=$1/runtime/intercept/mapsan_interceptors.inc
names=$(sed -nE 's/^MAPSAN_(INTERCEPTOR|ALLOCATOR|CXX_RUNTIME)\([^,]+, ([A-Za-z_0-9]+).*/\2/p' "$table")
for name in $names; do
  grep -rqw --include='*.c' --include='*.cpp' -- "$name" "$1/test/sync" ||
    echo "no test names $name"
done
echo "$(wc -w <<<"$names") interceptors"
