# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The variants of a program, and building them: the same source, the same flags,
the same compiler."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
FLAGS = ["-std=c++20", "-O2", "-g", "-pthread"]

# Helgrind runs the plain program; floor is plain, too, and has the least that a
# detector must do written into it (floor.h).
VARIANTS = ["plain", "mapsan", "tsan", "floor", "helgrind"]


class Failure(Exception):
    """What went wrong, in words."""


def build_folder():
    return pathlib.Path(os.environ.get("MAPSAN_BUILD_DIR", ROOT / "build"))


def say(text):
    print("==> " + text, file=sys.stderr, flush=True)


class Compilers:
    """One LLVM's clang, and the MapSan built for it."""

    def __init__(self, llvm, prefix=None):
        self.llvm = llvm
        self.plain = shutil.which("clang++-" + llvm)
        if not self.plain:
            raise Failure("clang++-%s is not installed" % llvm)
        self.prefix = pathlib.Path(prefix or build_folder() / ("llvm-" + llvm)).absolute()
        self.wrapper = self.prefix / "bin" / "mapsan-clang++"
        if not self.wrapper.exists():
            raise Failure("no %s: run scripts/build --llvm %s first" % (self.wrapper, llvm))
        self.folder = build_folder() / "bench" / ("llvm-" + llvm)
        self.folder.mkdir(parents=True, exist_ok=True)

    def command(self, variant):
        """C++ compiler and the flags that make the variant."""
        if variant == "mapsan":
            return [str(self.wrapper)]
        return [self.plain] + {"tsan": ["-fsanitize=thread"],
                               "floor": ["-DBENCH_FLOOR"]}.get(variant, [])

    def parts(self, variant):
        """What a binary is made of besides its source."""
        if variant != "mapsan":
            return []
        return [self.prefix / "lib" / "libMapSanPass.so", self.prefix / "lib" / "libmapsan_rt.a"]

    def version(self):
        text = subprocess.run([self.plain, "--version"], stdout=subprocess.PIPE, text=True).stdout
        return text.splitlines()[0]


def older(result, inputs):
    """Whether it is not there, or older than one of the inputs."""
    if not os.path.exists(result):
        return True
    made = os.path.getmtime(result)
    return any(os.path.getmtime(i) > made for i in inputs)


def run_command(command, what, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", **more)
    if done.returncode:
        raise Failure("cannot build %s:\n%s" % (what, done.stdout[-3000:]))


def compile_program(compilers, source, variant, libraries=()):
    """The binary of a program of one file of bench/."""
    source = BENCH / source
    binary = compilers.folder / ("%s-%s" % (source.stem, variant))
    inputs = [source, *BENCH.glob("*.h"), *source.parent.glob("*.h"), *compilers.parts(variant)]
    if older(binary, inputs):
        say("building " + binary.name)
        extra = []
        if variant == "helgrind":
            # valgrind does not understand all debug information of newer clangs.
            extra = ["-Wl,--strip-debug"]
        run_command([*compilers.command(variant), *FLAGS, *extra, str(source), "-o",
                     str(binary), *libraries], binary.name)
    return binary


def machine(compilers):
    """In one line each."""
    model = "unknown processor"
    try:
        model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        pass
    system = ""
    try:
        system = re.search(r'PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text())[1]
    except (OSError, TypeError):
        pass
    return {"processor": model, "cores": len(os.sched_getaffinity(0)),
            "system": "Linux %s, %s" % (os.uname().release, system),
            "compiler": compilers.version(), "flags": " ".join(FLAGS)}
