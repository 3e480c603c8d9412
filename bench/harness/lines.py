# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which cache lines move between two threads at the same work: those that one of them
writes and the other touches. From a trace of all accesses (valgrind's lackey) of
lines.cpp, whose threads take turns."""

import re
import subprocess

from building import Failure, compile_program

SCENARIOS = [
    ("read-only", "look-ups in a map that nobody changes, no lock"),
    ("own", "each thread on a map and a mutex of its own"),
    ("shared-mutex", "look-ups under a shared_mutex"),
    ("mutex", "3 look-ups to a change, one map under one mutex"),
    ("sharded", "3 look-ups to a change, 16 maps with a mutex each"),
]
LINE = 64
STEPS = 64  # of a turn, as in lines.cpp


def symbols(binary):
    text = subprocess.run(["nm", "-C", str(binary)], stdout=subprocess.PIPE, text=True).stdout
    return sorted((int(found[1], 16), found[2]) for found in
                  re.finditer(r"^([0-9a-f]+) [bBdDuV] (.*)$", text, re.MULTILINE))


def turns_of(binary, scenario):
    """By number of the turn: the lines written, and those touched."""
    marker = dict((name, address) for address, name in symbols(binary))["turn"]
    # Most of a trace is instructions, and the start: sed is quicker to drop them.
    script = ("set -o pipefail; valgrind --tool=lackey --trace-mem=yes --log-fd=9 %s %s "
              "9>&1 >/dev/null | sed -n '/^ S 0*%x,/,${/^ /p}'" % (binary, scenario, marker))
    turns, current = [], None
    with subprocess.Popen(["bash", "-c", script], stdout=subprocess.PIPE,
                          text=True, errors="replace") as process:
        for row in process.stdout:
            kind = row[1]
            address, _, size = row[3:].partition(",")
            address = int(address, 16)
            if address == marker and kind == "S":
                # Every other store ends a turn.
                current = (set(), set()) if current is None else None
                if current:
                    turns.append(current)
            elif current:
                for line in range(address // LINE, (address + int(size) - 1) // LINE + 1):
                    current[1].add(line)
                    if kind != "L":
                        current[0].add(line)
    if process.returncode:
        raise Failure("%s %s ended with %d" % (binary.name, scenario, process.returncode))
    return turns


def moving(binary, scenario):
    """Lines that move, in the last turns of both threads."""
    (one_wrote, one_touched), (two_wrote, two_touched) = turns_of(binary, scenario)[-2:]
    return (one_wrote & two_touched) | (two_wrote & one_touched)


def measure(compilers):
    """Numbers of lines, by scenario and variant."""
    result = {}
    for scenario, _ in SCENARIOS:
        result[scenario] = {}
        for variant in ("plain", "mapsan"):
            # At fixed addresses; valgrind does not want the debug information.
            binary = compile_program(compilers, "lines.cpp", variant,
                                     ["-no-pie", "-Wl,--strip-debug"])
            result[scenario][variant] = len(moving(binary, scenario))
    return result
