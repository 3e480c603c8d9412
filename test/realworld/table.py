# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The table of programs (programs.table), read. Its form, all of it:

    # a comment, on a line of its own
    [name]
    key: value
    key:
      lines that belong to
      the key

KEYS says which keys there are."""

import os
import re

# What a key means, and whether each program must have it.
KEYS = {
    "package": (False, "a Debian source package; or `folder`"),
    "folder": (False, "its source in this repository, beside the table"),
    "upstream": (False, "yes: the package's upstream tarball alone, unpatched"),
    "uses": (True, "what its threads are made of"),
    "needs": (False, "packages to install by apt"),
    "build": (True, "shell: builds it in the current folder, from $SOURCE"),
    "test": (True, "shell, in the same folder: fails where a test fails"),
    "passed": (True, "pattern whose group is a number of tests that passed; without a group, one"),
    "left out": (False, "tests that are not run, each with its reason: `test: why`"),
    "known": (False, "suppressions of what is true, each with its reason: `race:f: why`"),
    "unshared": (False, "why no map of it is used by two threads"),
}


class Malformed(Exception):
    """A line of the table that says nothing, with file and line."""


class Program:
    """One program: the values by key, and where they stand."""

    def __init__(self, path, line, name):
        self.path = path
        self.line = line
        self.name = name
        self.values = {}
        self.lines = {}

    def __getitem__(self, key):
        return self.values.get(key, "")

    def entries(self, key):
        """Of a key with one entry a line: (what, reason) each."""
        found = []
        for number, text in enumerate(self[key].split("\n"), self.lines.get(key, 0) + 1):
            if not text:
                continue
            what, colon, reason = text.partition(": ")
            if not colon or not what or not reason:
                raise Malformed("%s:%d: %s: `%s` gives no reason (what: reason)" % (
                    self.path, number, key, text))
            found.append((what, reason))
        return found

    def check(self):
        where = "%s:%d: %s" % (self.path, self.line, self.name)
        for key, (needed, meaning) in KEYS.items():
            if needed and not self[key]:
                raise Malformed("%s has no `%s` (%s)" % (where, key, meaning))
        if bool(self["package"]) == bool(self["folder"]):
            raise Malformed("%s wants either `package` or `folder`" % where)
        try:
            re.compile(self["passed"])
        except re.error as error:
            raise Malformed("%s:%d: passed: %s" % (
                self.path, self.lines["passed"], error)) from error
        self.entries("left out")
        self.entries("known")


def read(path):
    """The programs of a table, in its order."""
    programs = []
    key = None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip()
            where = "%s:%d" % (os.path.relpath(path), number)
            if line.startswith("#"):
                continue
            if not line or line[0] in " \t":
                if key is not None:
                    # The first line's indentation is the block's.
                    lines = programs[-1].values
                    lines[key] += ("\n" if lines[key] else "") + line[2:]
                elif line:
                    raise Malformed("%s: `%s` belongs to no key" % (where, line.strip()))
                continue
            section = re.fullmatch(r"\[([a-z0-9.+-]+)\]", line)
            field = re.fullmatch(r"([a-z ]+):(?: +(.*))?", line)
            if section:
                if any(p.name == section.group(1) for p in programs):
                    raise Malformed("%s: %s stands here twice" % (where, section.group(1)))
                programs.append(Program(os.path.relpath(path), number, section.group(1)))
                key = None
            elif not field:
                raise Malformed("%s: neither [name] nor key: value: `%s`" % (where, line))
            elif not programs:
                raise Malformed("%s: `%s` belongs to no program" % (where, field.group(1)))
            elif field.group(1) not in KEYS:
                raise Malformed("%s: there is no key `%s`: the keys are %s" % (
                    where, field.group(1), ", ".join(KEYS)))
            else:
                key = field.group(1)
                if key in programs[-1].values:
                    raise Malformed("%s: `%s` stands here twice" % (where, key))
                programs[-1].values[key] = field.group(2) or ""
                programs[-1].lines[key] = number
    for program in programs:
        for key, value in program.values.items():
            program.values[key] = value.strip("\n")
        program.check()
    return programs
