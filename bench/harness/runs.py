# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What can be run and measured. A run has variants; each is built once and then
sampled in every round. A sample says what it cost: cpu and wall seconds, peak KiB,
iterations, text bytes; as many of these as there are."""

import json
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import tempfile
import time

from building import BENCH, FLAGS, Failure, ROOT, compile_program, say

# A program that should be silent and is not would measure its reports. What
# ThreadSanitizer would say is not the subject.
ENVIRONMENT = dict(os.environ, MAPSAN_OPTIONS="exitcode=66", TSAN_OPTIONS="report_bugs=0",
                   LC_ALL="C.UTF-8")
# It takes libbenchmark's condition variables and static locals for races.
HELGRIND = ["valgrind", "--tool=helgrind", "-q"]


def launch(command, what, environment=None, cwd=None):
    """Runs it to its end: its output, its errors, and what it used with all its children."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   env=environment or ENVIRONMENT, cwd=cwd)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        output = out.read().decode(errors="replace")
        errors = err.read().decode(errors="replace")
    if process.returncode:
        raise Failure("%s ended with %d:\n%s" % (what, process.returncode, errors[-2000:]))
    used = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime}
    # What wait4() tells includes this process's share from before exec.
    if usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
        used["peak"] = usage.ru_maxrss
    return output, errors, used


def peak_of(text):
    return int(re.search(r"^peak (\d+)", text, re.MULTILINE)[1])


class Run:
    """What they have in common."""

    has_floor = False
    can_helgrind = False
    every = 1  # round in which it is sampled


class Loop(Run):
    """A loop of Google Benchmark, in a process of its own. Time is the loop's alone."""

    LIBRARIES = ["-lbenchmark"]
    ABSEIL = ["-labsl_raw_hash_set", "-labsl_hash", "-labsl_city", "-labsl_low_level_hash"]
    has_floor = True
    can_helgrind = True

    def __init__(self, name, program):
        self.name = name
        self.program = program
        self.binaries = {}

    def build(self, compilers, variant):
        maps = self.program == "maps"
        self.binaries[variant] = compile_program(
            compilers, "loops/%s.cpp" % self.program, variant,
            self.LIBRARIES + (self.ABSEIL if maps else []))

    def sample(self, variant, percent):
        if variant == "helgrind":
            percent = max(1, percent // 20)
        output, errors, _ = launch(
            (HELGRIND if variant == "helgrind" else []) +
            [self.binaries[variant], str(percent), "--benchmark_filter=^%s/" % self.name,
             "--benchmark_format=json"], "%s (%s)" % (self.name, variant))
        result = json.loads(output)["benchmarks"][0]
        return {"iterations": result["iterations"],
                "cpu": result["cpu_time"] * result["iterations"] * 1e-9,
                "wall": float(re.search(r"^wall (\S+)", errors, re.MULTILINE)[1]),
                "peak": peak_of(errors)}


class Process(Run):
    """A program of bench/programs as a whole."""

    def __init__(self, name, *arguments):
        self.name = name
        self.arguments = arguments
        self.binaries = {}

    def build(self, compilers, variant):
        self.binaries[variant] = compile_program(compilers, "programs/%s.cpp" % self.name, variant)

    def sample(self, variant, percent):
        output, _, used = launch([self.binaries[variant], str(percent)],
                                 "%s (%s)" % (self.name, variant))
        return dict(used, peak=peak_of(output))


class Start(Process):
    """Many starts of the smallest program; the median of them."""

    def sample(self, variant, percent):
        binary = str(self.binaries[variant])
        cpu, wall = [], []
        for _ in range(max(10, percent)):
            _, _, used = launch([binary], binary)
            cpu.append(used["cpu"])
            wall.append(used["wall"])
        output, _, _ = launch([binary, "peak"], binary)
        return {"cpu": statistics.median(cpu), "wall": statistics.median(wall),
                "peak": peak_of(output)}


def source_package(name):
    """The folder of an unpacked Debian source package, fetched if need be."""
    fetched = subprocess.run([str(ROOT / "test/programs/source-package"), name],
                             stdout=subprocess.PIPE, text=True)
    if fetched.returncode:
        raise Failure("the source package %s was not to be had" % name)
    return fetched.stdout.strip()


class Compile(Run):
    """Compiling a file that includes much: the example server, cpp-httplib as headers."""

    every = 3  # it is slow, and steady
    name = "compile"
    SOURCE = ROOT / "examples" / "session_server" / "main.cpp"

    def build(self, compilers, variant):
        self.compilers = compilers
        self.headers = source_package("cpp-httplib")

    def sample(self, variant, percent):
        target = self.compilers.folder / ("compile-%s.o" % variant)
        command = [*self.compilers.command(variant), *FLAGS, "-I" + self.headers, "-c",
                   str(self.SOURCE), "-o", str(target)]
        _, _, used = launch(command, "compiling " + self.SOURCE.name)
        sizes = subprocess.run(["size", "-A", target], stdout=subprocess.PIPE, text=True).stdout
        text = sum(int(size) for size in re.findall(r"^\.text\S*\s+(\d+)", sizes, re.MULTILINE))
        return {"cpu": used["cpu"], "wall": used["wall"], "text": text}


class Real(Run):
    """A real program under its own or a fixed benchmark: `build` and `run` are
    scripts. $SOURCE is the unpacked Debian source package, $CXX and $CC the compilers,
    $FLAGS what makes the variant, $PROGRAM what is to be built. It runs in an empty
    folder in memory, in which `prepare` has put what it wants, and does $PERCENT of
    the work."""

    has_floor = True

    def __init__(self, name, package, build, run, prepare="true"):
        self.name = name
        self.package = package
        self.script = build
        self.prepare = prepare
        self.run = run
        self.programs = {}

    def environment(self, command):
        return dict(ENVIRONMENT, CXX=command[0],
                    CC=re.sub(r"clang\+\+(?=[^/]*$)", "clang", command[0]),
                    FLAGS=" ".join(["-O2", "-g", *command[1:]]), SOURCE=self.source,
                    BENCH=str(BENCH), EXAMPLES=str(ROOT / "examples"),
                    JOBS=os.environ.get("MAPSAN_JOBS", str(os.cpu_count())))

    def build(self, compilers, variant):
        self.source = source_package(self.package)
        tree = compilers.folder / "real" / ("%s-%s" % (self.name, variant))
        program = tree / "program"
        command, parts = compilers.of_others(variant)
        recipe = tree / "recipe"
        environment = self.environment(command)
        wanted = "\n".join([self.source, environment["CXX"], environment["FLAGS"], self.script])
        # The plugin is in every object file, the runtime in the program alone.
        if not recipe.exists() or recipe.read_text() != wanted or \
                any(p.stat().st_mtime > recipe.stat().st_mtime for p in parts[:1]):
            shutil.rmtree(tree, ignore_errors=True)
        elif not any(p.stat().st_mtime > program.stat().st_mtime for p in parts[1:]):
            self.programs[variant] = program
            return
        tree.mkdir(parents=True, exist_ok=True)
        say("building %s (%s)" % (self.name, variant))
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", self.script], cwd=tree,
                              env=dict(environment, PROGRAM=str(program)), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise Failure("%s does not build (%s):\n%s" % (self.name, variant,
                                                           done.stdout[-3000:]))
        recipe.write_text(wanted)
        self.programs[variant] = program

    def sample(self, variant, percent):
        memory = pathlib.Path("/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp")
        work = memory / ("mapsan-bench-%d" % os.getpid())
        work.mkdir()
        try:
            environment = dict(ENVIRONMENT, PROGRAM=str(self.programs[variant]),
                               PERCENT=str(percent))
            for script in (self.prepare, self.run):
                _, _, used = launch(["bash", "-euo", "pipefail", "-c", script],
                                    "%s (%s)" % (self.name, variant), environment, work)
        finally:
            shutil.rmtree(work)
        return used
