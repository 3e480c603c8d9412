#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds and runs the table of operations for one container in one build.

    test/operations/run_operations.py --prefix build/llvm-19 --container map
        [--library libstdc++|libc++] [--level O0|O2] [--variant plain|pmr|debug|absl|...]
        [--include DIR] [--flags "..."] [--work DIR] [-v]

The variants whose library the tests do not have (variants.py: by_hand) want its
headers: --include is the folder to include them from, and may be repeated.

Prints the rows that failed (-v: all), the rows of the catalog that no test
covers and the tests that no row of the catalog matches; the last line counts.
"""

import argparse
import contextlib
import fcntl
import os
import shlex
import subprocess
import sys

from variants import VARIANTS

HERE = os.path.dirname(os.path.abspath(__file__))

# Nothing printed may be left out, and nothing be looked up for it.
RUN_OPTIONS = "exitcode=0:max_reports=0:max_reports_per_map=0:symbolize=0"


ENOUGH = 4  # containers


class Failure(Exception):
    pass


class CatalogRow:
    """A line of mapsan-catalog."""

    def __init__(self, line):
        fields = line.rstrip("\n").split("\t")
        self.family, self.cls, name, discriminators = fields[:4]
        self.effect, self.evidence = fields[4:6]
        self.untested = fields[8] == "untested"
        self.by_hand = fields[8].startswith("by hand: ")
        # As rows/*.inc spell it.
        self.free = self.family == "(function)"
        self.namespace = name[:name.rfind("::") + 2] if self.free else ""
        if self.namespace in ("std::__1::", "std::__debug::"):
            name = "std::" + name[len(self.namespace):]
        self.operation = name + ("" if discriminators == "-" else " " + discriminators)

    def decided_by_evidence(self):
        return self.effect == "may-write" and self.evidence != "none"


def catalog_rows(prefix, sequences=False):
    """Of the built-in catalog: those of families and of free functions."""
    command = [os.path.join(prefix, "bin", "mapsan-catalog")] + (["--sequences"] if sequences else [])
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [line for line in output.splitlines() if not line.startswith("(") or line.startswith("(function)")]
    return [CatalogRow(line) for line in lines]


def command(arguments):
    result = subprocess.run(arguments, capture_output=True, text=True)
    if result.returncode:
        raise Failure(shlex.join(arguments) + "\n" + result.stdout + result.stderr)


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return None


class Build:
    """One combination of library, level and variant. What is no part of the table
    is compiled once for all variants of a library at a level."""

    def __init__(self, options):
        self.options = options
        kind = "-".join([options.library, options.level])
        self.folder = os.path.join(options.work, kind + "-" + options.variant)
        self.shared = os.path.join(options.work, kind)
        for folder in (self.folder, self.shared):
            os.makedirs(folder, exist_ok=True)
        self.variant = VARIANTS[options.library, options.variant]
        self.plain = [os.path.join(options.prefix, "bin", "mapsan-clang++")]
        self.plain += ["-" + options.level, "-g", "-I" + os.path.join(options.prefix, "include")]
        self.plain += ["-Wall", "-Wextra", "-Werror"]
        self.compiler = self.plain + [flag.replace("{cache}", options.cache) for flag in self.variant.flags]
        self.compiler += self.variant.package_flags("cflags")
        for folder in options.include:
            self.compiler.append("-isystem" + os.path.abspath(folder))
        # Last on the line, as static libraries stand behind what uses them.
        self.flags = shlex.split(options.flags)
        self.libraries = self.variant.package_flags("libs") + self.variant.libraries

    def compile(self, compiler, source, object, *flags):
        """Unless the object is there, of the same command, and newer than all
        that goes into it."""
        arguments = compiler + ["-std=c++23"] + list(flags)
        arguments += ["-MD", "-MF", object + ".d", "-c", os.path.join(HERE, source), "-o", object] + self.flags
        if read(object + ".command") == "\n".join(arguments):
            if os.path.getmtime(object) > self.newest_input(object):
                return
        for old in (object + ".command", object):
            if os.path.exists(old):
                os.remove(old)
        command(arguments)
        with open(object + ".command", "w") as file:
            file.write("\n".join(arguments))

    def newest_input(self, object):
        prefix = self.options.prefix
        inputs = read(object + ".d").replace("\\\n", " ").split()[1:]
        for folder in ("include/mapsan", "bin"):
            inputs += [entry.path for entry in os.scandir(os.path.join(prefix, folder))]
        inputs.append(os.path.join(prefix, "lib", "libMapSanPass.so"))
        return max(os.path.getmtime(file) if os.path.exists(file) else float("inf") for file in inputs)

    @contextlib.contextmanager
    def first(self, folder):
        """What the first that comes compiles for others, one at a time."""
        with open(os.path.join(folder, "lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def harness(self):
        """The objects that all programs share."""
        objects = []
        with self.first(self.shared):
            for name in ("harness", "reports"):
                objects.append(os.path.join(self.shared, name + ".o"))
                self.compile(self.plain, name + ".cpp", objects[-1])
        return objects

    def precompiled(self, name, *flags):
        """How to do without parsing headers, where there are enough containers
        for that to be less work. (Sequences have rules of their own each.)"""
        if len(self.variant.containers) < ENOUGH or self.variant.sequences:
            return []
        header = os.path.join(self.folder, name + ".pch")
        with self.first(self.folder):
            self.compile(self.compiler, "precompiled.h", header, *flags, "-fpch-instantiate-templates", "-x", "c++-header")
        return ["-include-pch", header]

    def program(self, name, *flags):
        objects = [self.object(name, "operations.cpp", *flags)] + self.harness()
        return self.link(name, objects)

    def object(self, name, source, *flags):
        object = os.path.join(self.folder, name + ".o")
        if self.variant.sequences: # (those of the harness are its own business)
            flags += ("--mapsan-sequences",)
        self.compile(self.compiler, source, object, "-DCONTAINER=" + self.options.container, *flags)
        return object

    def link(self, name, objects):
        program = os.path.join(self.folder, name)
        command(self.compiler + objects + ["-o", program] + self.libraries + self.flags)
        return program

    def iterators(self):
        """The program that says what becomes of iterators and elements. Where the
        library itself looks after them it is told not to."""
        name = self.options.container + "-iterators"
        flags = ["-DNDEBUG", "--mapsan-elements"]
        return self.link(name, [self.object(name, "iterators.cpp", *flags, *self.precompiled("iterators", *flags))])


def run(program, evidence):
    """The rows that the program ran, each [operation, label, ..., outcome], and
    the operations that this library does not have."""
    environment = dict(os.environ, MAPSAN_OPTIONS=RUN_OPTIONS)
    log = program + ".log"
    with open(log, "w") as errors:
        result = subprocess.run(
            [program, "--evidence=" + ";".join(evidence)], env=environment, text=True,
            stdout=subprocess.PIPE, stderr=errors)
    rows = []
    absent = []
    lines = result.stdout.splitlines()
    for line in lines:
        fields = line.split("\t")
        if fields[0] == "row":
            rows.append(fields[1:])
        elif fields[0] == "absent":
            absent.append(fields[1])
        elif rows and line.startswith("    "):
            rows[-1][-1] += "\n" + line
    if not lines or not lines[-1].startswith("rows %d failed " % len(rows)):
        last = rows[-1][1] if rows else "the first row"
        tail = open(log, errors="replace").read()[-2000:]
        raise Failure("%s ended with status %d after %s:\n%s"
                      % (program, result.returncode, last, tail))
    return rows, absent


def iterator_complaints(program):
    """The cases of iterators.cpp that failed, if it has any that passed."""
    environment = dict(os.environ, MAPSAN_OPTIONS=RUN_OPTIONS)
    result = subprocess.run([program], env=environment, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    lines = result.stdout.splitlines()
    if not lines or not lines[-1].startswith("cases "):
        raise Failure("%s ended with status %d" % (program, result.returncode))
    return lines[:-1]


def uncovered(rows, absent, catalog, options, variant):
    """What the table and the catalog have, each, without the other."""
    tested = {row[0] for row in rows}
    classes = variant.classes_of(options.container)
    cls = classes[0] if classes else options.container
    known = {row.operation for row in catalog if row.cls in classes}
    if classes and not known:
        raise Failure("the catalog has no class " + cls)
    standard = variant.namespace.startswith("std::")
    if standard:
        free = {row.operation for row in catalog if row.free and row.namespace == variant.namespace}
        # Ordered containers have every operator that there is; those before C++20
        # are not tested once more with other allocators.
        if (options.variant == "pmr" or options.container.startswith("unordered_")
                or variant.sequences and options.container != "string"):
            needed = known
        else:
            needed = known | free
    else:
        free = {row.operation for row in catalog
                if row.free and row.operation.startswith(variant.free)}
        needed = known | free
    # Debug mode has the rest in the namespace of the others, and std::swap takes
    # everybody's.
    free |= {row.operation for row in catalog if row.free and row.namespace == "std::"}
    needed = {name for name in needed if variant.has(options.container, name)}
    complaints = ["catalog row without a test: %s %s" % (cls, name)
                  for name in sorted(needed - tested - set(absent)) if not variant.partly]
    complaints += ["test without a catalog row: %s %s" % (cls, name)
                   for name in sorted(tested - known - free)]
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--container", required=True)
    parser.add_argument("--library", default="libstdc++", choices=["libstdc++", "libc++"])
    parser.add_argument("--level", default="O0")
    parser.add_argument("--variant", default="plain",
                        choices=sorted({variant for _, variant in VARIANTS}))
    parser.add_argument("--include", action="append", default=[], metavar="DIR",
                        help="where the headers of a library are that the tests do not have")
    parser.add_argument("--flags", default="", help="more, for compiling and linking")
    parser.add_argument("--cache", default=os.environ.get("MAPSAN_CACHE_DIR", ""),
                        help="what scripts/setup fetched")
    parser.add_argument("--work", default="operations-test")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()

    try:
        if VARIANTS[options.library, options.variant].by_hand and not options.include:
            raise Failure("the variant %s wants --include, the folder of its library's headers" % options.variant)
        build = Build(options)
        catalog = catalog_rows(options.prefix, build.variant.sequences)
        classes = build.variant.classes_of(options.container)
        evidence = sorted({row.operation for row in catalog
                           if row.decided_by_evidence() and (row.free or row.cls in classes)})
        rows, absent = run(build.program(options.container, *build.precompiled("operations")), evidence)
        if options.variant in ("plain", "debug"):
            flags = ["-std=c++17"]
            program = build.program(options.container + "-cxx17", *flags, "-DONLY_COMPARISON",
                                    *build.precompiled("cxx17", *flags))
            rows += run(program, [])[0]
        complaints = uncovered(rows, absent, catalog, options, build.variant)
        if build.variant.followed:
            complaints += iterator_complaints(build.iterators())
    except Failure as failure:
        print(failure)
        return 1
    failed = [row for row in rows if row[-1].startswith("FAILED")]
    for row in rows if options.verbose else failed:
        operation, label, first, second, outcome = row
        effects = first if second == "-" else first + ", " + second
        print("%s: %s: %s: %s" % (operation, label, effects, outcome))
    for complaint in complaints:
        print(complaint)
    print("rows %d failed %d" % (len(rows), len(failed) + len(complaints)))
    return 1 if failed or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
