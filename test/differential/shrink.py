# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a failing program small."""

from generator import without
from model import Illegal, execute

SMALL = 12  # steps that a failing program is to have at most


def shrink(program, fails, budget=2000):
    """Leaves out steps as long as `fails(program)` holds, then what is unused."""
    changed = True
    while changed and budget > 0:
        changed = False
        size = max(1, len(program.steps) // 4)
        while size:
            i = 0
            while i < len(program.steps) and budget > 0:
                steps = program.steps
                if size == 1:
                    steps = without(steps, i)
                else:
                    steps = steps[:i] + steps[i + size:]
                smaller = program.with_steps(steps)
                if playable(smaller):
                    budget -= 1
                    if fails(smaller):
                        program = smaller
                        changed = True
                        continue
                # A thread with all that it does, its creation and its end
                i += size
            size //= 2
        for t in range(len(program.threads) - 1, 0, -1):
            smaller = program.with_steps([s for s in program.steps if s.thread != t and not (
                s.verb in ("create", "join", "detach", "tryjoin", "timedjoin") and s.args[0] == t)])
            if len(smaller.steps) < len(program.steps) and playable(smaller):
                budget -= 1
                if fails(smaller):
                    program = smaller
                    changed = True
    return tidy(program)


def playable(program):
    try:
        execute(program)
        return True
    except (Illegal, IndexError):
        return False


def tidy(program):
    """Without objects, maps and threads that no step names."""
    thread_verbs = ("create", "join", "detach", "tryjoin", "timedjoin")
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
        if s.verb in thread_verbs:
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
