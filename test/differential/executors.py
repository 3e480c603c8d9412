# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The executor: how it is built, once per configuration, and how programs are
put through it."""

import fcntl
import os
import re
import shlex
import subprocess
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(HERE, "executor")
FAST_PATHS = os.path.join(HERE, "../../runtime/clock/mapsan_fast_paths.inc")

MAPSAN_OPTIONS = "symbolize=0:exitcode=0:max_reports=0:max_reports_per_map=0:log_path=/dev/null:stack_depth=48"
TSAN_OPTIONS = ("suppress_equal_stacks=0:suppress_equal_addresses=0:report_thread_leaks=0:"
                "report_mutex_bugs=0:report_destroy_locked=0:report_signal_unsafe=0:"
                "detect_deadlocks=0:exitcode=0:symbolize=0:log_path=/dev/null")


def fast_paths():
    """The names of all short cuts that the runtime takes."""
    with open(FAST_PATHS) as table:
        return re.findall(r"^MAPSAN_FAST_PATH\((\w+)", table.read(), re.MULTILINE)


class Result:
    """Of one program: races as (map, step), or how it failed."""

    def __init__(self):
        self.races = []
        self.observed = {}  # step: (result, ticket, begin, end), if it ran freely
        self.failure = None


def newer(results, inputs):
    """All there, and none older than any input."""
    return all(os.path.exists(f) for f in results) and (
        min(map(os.path.getmtime, results)) >= max(map(os.path.getmtime, inputs)))


class Executor:
    """`tool`: mapsan or tsan. `debug`: with the runtime of MapSan's own tests."""

    def __init__(self, tool, prefix, clangxx, level, flags, work, extra=(), debug=False):
        self.tool = tool
        self.folder = os.path.join(work, "executor-%s-%s.d" % (tool, level))
        self.path = self.folder[:-len(".d")] + ("-debug" if debug else "")
        self.compiler = ([os.path.join(prefix, "bin", "mapsan-clang++"),
                          "--mapsan-catalog=" + os.path.join(SOURCES, "table.yaml")] if tool == "mapsan" else
                         [clangxx, "-fsanitize=thread", "-DPROXY"])
        self.compiler += ["-std=c++20", "-" + level, "-gline-tables-only", "-Wall", "-Wextra",
                          "-Werror", "-Wno-atomic-memory-ordering"] + list(extra)
        self.compiler += ["-I" + os.path.join(prefix, "include")]
        self.flags = shlex.split(flags)
        self.plugin = os.path.join(prefix, "lib", "libMapSanPass.so")
        self.runtime = os.path.join(prefix, "lib", "debug" if debug else "", "libmapsan_rt.a")
        self.link = ["--mapsan-debug-runtime"] if debug else []

    def build(self):
        """Compiles what is older than anything that it is made of."""
        os.makedirs(self.folder, exist_ok=True)
        with open(self.folder + ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            sources = [os.path.join(SOURCES, f) for f in os.listdir(SOURCES)]
            sources.append(os.path.join(HERE, "../support/invisible_barrier.h"))
            units = sorted(f for f in sources if f.endswith(".cpp"))
            objects = [os.path.join(self.folder, os.path.basename(f) + ".o") for f in units]
            if not newer(objects, sources + [self.plugin]):
                self.compile(units, objects)
            if not newer([self.path], objects + [self.runtime]):
                subprocess.run(self.compiler + self.link + objects + ["-o", self.path + ".new"] +
                               self.flags, check=True)
                os.replace(self.path + ".new", self.path)

    def compile(self, units, objects):
        jobs = int(os.environ.get("MAPSAN_JOBS") or os.cpu_count() or 1)
        running, failed = threading.Semaphore(jobs), []

        def compile_one(source, target):
            with running:
                result = subprocess.run(self.compiler + ["-c", source, "-o", target] + self.flags,
                                        capture_output=True, text=True)
                if result.returncode:
                    failed.append(result.stderr)
        threads = [threading.Thread(target=compile_one, args=pair) for pair in zip(units, objects)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise RuntimeError("the executor does not compile:\n" + "\n".join(failed))

    def kinds(self):
        """What this C++ library has of the vocabulary."""
        output = subprocess.run([self.path, "--kinds"], capture_output=True, text=True, check=True)
        return set(output.stdout.split())

    def command(self):
        # ThreadSanitizer wants the memory where it expects it.
        return (["setarch", "-R"] if self.tool == "tsan" else []) + [self.path]

    def run(self, texts, timeout=120, free=False, slow=None):
        """Plays programs; a Result for each. One that fails costs its process,
        the others go on in the next. `slow`: fast paths that are not taken."""
        options = MAPSAN_OPTIONS + (":slow=" + slow if slow else "")
        environment = dict(os.environ, MAPSAN_OPTIONS=options, TSAN_OPTIONS=TSAN_OPTIONS)
        results = []
        while len(results) < len(texts):
            rest = texts[len(results):]
            try:
                process = subprocess.run(self.command() + ["--free"] * free + ["-"], input="".join(rest), text=True,
                                         capture_output=True, env=environment,
                                         timeout=timeout)
                output, status = process.stdout, "status %d" % process.returncode
                errors = process.stderr
            except subprocess.TimeoutExpired as expired:
                output, status, errors = (expired.stdout or b"").decode(), "hangs", ""
            new = parse(output)
            if len(new) < len(rest) or (new and new[-1].failure):
                if not new:
                    new = [Result()]
                new[-1].failure = new[-1].failure or status + " " + errors[-300:]
            results += new
        return results


def parse(output):
    results = []
    over = True
    for line in output.splitlines():
        words = line.split()
        if words[0] == "program":
            results.append(Result())
            over = False
        elif words[0] == "race":
            results[-1].races.append((int(words[1]), int(words[2])))
        elif words[0] == "observed":
            results[-1].observed[int(words[1])] = tuple(map(int, words[2:]))
        elif words[0] == "failed":
            results[-1].failure = " ".join(words[1:])
        elif words[0] == "over":
            over = True
    if results and not over and not results[-1].failure:
        results[-1].failure = "died"
    return results
