#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random programs, each in one fixed interleaving, judged by the model, by MapSan
and by ThreadSanitizer. See README.md.

    test/differential/run_differential.py --prefix build/llvm-19 --programs 10000 --seed 7
        [--library libstdc++|libc++] [--level O0|O2] [--flags "..."]
        [--without KIND...] [--no-tsan] [--work DIR]
    ... --file FILE     plays the programs of a file instead
    ... --slow NAME     a second time, without this fast path of the runtime (or NAME+NAME,
                        or `all`); `each`: all, and each of them alone, once more

The exit status is 1 if MapSan and the model disagree, if a program does not run
as the model says, or if the programs do not prove enough (--programs 300 and
more). The last line counts.
"""

import argparse
import collections
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import executors
import generator
import handovers
import program as programs
import shrink
import tsan_classes
from model import execute

# What a library cannot do: kinds, or ways of handing over. libc++'s
# set_value_at_thread_exit crashes in threads that std::thread did not start.
CANNOT = {"libstdc++": [], "libc++": ["future, at thread exit"]}

ENOUGH = 20  # programs in which each kind of edge is the only one that orders something


def expectations(execution):
    """As `expect` lines, where the verdict is open in nothing."""
    lines = []
    for (m, _), verdict in execution.verdicts().items():
        if verdict.certain and verdict.first == verdict.last:
            lines.append((verdict.first, "race %d %d" % (m, verdict.first)))
        elif not verdict.excluded:
            return ()
    return [line for _, line in sorted(lines)] or ["silence"]


def text_of(program, execution):
    return program.text(execution.results, expectations(execution))


def as_test(program, execution, why, options):
    """A file for lit that fails as long as the program does."""
    build = "--library %s --level %s" % (options.library, options.level)
    if options.library == "libc++":
        build += ' --flags "%libcxx_flags"'
    return ("# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n"
            "# Intent: program %s: %s.\n"
            "# RUN: %%differential %s --no-tsan --file %%s\n\n%s" % (
                program.name, why, build, text_of(program, execution)))


def first_races(execution, result):
    """The step of the first race of each life of each map. (After the first one MapSan
    does what it can, and promises nothing.)"""
    first = {}
    for m, step in result.races:
        first.setdefault((m, execution.life_of(m, step)), step)
    return first


def judge(execution, result):
    """What MapSan should have said and did not, in words; None if they agree."""
    first = first_races(execution, result)
    for key, verdict in execution.verdicts().items():
        step = first.get(key)
        name = "map %d" % key[0] + (", life %d" % key[1] if key[1] else "")
        if step is None:
            if verdict.certain:
                return "%s races in step %s, and MapSan is silent" % (name, span(verdict))
        elif verdict.excluded:
            return "%s does not race, and MapSan reports it in step %d" % (name, step)
        elif verdict.certain and not verdict.first <= step <= verdict.last:
            return "%s races in step %s, MapSan reports it in step %d" % (name, span(verdict), step)
    return None


def span(verdict):
    if verdict.first == verdict.last:
        return str(verdict.first)
    return "%d to %d" % (verdict.first, verdict.last)


class Run:
    def __init__(self, options, mapsan, tsan):
        self.options = options
        self.mapsan = mapsan
        self.tsan = tsan
        self.slow = slow_modes(options.slow)
        self.slow_differ = []  # (program, mode, why)
        self.disagreements = []  # (program, why)
        self.failures = []
        self.count = self.races = self.broken = self.broken_racing = self.open = 0
        self.kinds = collections.Counter()
        self.details = collections.Counter()
        self.tsan_count = 0
        self.tsan_classes = collections.Counter()
        self.tsan_cannot = 0
        self.tsan_unclassified = []

    def play(self, batch):
        """`batch`: pairs of a program and whether it is a broken one."""
        executions = [execute(p) for p, _ in batch]
        texts = [p.text(e.results) for (p, _), e in zip(batch, executions)]
        results = self.mapsan.run(texts)
        for (program, broken), execution, result in zip(batch, executions, results):
            self.count += 1
            verdicts = execution.verdicts().values()
            racing = any(v.certain for v in verdicts)
            self.races += racing
            self.open += any(not v.certain and not v.excluded for v in verdicts)
            self.broken += broken
            self.broken_racing += broken and racing
            kinds, details = execution.ordering_edges()
            self.kinds.update(kinds)
            self.details.update(details)
            if result.failure:
                self.failures.append((program, result.failure))
                continue
            why = judge(execution, result)
            if why:
                self.disagreements.append((program, why))
        for mode in self.slow:
            self.play_slowly(mode, batch, executions, texts, results)
        if self.tsan:
            self.play_tsan(batch, executions, texts)

    def play_slowly(self, mode, batch, executions, texts, results):
        """A fast path may change no verdict: neither which maps race nor where first."""
        slowly = self.mapsan.run(texts, slow=mode)
        for (program, _), execution, fast, slow in zip(batch, executions, results, slowly):
            if slow.failure:
                self.slow_differ.append((program, mode, slow.failure))
                continue
            with_it, without = first_races(execution, fast), first_races(execution, slow)
            if not fast.failure and with_it != without:
                self.slow_differ.append((program, mode, "races %s, with it %s" % (
                    sorted(without.items()), sorted(with_it.items()))))

    def play_tsan(self, batch, executions, texts):
        able = [i for i, text in enumerate(texts)
                if not any(" %s" % verb in text for verb in tsan_classes.CANNOT)]
        self.tsan_cannot += len(texts) - len(able)
        for i, result in zip(able, self.tsan.run([texts[i] for i in able])):
            program, execution = batch[i][0], executions[i]
            if result.failure:
                self.tsan_unclassified.append((program, "it failed: " + result.failure))
                continue
            self.tsan_count += 1
            reported = {(m, execution.life_of(m, step)) for m, step in result.races}
            for key in execution.point_races():
                if tsan_classes.consistent(execution, key, key in reported):
                    continue
                classes = tsan_classes.explain(program, key, key in reported,
                                               self.options.library)
                if classes:
                    self.tsan_classes[", ".join(classes)] += 1
                else:
                    self.tsan_unclassified.append((program, "map %d: %s" % (
                        key[0], "reported" if key in reported else "not reported")))

    def fails(self, program):
        """Still, for shrinking."""
        execution = execute(program)
        result = self.mapsan.run([program.text(execution.results)], timeout=40)[0]
        return bool(result.failure or judge(execution, result))

    def show_smaller(self, program):
        """A failing program made small, as a test."""
        options = self.options
        small = shrink.shrink(program, self.fails, options.shrink)
        execution = execute(small)
        result = self.mapsan.run([small.text(execution.results)])[0]
        why = result.failure or judge(execution, result)
        text = as_test(small, execution, why, options)
        path = os.path.join(options.work, "failing-%s.test" % program.name)
        with open(path, "w") as file:
            file.write(text)
        count = shrink.steps_to_read(small)
        print("program %s, smaller, of %d steps besides threads' begins and ends%s; as a test, "
              "%s:\n%s" % (
            program.name, count,
            "" if count <= shrink.SMALL else ", which are too many", path,
            "".join("    " + line + "\n" for line in text.splitlines())))

    def report(self, vocabulary):
        options = self.options
        for program, why in self.disagreements + self.failures:
            print("program %s: %s" % (program.name, why))
        for program, _ in (self.disagreements + self.failures)[:options.shown]:
            self.show_smaller(program)
        for program, mode, why in self.slow_differ:
            print("program %s, slow=%s: %s" % (program.name, mode, why))
        for program, why in self.tsan_unclassified[:5]:
            path = os.path.join(options.work, "tsan-%s.txt" % program.name)
            with open(path, "w") as file:
                file.write(text_of(program, execute(program)))
            print("ThreadSanitizer, no known class: program %s (%s): %s" % (
                program.name, path, why))
        if options.coverage:
            for kind, n in sorted(self.kinds.items()):
                print("%6d  %s" % (n, kind))
            for (kind, detail), n in sorted(self.details.items()):
                print("%6d    %s: %s" % (n, kind, detail))
        for classes, n in sorted(self.tsan_classes.items()):
            print("ThreadSanitizer differs, %s: %d" % (classes, n))
        if self.tsan:
            print("ThreadSanitizer: %d programs, %d that it cannot run, %d differences without a "
                  "class" % (self.tsan_count, self.tsan_cannot, len(self.tsan_unclassified)))
        if self.slow:
            print("without fast paths (%s): %d programs each, %d differences" % (
                ", ".join(self.slow), self.count, len(self.slow_differ)))
        return self.proves_enough(vocabulary)

    def proves_enough(self, vocabulary):
        enough = True
        missing = [k for k in vocabulary.order if self.kinds[k] < ENOUGH and
                   k not in handovers.SEEN_AS_ANOTHER]
        if self.options.file is None and self.options.programs >= 300:
            for kind in missing:
                enough = False
                print("only %d programs depend on: %s" % (self.kinds[kind], kind))
            if self.broken_racing < 0.4 * self.broken:
                enough = False
                print("only %d of %d broken programs race" % (self.broken_racing, self.broken))
        print("%d programs: %d race, %d of %d broken ones do, %d open; %d kinds of edges; "
              "%d disagreements, %d failed" % (
                  self.count, self.races, self.broken_racing, self.broken, self.open,
                  len(self.kinds), len(self.disagreements), len(self.failures)))
        return enough


def slow_modes(name):
    """What --slow asks for, as values of the runtime's option."""
    known = executors.fast_paths()
    if name == "each":
        return ["all"] + known
    if name and name != "all" and not set(name.split("+")) <= set(known):
        sys.exit("--slow %s: the fast paths are %s" % (name, ", ".join(known)))
    return [name] if name else []


def arguments(description):
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prefix", default="build/llvm-19")
    parser.add_argument("--clangxx", default=None)
    parser.add_argument("--library", default="libstdc++")
    parser.add_argument("--level", default="O0")
    parser.add_argument("--flags", default="")
    parser.add_argument("--programs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--work", default=None)
    parser.add_argument("--slow", default=None, metavar="NAME|all|each")
    return parser


def prepare(options):
    options.prefix = os.path.abspath(options.prefix)
    options.work = options.work or os.path.join(options.prefix, "test", "differential",
                                                options.library)
    os.makedirs(options.work, exist_ok=True)
    version = os.path.basename(options.prefix).split("-")[-1]
    options.clangxx = options.clangxx or "clang++-" + (version if version.isdigit() else "19")
    # std::jthread, until it is no experiment any more
    options.extra = ["-fexperimental-library"] if options.library == "libc++" else []
    return options


def mapsan_executor(options):
    executor = executors.Executor("mapsan", options.prefix, options.clangxx, options.level,
                                  options.flags, options.work, options.extra,
                                  debug=bool(options.slow))
    executor.build()
    missing = set(handovers.ALL_KINDS) - executor.kinds()
    return executor, handovers.Vocabulary(
        list(options.without) + CANNOT[options.library] + sorted(missing))


def main():
    parser = arguments(__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--no-tsan", action="store_true")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--shrink", type=int, default=4000, help="runs for making one smaller")
    parser.add_argument("--shown", type=int, default=5, help="failing programs made smaller")
    parser.add_argument("--file", default=None)
    options = prepare(parser.parse_args())
    mapsan, vocabulary = mapsan_executor(options)
    tsan = None
    if not options.no_tsan:
        # (Its verdicts do not depend on the level.)
        tsan = executors.Executor("tsan", options.prefix, options.clangxx, "O1", options.flags,
                                  options.work, options.extra)
        tsan.build()

    run = Run(options, mapsan, tsan)
    if options.file:
        with open(options.file) as file:
            parts = file.read().split("\ndone\n")
        run.play([(programs.parse(part + "\ndone\n"), False) for part in parts if part.strip()])
    else:
        indices = range(options.first, options.first + options.programs)
        for start in range(0, len(indices), 100):
            run.play([(generator.programs(options.seed, i, vocabulary), bool(i % 2))
                      for i in indices[start:start + 100]])
    enough = run.report(vocabulary)
    wrong = run.disagreements or run.failures or run.slow_differ
    return 0 if enough and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
