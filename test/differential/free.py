# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The second comparison: programs whose threads run freely. Nobody conducts; each
thread writes down what it saw (the value that a load read, the how-maniest it was
to have a lock, time stamps), and the model works out from that what happened
before what. Lock-free paths, torn records, the fence between record and check,
slots that are reused: only this exercises them.

What a thread sees says which store a load has read and who had a lock before
whom, so that happens-before is exact. One thing is left open, as the runtime
leaves it open (docs/design.md): where an atomic instruction and another
thread's store to the same object overlap in time, both edges may have been
taken."""

import collections

from model import Execution, Life, Node, Operation, Verdict
from primitives import ACQUIRES, RELEASES
from program import Program, Step

LOCKS = ["std_mutex", "std_timed_mutex", "pthread_mutex", "pthread_spin", "c11_mutex",
         "pthread_recursive"]
RWLOCKS = ["std_shared_mutex", "pthread_rwlock", "std_shared_timed_mutex"]
ATOMICS = ["std_atomic_int", "std_atomic_long", "atomic_ref_int", "builtin_int", "builtin_short",
           "c11_atomic"]
ONCE = ["std_once", "pthread_once", "static_guard"]
THREADS = ["pthread", "std_thread", "pthread_detached", "c11"]


def generate(rng, vocabulary, name):
    """Threads that do much at once with few objects."""
    def has(kinds):
        return [k for k in kinds if vocabulary.has(k)]
    crowd = rng.randint(2, 4)
    objects, of = [], {}

    def add(what, kinds, count, size=0):
        for _ in range(count):
            kinds_here = has(kinds)
            if kinds_here:
                of.setdefault(what, []).append(len(objects))
                objects.append((rng.choice(kinds_here), size))
    add("lock", LOCKS, rng.randint(1, 3))
    add("rwlock", RWLOCKS, rng.randint(0, 2))
    add("atomic", ATOMICS, rng.randint(1, 3))
    add("once", ONCE, rng.randint(0, 1))
    add("latch", ["latch"], rng.randint(0, 1), crowd)
    add("future", ["promise"], rng.randint(0, 1))
    add("stop", ["stop_source"], rng.randint(0, 1))
    maps = ["table"] * rng.randint(1, 8)
    threads = ["pthread"] + [rng.choice(has(THREADS)) for _ in range(crowd)]
    fresh = collections.Counter()
    # Every map is somebody's business: one lock's, one thread's, anybody's...
    guard = [rng.choice(["lock", "atomic", "any", "rwlock"]) for _ in maps]
    weights = [rng.random() ** 2 for _ in range(8)]
    one_time = {"future": False, "stop": False}
    counted = set()

    def use(t, wrote, m=None):
        m = rng.randrange(len(maps)) if m is None else m
        verb = rng.choice(["write", "write", "erase"] if wrote else ["read", "read", "hit"])
        return [Step(t, verb, m)]

    def locked(t, inside):
        o = rng.choice(of["lock"])
        kind = objects[o][0]
        take = "trylock" if rng.random() < 0.2 else "lock"
        m = o % len(maps) if rng.random() < 0.8 else None
        return [("if", Step(t, take, o), use(t, rng.random() < 0.6, m) + inside,
                 Step(t, "unlock", o))] if take == "trylock" else (
            [Step(t, take, o)] + use(t, rng.random() < 0.6, m) + inside + [Step(t, "unlock", o)])

    def rwlocked(t):
        o = rng.choice(of["rwlock"])
        m = o % len(maps) if rng.random() < 0.8 else None
        if rng.random() < 0.4:
            return [Step(t, "wrlock", o)] + use(t, True, m) + [Step(t, "wrunlock", o)]
        return [Step(t, "rdlock", o)] + use(t, False, m) + [Step(t, "rdunlock", o)]

    def atomic(t):
        o = rng.choice(of["atomic"])
        fresh[o] += 1
        value = fresh[o]
        r = rng.random()
        if r < 0.35:
            return [Step(t, "load", o, rng.choice(["relaxed", "acquire", "acquire", "seq_cst"]))]
        if r < 0.6:
            return [Step(t, "store", o, rng.choice(["relaxed", "release", "release", "seq_cst"]),
                         value)]
        if r < 0.85:
            return [Step(t, "exchange", o, rng.choice(
                ["relaxed", "acquire", "release", "acq_rel", "seq_cst"]), value)]
        return [Step(t, "cas", o, rng.choice(["relaxed", "acquire", "release", "acq_rel"]),
                     rng.choice(["relaxed", "acquire"]), rng.randrange(value), value)]

    def script(t, most):
        """Blocks of steps that belong together."""
        blocks = []
        for _ in range(rng.randint(4, most)):
            steps = []
            what = rng.choices(["lock", "rwlock", "atomic", "use", "fence", "once", "latch", "event"],
                               weights)[0]
            if what == "lock":
                steps += locked(t, [])
            elif what == "rwlock" and "rwlock" in of:
                steps += rwlocked(t)
            elif what == "atomic":
                steps += atomic(t)
                if rng.random() < 0.3:
                    steps += use(t, rng.random() < 0.3)
            elif what == "use" and rng.random() < 0.3:
                steps += use(t, rng.random() < 0.2)
            elif what == "fence":
                steps.append(Step(t, "fence", rng.choice(["acquire", "release", "acq_rel",
                                                          "seq_cst"])))
            elif what == "once" and "once" in of:
                o = of["once"][0]
                steps += [Step(t, "once_", o)] + use(t, True, o % len(maps)) + [
                    Step(t, "end")] + use(t, False, o % len(maps))
            elif what == "latch" and "latch" in of:
                o = of["latch"][0]
                if t not in counted:
                    counted.add(t)
                    steps += use(t, False, o % len(maps)) + [Step(t, "count", o, 1)]
                else:
                    steps.append(("if", Step(t, "trywait", o), use(t, True, o % len(maps)), None))
            elif what == "event":
                kind = rng.choice(["future", "stop"])
                if kind in of:
                    o = of[kind][0]
                    m = o % len(maps)
                    if not one_time[kind]:
                        one_time[kind] = True
                        steps += use(t, True, m) + [Step(t, "set" if kind == "future" else "stop",
                                                         o)]
                    else:
                        seen = (Step(t, "get_for", o, 1) if kind == "future" else
                                Step(t, "stopped", o))
                        steps.append(("if", seen, use(t, False, m), None))
            if rng.random() < 0.2:
                steps.append(Step(t, "spin", rng.randint(1, 200)))
            blocks.append([s for step in steps for s in flat(step)])
        return blocks

    steps = [Step(0, "create", t) for t in range(1, crowd + 1)]
    for t in range(crowd + 1):
        own = [[Step(t, "gate", crowd + 1)]] + script(t, 40)
        if t and rng.random() < 0.4:
            # A thread in between: slots come and go.
            child = len(threads)
            threads.append(rng.choice(has(["pthread", "std_thread", "c11"])))
            own.insert(rng.randrange(1, len(own) + 1), [Step(t, "create", child)])
            own.append([Step(t, "join" if rng.random() < 0.7 else "detach", child)])
            steps += [s for block in script(child, 10) for s in block] + [Step(child, "exit")]
        steps += [s for block in own for s in block]
        if t:
            steps.append(Step(t, "exit"))
    for t in range(1, crowd + 1):
        if threads[t] != "pthread_detached":
            steps.append(Step(0, "join" if rng.random() < 0.5 else "detach", t))
    steps.append(Step(0, "exit"))
    for o in of.get("latch", ()):
        objects[o] = ("latch", max(1, len(counted)))
    return Program(maps, objects, threads, steps, rng.random() < 0.5, name)


def flat(step):
    """("if", step, then, last): what comes after a call that may fail. The
    executor skips `then` and `last` where it failed."""
    if not isinstance(step, tuple):
        return [step]
    _, condition, then, last = step
    steps = [Step(condition.thread, "unless", len(then) + (last is not None)), condition]
    return steps + then + ([last] if last else [])


class Write:
    """A value of an atomic: who wrote it and upon what."""

    __slots__ = ("node", "rmw", "read", "release", "fence", "time", "wide")

    def __init__(self, node, rmw, read, release, fence, time):
        self.node = node
        self.rmw = rmw
        self.read = read  # the value that a read-modify-write has replaced
        self.release = release
        self.fence = fence
        self.time = time


class Replay:
    """Happens-before out of what was observed."""

    def __init__(self, program, observed):
        self.program = program
        self.observed = observed
        self.nodes = []
        self.lives = [[Life(0)] for _ in program.maps]
        self.of_step = {}
        self.possible_edges = []
        self.events = [[] for _ in program.threads]  # (step number, step, node)
        self.play()

    pairs = Execution.pairs

    def verdicts(self):
        certain = self.pairs(lambda a, b: b.wide >> a.index & 1)
        possible = self.pairs(lambda a, b: b.past >> a.index & 1)
        return {key[0]: Verdict(c, p) for (key, c), (_, p) in zip(certain, possible)}

    def play(self):
        edges = collections.defaultdict(list)  # node index: certain tails
        maybe = collections.defaultdict(list)
        steps, observed = self.program.steps, self.observed
        per_thread = [[] for _ in self.program.threads]
        for i, step in enumerate(steps):
            per_thread[step.thread].append(i)
        first, last = {}, {}
        open_operations = []
        for t, own in enumerate(per_thread):
            previous = None
            opened = []
            for i in own:
                step = steps[i]
                if i not in observed and not (step.verb == "end" and opened):
                    continue
                node = Node(len(self.nodes), i)
                self.nodes.append(node)
                if previous:
                    edges[node.index].append(previous)
                else:
                    first[t] = node
                previous = last[t] = node
                if step.verb == "once_":
                    if observed[i][0]:
                        opened.append(i)
                elif step.verb == "end":
                    self.of_step[opened.pop(), "end"] = node
                self.of_step[i] = node
                self.events[t].append((i, step, node))
        for t, events in enumerate(self.events):
            for i, step, node in events:
                if step.verb == "create" and step.args[0] in first:
                    edges[first[step.args[0]].index].append(node)
                elif step.verb == "join" and step.args[0] in last:
                    edges[node.index].append(last[step.args[0]])
                elif step.verb in ("read", "hit", "write", "erase"):
                    operation = Operation(t, step.verb in ("write", "erase"), node)
                    operation.end = node
                    self.lives[step.args[0]][0].operations.append(operation)
        del open_operations
        for o, (kind, _) in enumerate(self.program.objects):
            own = [(t, i, step, node) for t, events in enumerate(self.events)
                   for i, step, node in events if step.args and step.args[0] == o and
                   step.verb not in ("create", "join", "detach", "read", "write", "hit", "erase",
                                     "spin", "gate", "fence", "exit", "end", "unless")]
            verbs = {step.verb for _, _, step, _ in own}
            if kind in RWLOCKS or "lock" in verbs or "trylock" in verbs:
                self.locks(own, edges)
            elif kind not in ATOMICS:
                self.events_of(own, edges, maybe)
        self.atomics(edges, maybe)
        self.close(edges, maybe)

    def locks(self, own, edges):
        """Writers in the order of their tickets; a reader between two of them."""
        holds = []  # (ticket, reads, lock node, unlock node)
        pending = {}
        for t, i, step, node in own:
            if "unlock" in step.verb:
                ticket, reads, lock = pending[t].pop()
                holds.append((ticket, reads, lock, node))
            elif self.observed[i][0]:
                pending.setdefault(t, []).append(
                    (self.observed[i][1], "rd" in step.verb, node))
        writers = {ticket: (lock, unlock) for ticket, reads, lock, unlock in holds if not reads}
        for ticket, reads, lock, unlock in holds:
            before = ticket if reads else ticket - 1
            if before in writers:
                edges[lock.index].append(writers[before][1])
            if reads and ticket + 1 in writers:
                edges[writers[ticket + 1][0].index].append(unlock)

    def events_of(self, own, edges, maybe):
        # They are made of atomics, whose order a fence may pick up.
        for t, i, _, node in own:
            for other, j, _, before in own:
                if other != t and self.observed[j][2] <= self.observed[i][3]:
                    maybe[node.index].append(before)
        tails, heads = [], []
        for t, i, step, node in own:
            result = self.observed[i][0]
            if step.verb == "once_":
                if result:
                    tails.append(self.of_step[i, "end"])
                else:
                    heads.append(node)
            elif step.verb in ("set", "count") or step.verb == "stop" and result:
                tails.append(node)
            elif step.verb in ("get_for", "trywait", "stopped") and result:
                heads.append(node)
        for head in heads:
            edges[head.index] += tails

    def atomics(self, edges, maybe):
        writes = collections.defaultdict(dict)  # object: value: Write
        reads = []  # (thread, object, value or None, order, node, interval, own value)
        for t, events in enumerate(self.events):
            fence = None
            for i, step, node in events:
                if step.verb == "fence":
                    if step.args[0] in RELEASES:
                        fence = node
                    continue
                if step.verb not in ("load", "store", "exchange", "cas"):
                    continue
                result, _, begin, end = self.observed[i]
                o, order = step.args[0], step.args[1]
                time = (begin, end)
                read = written = None
                if step.verb == "load":
                    read = result
                elif step.verb == "store":
                    written = step.args[2]
                elif step.verb == "exchange":
                    read, written = result, step.args[2]
                elif result:
                    read, written = step.args[3], step.args[4]
                else:
                    order = step.args[2]
                if written is not None:
                    writes[o][written] = Write(node, step.verb != "store", read,
                                               order in RELEASES, fence, time)
                if step.verb != "store":
                    reads.append((t, i, o, read, order, node, time))
        next_acquire = {}  # (thread, node index) of each relaxed read: its fence
        for t, events in enumerate(self.events):
            coming = None
            for i, step, node in reversed(events):
                if step.verb == "fence" and step.args[0] in ACQUIRES:
                    coming = node
                next_acquire[node.index] = coming
        for t, i, o, value, order, node, time in reads:
            head = node if order in ACQUIRES else next_acquire[node.index]
            if head is None:
                continue
            if value is not None:
                edges[head.index] += self.heads(writes[o], value)
            # Whatever was being stored meanwhile, or was left by a store that
            # overlapped with another.
            maybe[head.index] += self.perhaps(writes[o], value, time)

    def heads(self, writes, value):
        result = []
        while value in writes:
            write = writes[value]
            if write.release:
                result.append(write.node)
            if write.fence:
                result.append(write.fence)
            if not write.rmw:
                break
            value = write.read
        return result

    def perhaps(self, writes, value, time):
        result, seen = [], set()
        todo = [v for v, w in writes.items() if overlap(w.time, time)]
        if value in writes:
            todo.append(value)
        if value is None:  # a failed exchange does not say what it read
            todo += [v for v, w in writes.items() if w.time[0] < time[1]]
        while todo:
            v = todo.pop()
            if v in seen or v not in writes:
                continue
            seen.add(v)
            write = writes[v]
            result += self.heads(writes, v)
            todo += [u for u, w in writes.items() if u not in seen and overlap(w.time, write.time)]
            if write.rmw:
                todo.append(write.read)
        return result

    def close(self, edges, maybe):
        """past and wide of every node: who is reached by certain edges, and by
        possible ones too (which may go round in circles)."""
        for node in self.nodes:
            node.past = 0
        self.reach(edges, None, "past")
        self.reach(edges, maybe, "wide")

    def reach(self, edges, maybe, which):
        changed = True
        order = self.nodes
        while changed:
            changed = False
            for node in order:
                bits = getattr(node, which)
                new = bits
                for tail in edges.get(node.index, ()):
                    new |= getattr(tail, which) | 1 << tail.index
                if maybe is not None:
                    for tail in maybe.get(node.index, ()):
                        new |= getattr(tail, which) | 1 << tail.index
                if new != bits:
                    setattr(node, which, new)
                    changed = True


def overlap(a, b):
    return a[0] <= b[1] and b[0] <= a[1]
