# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random programs. A map goes from hand to hand: who has it uses it, then hands
it over by one of the ways below; several maps do so at once, their steps
interleaved at random, with steps in between that order nothing. Such a program
is race-free (the model is asked before each use). Its twin has one edge broken:
a step left out, weakened, moved, or done to another object."""

import random

import handovers
from model import MAP_VERBS, Execution, Illegal, execute
from program import Program, Step, returns

THREAD_KINDS = ["pthread", "pthread_exit", "std_thread", "c11", "c11_exit", "jthread", "async",
                "pthread_detached"]
MAP_KINDS = ["unordered_map", "unordered_map", "map", "set", "table"]


class Generator:
    """One program. `vocabulary`: handovers.Vocabulary. `wanted`: the ways of
    handing over that this program is to have."""

    def __init__(self, rng, vocabulary, wanted, name):
        self.rng = rng
        self.vocabulary = vocabulary
        self.maps = [rng.choice(MAP_KINDS) for _ in range(rng.choice([1, 2, 2, 3]))]
        self.objects = []
        kinds = [k for k in THREAD_KINDS if vocabulary.has(k)]
        self.threads = ["pthread"] + [rng.choice(kinds) for _ in range(rng.randint(2, 4))]
        self.wanted = wanted
        self.program = Program(self.maps, self.objects, self.threads, [],
                               rng.random() < 0.7, name)
        # Threads that are there all the time; others come by a hand-over.
        self.steady = list(range(len(self.threads)))
        self.ended = set()
        self.barriers = {}
        self.execution = None
        self.interesting = []  # steps: (position) that belong to hand-overs

    # --- for handovers

    def new_object(self, kind, size=0):
        """Most often a new one, sometimes one that is there."""
        self.objects.append((kind, size))
        return len(self.objects) - 1

    def shared_object(self, kind):
        same = [i for i, (k, _) in enumerate(self.objects) if k == kind]
        if same and self.rng.random() < 0.4:
            return self.rng.choice(same)
        return self.new_object(kind)

    def shared_barrier(self, kind, size):
        """Often one that this map has gone through before: another phase of it,
        for other threads."""
        same = (self.map_in_hand, kind, size)
        if same not in self.barriers or self.rng.random() < 0.3:
            self.barriers[same] = self.new_object(kind, size)
        return self.barriers[same]

    def new_thread(self, kinds=None):
        kinds = [k for k in kinds or THREAD_KINDS if self.vocabulary.has(k)]
        self.threads.append(self.rng.choice(kinds))
        return len(self.threads) - 1

    # --- strands

    def use(self, t, m, wrote):
        """Steps with which t uses map m."""
        rng, r = self.rng, self.rng.random()
        if self.maps[m] in ("unordered_map", "table") and r < 0.15:
            verb = rng.choice(["write_", "erase_"] if wrote else ["read_", "hit_"])
            return [Step(t, verb, m), Step(t, "end")]
        if wrote and self.maps[m] != "table":
            if r < 0.22:
                return [Step(t, "destroy", m), Step(t, "construct", m)]
            if r < 0.25:
                return [Step(t, "recycle", m)]
        if wrote:
            return [Step(t, rng.choice(["write", "write", "write", "erase"]), m)]
        return [Step(t, rng.choice(["read", "read", "hit", "iterate"]), m)]

    def strand(self, m, ways):
        """Map m from hand to hand."""
        rng = self.rng
        self.map_in_hand = m
        holders = [rng.choice(self.steady)]
        wrote = True
        steps = self.use(holders[0], m, True)
        for way in ways:
            way = self.vocabulary.ways[way]
            available = [t for t in self.steady if t not in self.ended]
            others = [t for t in available if t not in holders]
            if len(holders) > 1 and not way.many_sources:
                # Brought together by something that can.
                joint = self.vocabulary.ways[rng.choice(self.vocabulary.joining)]
                to = rng.choice(others or holders)
                steps += joint.steps(self, holders, [to], rng)
                holders = [to]
                steps += self.use(to, m, True)
                others = [t for t in available if t not in holders]
            if way.makes_target:
                targets = []
            elif way.many_targets and len(others) > 1 and rng.random() < 0.35:
                targets = rng.sample(others, 2)
            elif others:
                targets = [rng.choice(others)]
            else:
                break
            try:
                handed = way.steps(self, holders, targets, rng)
            except handovers.Unsuitable:
                continue
            if isinstance(handed, tuple):
                handed, targets = handed
            steps += handed
            holders = targets
            wrote = len(targets) == 1 and rng.random() < 0.8
            for t in targets:
                steps += self.use(t, m, wrote)
        return steps

    def noise(self):
        """Steps that order nothing that matters, if they can be done at all."""
        rng = self.rng
        t = rng.choice(self.steady)
        if not self.objects or rng.random() < 0.2:
            order = rng.choice(["acquire", "release", "acq_rel", "seq_cst"])
            return [Step(t, rng.choice(["fence", "builtin_fence"]), order)]
        obj = rng.randrange(len(self.objects))
        return handovers.noise(self.objects[obj][0], obj, t, rng)

    def generate(self):
        """A race-free program."""
        rng = self.rng
        first = [Step(0, "create", t) for t in self.steady if t]
        ways = list(self.wanted)
        rng.shuffle(ways)
        count = len(self.maps)
        strands = [self.strand(m, ways[m::count]) for m in range(count)]
        for _ in range(rng.randint(0, 4)):
            strands.append(self.noise())
        self.execution = Execution(self.program)
        for step in first:
            self.play(step)
        self.merge(strands)
        self.close()
        self.program.steps = self.execution.steps
        return self.program

    def play(self, step):
        ex = self.execution
        if step.verb in ("read", "hit", "iterate", "read_", "hit_"):
            if ex.would_race(step.thread, step.args[0], False):
                raise Illegal("would race")
        elif step.verb in ("write", "erase", "write_", "erase_", "construct", "destroy",
                           "recycle"):
            if ex.would_race(step.thread, step.args[0], True):
                raise Illegal("would race")
        ex.play(step)

    def merge(self, strands):
        """Interleaves them as far as they can be played."""
        rng = self.rng
        queues = [list(reversed(s)) for s in strands if s]
        stuck = 0
        current = None
        while queues:
            if self.execution.due:
                # Whatever must return does, whosever strand it is in.
                t = self.execution.due[0]
                self.play(returns(t))
                for q in queues:
                    for i in range(len(q) - 1, -1, -1):
                        if q[i].thread == t and q[i].mode == "returns":
                            del q[i]
                            break
                    else:
                        continue
                    break
                queues = [q for q in queues if q]
                continue
            if rng.random() < 0.05:
                self.end_early({s.thread for q in queues for s in q})
            if current not in queues or rng.random() < 0.4:
                current = rng.choice(queues)
            try:
                self.play(current[-1])
                current.pop()
                stuck = 0
            except Illegal:
                current = None
                stuck += 1
                if stuck > 6 * len(queues):
                    # Nobody gets on: the step that stands in the way is left out.
                    rng.choice(queues).pop()
                    stuck = 0
            queues = [q for q in queues if q]

    def end_early(self, needed):
        """A thread that has nothing more to do ends while others go on."""
        idle = [t for t in self.steady if t and t not in needed]
        if idle:
            try:
                self.play(Step(self.rng.choice(idle), "exit"))
            except Illegal:
                pass

    def close(self):
        """Ends what is open, lets everything that blocks go on, ends all
        threads. A program that cannot be ended is none."""
        ex, rng = self.execution, self.rng
        for _ in range(200):
            progress = False
            for t, thread in enumerate(ex.threads):
                if not thread.created or thread.ended:
                    continue
                candidates = []
                if t in ex.due:
                    candidates = [returns(t)]
                elif thread.blocked is None:
                    candidates = self.closing_steps(t, thread)
                for step in candidates:
                    try:
                        ex.play(step)
                        progress = True
                        break
                    except Illegal:
                        continue
            if not progress:
                break
        # Who may not be joined by the root is detached by it.
        for t, thread in enumerate(ex.threads[1:], 1):
            if thread.created and not thread.joined and not thread.detached:
                can_detach = thread.kind != "async"
                ex.play(Step(0, "detach" if can_detach and rng.random() < 0.3 else "join", t))
        ex.play(Step(0, "exit"))
        ex.over()

    def closing_steps(self, t, thread):
        ex = self.execution
        steps = []
        if thread.open:
            steps.append(Step(t, "end"))
        for i, obj in enumerate(ex.objects):
            steps += handovers.closing(ex.kinds[i], obj, i, t)
        if t:
            steps.append(Step(t, "exit"))
        return steps


def vary(program, rng, vocabulary):
    """The same program with one thing about its synchronisation broken, or None.
    Aims at what the model says some pair of operations needs."""
    steps = program.steps
    execution = execute(program)
    needed, _ = execution.ordering_edges()
    critical = set()
    for node in execution.nodes:
        for other, kind, _, certain in node.edges:
            if certain and kind in needed:
                critical.add(node.step)
                critical.add(other.step)
    uses = [i for i, s in enumerate(steps) if s.verb in ("read", "write", "hit", "erase") and
            program.maps[s.args[0]] in ("unordered_map", "table")]
    # Where a phase ends.
    barriers = [i for i, s in enumerate(steps) if s.verb == "arrive_wait" and
                s.mode == "whole" and
                program.objects[s.args[0]][0] in ("barrier", "pthread_barrier")]
    critical = [i for i in critical if steps[i].verb not in ("create", "exit", "end")]
    for _ in range(40):
        r = rng.random()
        if barriers and rng.random() < 0.3:
            changed = another_phase(program, rng.choice(barriers), rng)
        elif uses and r < 0.15:
            changed = stretch(program, rng.choice(uses), rng)
        elif r < 0.3:
            changed = (intrude if r < 0.22 else succeed)(program, rng)
        else:
            vital = critical and rng.random() < 0.8
            changed = break_at(program, rng.choice(critical) if vital else
                               rng.randrange(len(steps)), rng)
        if changed is None:
            continue
        try:
            return changed.with_steps(execute(changed).steps)
        except Illegal:
            continue
    return None


def stretch(program, i, rng):
    """The operation of step i begins earlier, or ends later: what its thread does
    meanwhile, it does inside."""
    steps = list(program.steps)
    use = steps[i]
    own = [j for j, s in enumerate(steps) if s.thread == use.thread]
    at = own.index(i)
    open_ = Step(use.thread, use.verb + "_", *use.args)
    if rng.random() < 0.5:
        steps[i] = open_
        later = own[min(at + rng.randint(1, 5), len(own) - 1)]
        steps.insert(min(later + rng.randint(0, 4), len(steps)), Step(use.thread, "end"))
    else:
        steps[i] = Step(use.thread, "end")
        steps.insert(own[max(at - rng.randint(1, 5), 0)], open_)
    return program.with_steps(steps)


def intrude(program, rng):
    """Somebody uses a map who does not have it, most often right after a step
    that might have told him something: the model knows whether that races, and
    an edge that there is not would hide it."""
    steps = list(program.steps)
    i = rng.randrange(len(steps))
    t = steps[i].thread if rng.random() < 0.7 else rng.choice(steps).thread
    use = Step(t, rng.choice(["write", "read"]), rng.randrange(len(program.maps)))
    steps.insert(i + 1, use)
    return program.with_steps(steps)


def succeed(program, rng):
    """A thread ends as soon as it can, another one is begun after it, and uses a
    map that the first has used: it is somebody else, whatever it inherits."""
    steps = list(program.steps)
    used = [(s.thread, s.args[0]) for s in steps if s.thread and s.verb in MAP_USES]
    if not used:
        return None
    t, m = rng.choice(used)
    own = [i for i, s in enumerate(steps) if s.thread == t]
    if steps[own[-1]].verb != "exit":
        return None
    end = steps.pop(own[-1])
    at = own[-2] + 1
    n = len(program.threads)
    creator = rng.choice([s.thread for s in steps if s.thread != t])
    steps[at:at] = [end, Step(creator, "create", n), Step(n, rng.choice(["write", "read"]), m),
                    Step(n, "exit")]
    steps.insert(len(steps) - 1, Step(0, "join", n))
    return program.with_steps(steps, threads=program.threads + ["pthread"])


def parties_of(barrier, steps):
    return {s.thread for s in steps
            if s.verb in ("arrive", "arrive_wait", "drop") and s.args[0] == barrier}


def another_phase(program, at, rng):
    """After the phase that ends in step `at` another one of the barrier, for
    others, and a use of a map by one of them: phases order nothing among
    themselves."""
    steps = list(program.steps)
    obj = steps[at].args[0]
    size = program.objects[obj][1]
    if size > len(program.threads):
        return None
    at += 1
    while at < len(steps) and steps[at].mode == "returns":
        at += 1
    threads = range(len(program.threads))
    before = parties_of(obj, steps[:at])
    others = [t for t in threads if t not in before]
    handed = [s.args[0] for s in steps[:at] if s.thread in before and s.verb in MAP_VERBS]
    if not handed:
        return None
    parties = rng.sample(others if size <= len(others) else threads, size)
    phase = [Step(t, "arrive_wait", obj).blocking() for t in parties[:-1]]
    phase.append(Step(parties[-1], "arrive_wait", obj))
    phase += [returns(t) for t in parties[:-1]]
    phase.append(Step(rng.choice(parties), rng.choice(["write", "read"]), handed[-1]))
    steps[at:at] = phase
    return program.with_steps(steps)


MAP_USES = ("read", "write", "hit", "iterate", "erase")


UNLOCK = {"lock": "unlock", "trylock": "unlock", "timedlock": "unlock", "clocklock": "unlock",
          "wrlock": "wrunlock", "trywrlock": "wrunlock", "rdlock": "rdunlock",
          "tryrdlock": "rdunlock", "timedwrlock": "wrunlock", "timedrdlock": "rdunlock",
          "clockwrlock": "wrunlock", "clockrdlock": "rdunlock"}
SHARED = {"wrlock": "rdlock", "trywrlock": "tryrdlock", "timedwrlock": "timedrdlock",
          "clockwrlock": "clockrdlock"}


def unlock_of(lock, steps, i):
    """Which step after i unlocks what `lock` has locked; None: none, or it is
    no lock."""
    for j in range(i + 1, len(steps)):
        s = steps[j]
        if s.thread == lock.thread and s.verb == UNLOCK.get(lock.verb) and (
                s.args[0] == lock.args[0]):
            return j
    return None


def renamed(step, verb):
    return Step(step.thread, verb, *step.args, mode=step.mode)


def break_at(program, i, rng):
    """Something done to step i, or None."""
    steps = list(program.steps)
    step = steps[i]
    objects = None
    if step.mode == "returns":
        return None
    orders = [k for k, a in enumerate(step.args) if isinstance(a, str)]
    what = rng.choice(["leave out", "weaken", "move", "another object", "another life", "store"])
    if what == "weaken" and orders:
        k = rng.choice(orders)
        weaker = {"acq_rel": ["acquire", "release", "relaxed"]}.get(step.args[k], ["relaxed"])
        args = list(step.args)
        args[k] = rng.choice(weaker)
        steps[i] = step.with_args(*args)
    elif what == "weaken" and step.verb in SHARED:
        # An exclusive lock becomes a shared one.
        steps[i] = renamed(step, SHARED[step.verb])
        j = unlock_of(step, steps, i)
        if j is not None:
            steps[j] = renamed(steps[j], "rdunlock")
    elif step.verb in ("join", "tryjoin", "timedjoin"):
        steps = without(steps, i)
        steps.insert(i, Step(step.thread, "detach", step.args[0]))
    elif what == "leave out":
        steps = without(steps, i)
    elif what == "move":
        # The use before it comes after it, or the other way round.
        own = [j for j, s in enumerate(steps) if s.thread == step.thread]
        at = own.index(i)
        uses = [j for j in own[max(0, at - 3):at + 4] if steps[j].verb in MAP_USES]
        if not uses:
            return None
        j = rng.choice(uses)
        use = steps.pop(j)
        if j < i:  # after step i and perhaps its other half
            to = i
            if rng.random() < 0.5:
                to = min(own[min(at + 1, len(own) - 1)], len(steps))
            steps.insert(to, use)
        else:
            to = i
            if rng.random() < 0.5:
                to = own[max(at - 1, 0)]
            steps.insert(to, use)
    elif what == "another object" and step.verb not in MAP_USES and step.args and \
            not step.verb.endswith("fence") and isinstance(step.args[0], int):
        kind, size = program.objects[step.args[0]] if step.args[0] < len(program.objects) else ("", 0)
        if step.verb in ("create", "join", "detach", "tryjoin", "timedjoin", "construct",
                         "destroy", "recycle", "read_", "write_", "hit_", "erase_") or not kind:
            return None
        objects = program.objects + [(kind, size)]
        other = len(program.objects)
        steps[i] = step.with_args(other, *step.args[1:])
        j = unlock_of(step, steps, i)
        if j is not None:
            steps[j] = steps[j].with_args(other)
    elif what == "another life" and step.args and isinstance(step.args[0], int) and \
            step.args[0] < len(program.objects) and not step.verb.endswith("_"):
        t = rng.choice([s.thread for s in steps])
        steps.insert(i, Step(t, rng.choice(["reborn", "renewed"]), step.args[0]))
    elif what == "store" and step.verb in ("load", "add", "exchange", "cas", "casweak", "await"):
        t = rng.choice([s.thread for s in steps[:i]] or [0])
        value = 0 if program.objects[step.args[0]][0] in ("atomic_flag",) else "fresh"
        steps.insert(i, Step(t, "store", step.args[0], "relaxed", value))
    else:
        return None
    return program.with_steps(steps, objects)


def without(steps, i):
    """Without step i and what belongs to it: the rest of a blocking call, the
    `end` of an open one, the unlock of a lock."""
    step = steps[i]
    gone = {i}
    pair = UNLOCK.get(step.verb)
    depth = 0
    opens = step.verb.endswith("_")
    for j in range(i + 1, len(steps)):
        s = steps[j]
        if s.thread != step.thread:
            continue
        if step.mode == "blocks" and s.mode == "returns":
            gone.add(j)
            if not pair:
                break
        elif opens:
            if s.verb.endswith("_"):
                depth += 1
            elif s.verb in ("end", "raise"):
                if depth == 0:
                    gone.add(j)
                    break
                depth -= 1
        elif pair and s.verb == pair and s.args[0] == step.args[0]:
            gone.add(j)
            break
    return [s for j, s in enumerate(steps) if j not in gone]


def programs(seed, index, vocabulary):
    """Program `index` of a seed: even ones race-free, odd ones their twins."""
    for attempt in range(50):
        rng = random.Random("%d/%d/%d" % (seed, index // 2, attempt))
        wanted = vocabulary.choose(index // 2, rng)
        try:
            program = Generator(rng, vocabulary, wanted, "%d.%d" % (seed, index)).generate()
            if index % 2:
                program = vary(program, rng, vocabulary)
                if program is None:
                    continue
            return program
        except Illegal:
            continue
    raise RuntimeError("no program %d of seed %d" % (index, seed))
