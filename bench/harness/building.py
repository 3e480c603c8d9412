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
# detector must do written into it: by hand (floor.h), or in programs that others wrote
# by MapSan's plugin (floor_runtime.cpp).
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

    def floor_prefix(self):
        """An installed MapSan whose runtime is floor_runtime.cpp."""
        prefix = self.folder / "floor-prefix"
        library = prefix / "lib"
        archive = library / "libmapsan_rt.a"
        source = BENCH / "floor_runtime.cpp"
        plugin = self.prefix / "lib" / "libMapSanPass.so"
        if older(archive, [source, BENCH / "floor.h", self.wrapper, plugin,
                           *(ROOT / "include" / "mapsan").iterdir()]):
            say("building the floor's runtime")
            shutil.rmtree(prefix, ignore_errors=True)
            library.mkdir(parents=True)
            shutil.copytree(self.wrapper.parent, prefix / "bin")
            (library / plugin.name).symlink_to(plugin)
            (library / (archive.name + ".syms")).write_text("{ malloc; free; pthread_*; };\n")
            compiled = library / "floor_runtime.o"
            # (No exceptions: C programs are linked with it, too.)
            run_command([self.plain, "-std=c++20", "-O2", "-g", "-fPIC", "-fno-exceptions",
                         "-fno-rtti", "-ftls-model=initial-exec", "-fvisibility=hidden",
                         "-Wall", "-Wextra", "-c", str(source), "-o", str(compiled)], source.name)
            run_command(["ar", "rcs", str(archive), str(compiled)], archive.name)
        return prefix

    def of_others(self, variant):
        """The same for programs that others wrote: the compiler, and what a binary is made
        of besides its source."""
        if variant != "floor":
            return self.command(variant), self.parts(variant)
        library = self.floor_prefix() / "lib"
        return ([str(library.parent / "bin" / self.wrapper.name)],
                [library / "libMapSanPass.so", library / "libmapsan_rt.a"])

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
