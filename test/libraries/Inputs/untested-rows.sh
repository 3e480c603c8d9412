#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Prints the rows of the catalogs of libraries that their test does not name,
# then how many rows there are in all.
#
#   untested-rows.sh REPOSITORY

rows=0
for catalog in "$1"/catalog/sync-*.yaml; do
  library=${catalog##*/sync-}
  library=${library%.yaml}
  # The C++ libraries' have test/sync.
  case $library in libstdcxx | libcxx) continue ;; esac
  test=$1/test/libraries/$library.cpp
  [ -f "$test" ] || { echo "no test of $library"; continue; }
  while read -r name; do
    rows=$((rows + 1))
    grep -qw -- "$name" "$test" || echo "no case of $library names $name"
  done < <(sed -nE 's/^[^:]*(name|function|body): "?([^",]*::)?([A-Za-z_0-9]+)(\(\))?[",].*/\3/p; s/^[^:]*(name|function|body): "?([^",]*::)?([A-Za-z_0-9]+)(\(\))?"?$/\3/p' "$catalog")
done
echo "$rows rows"
