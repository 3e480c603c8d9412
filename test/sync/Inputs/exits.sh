#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Runs the program of exits.cpp in each of its ways, without and with a race,
# and prints "<way> [race]: <what it printed><exit status>".

for how in return exit _exit _Exit quick_exit abort at-exit last-thread \
  other-thread outlives-main others-at-work fork vfork; do
  for race in "" race; do
    output=$("$1" $how $race 2>/dev/null)
    echo "$how${race:+ $race}: $output$?"
  done
done 2>/dev/null
