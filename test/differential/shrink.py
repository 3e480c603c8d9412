# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a failing program small."""

from generator import without
from model import Illegal, execute

LIVES = ("create", "join", "detach", "tryjoin", "timedjoin")
# Steps that a failing program is to have at most, besides those that begin and
# end threads.
SMALL = 12


def shrink(program, fails, budget=4000):
    """The smallest that was found, by at most so many runs: leaves out steps as
    long as `fails(program)` holds, alone, by halves, threads and two at a time;
    lets one thread do what two did; then what is unused."""
    while True:
        for smaller in candidates(program):
            if not playable(smaller):
                continue
            budget -= 1
            if budget < 0:
                return tidy(program)
            if fails(smaller):
                program = smaller
                break
        else:
            return tidy(program)


def candidates(program):
    """Programs with fewer steps, the most promising first."""
    steps = program.steps
    size = len(steps) // 4
    while size > 1:
        for i in range(0, len(steps), size):
            yield program.with_steps(steps[:i] + steps[i + size:])
        size //= 2
    threads = range(1, len(program.threads))
    for t in threads:
        yield program.with_steps([s for s in steps if s.thread != t and not makes(s, t)])
    for i in range(len(steps)):
        yield program.with_steps(without(steps, i))
    for t in threads:
        for other in range(len(program.threads)):
            if other != t:
                yield instead(program, t, other)
    for i in range(len(steps)):
        first = without(steps, i)
        for j in range(i, len(first)):
            yield program.with_steps(without(first, j))


def makes(step, thread):
    return step.verb in LIVES and step.args[0] == thread


def instead(program, t, other):
    """`other` does what t did."""
    steps = []
    for s in program.steps:
        if makes(s, t) or s.thread == t and s.verb == "exit":
            continue
        if s.thread == t:
            s = s.with_args(*s.args)
            s.thread = other
        steps.append(s)
    return program.with_steps(steps)


def playable(program):
    try:
        execute(program)
        return True
    except (Illegal, IndexError):
        return False


def tidy(program):
    """Without objects, maps and threads that no step names."""
    from model import FENCES, MAP_VERBS
    maps, objects, threads = [], [], [0]

    def number(table, old):
        if old not in table:
            table.append(old)
        return table.index(old)

    steps = []
    for s in program.steps:
        number(threads, s.thread)
    for s in program.steps:
        args = list(s.args)
        if s.verb in LIVES:
            args[0] = number(threads, args[0])
        elif s.verb in MAP_VERBS:
            args[0] = number(maps, args[0])
        elif s.verb not in FENCES and args and s.mode != "returns":
            args[0] = number(objects, args[0])
            if s.verb in ("cv_wait", "cv_timedwait", "cv_clockwait"):
                args[1] = number(objects, args[1])
        step = s.with_args(*args)
        step.thread = threads.index(s.thread)
        steps.append(step)
    smaller = program.with_steps(steps)
    smaller.maps = [program.maps[i] for i in maps] or program.maps[:1]
    smaller.objects = [program.objects[i] for i in objects]
    smaller.threads = [program.threads[i] for i in threads]
    return smaller


def steps_to_read(program):
    return sum(s.verb not in LIVES and s.verb != "exit" for s in program.steps)
