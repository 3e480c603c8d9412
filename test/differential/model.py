# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Happens-before of one interleaving, exactly: a graph of events and who can be
reached from whom. No clocks. The rules of each primitive are in primitives.py;
here are threads, maps, and the verdict.

Some edges are *possible* only: an implementation may synchronise more than the
standard asks (a count of a shared_ptr that is decremented with acquire and
release, though only the last one must acquire). A race is certain if it is one
with all possible edges, and excluded if it is none without them."""

from program import Step

TOO_LONG = 30000  # milliseconds: a time limit that is never met
SHORT = 1         # one that passes within the step


class Illegal(Exception):
    """The step cannot be done now, or not with an outcome that is certain."""


class Node:
    """An event of one thread. `past`: a bit for each event that happens before
    it, by certain edges; `wide` by possible ones too."""

    __slots__ = ("index", "step", "edges", "past", "wide")

    def __init__(self, index, step):
        self.index = index
        self.step = step
        self.edges = []  # (node, kind, detail, certain)
        self.past = 0
        self.wide = 0

    def after(self, other, kind, detail="", certain=True):
        self.edges.append((other, kind, detail, certain))
        self.wide |= other.wide | 1 << other.index
        if certain:
            self.past |= other.past | 1 << other.index


class Thread:
    def __init__(self, kind):
        self.kind = kind
        self.created = self.ended = self.joined = self.detached = False
        self.in_tail = False         # its thread_local destructors run
        self.last = None             # the newest node
        self.blocked = None          # (object, step, start node)
        self.open = []               # what it is inside of: callables for `end`
        self.release_fence = None    # the newest
        self.relaxed_reads = []      # heads of what its relaxed loads have read
        self.creation = None
        self.exit = None
        self.at_exit = []            # called with the exit's node
        self.mutexes = 0             # held

    def returns(self, ex, t, step):
        """A join that had to wait."""
        return ex.join(t, self, step)


class Operation:
    """On a map, from `begin` to `end` (nodes)."""

    __slots__ = ("thread", "wrote", "begin", "end")

    def __init__(self, thread, wrote, begin):
        self.thread = thread
        self.wrote = wrote
        self.begin = begin
        self.end = None


class Life:
    """Of a map."""

    def __init__(self, step):
        self.since = step
        self.operations = []
        self.inserted = 0
        self.dead = False


class Verdict:
    """On one life of a map. `certain`: it races; `excluded`: it does not;
    neither: left open. The first report comes in a step of first..last."""

    def __init__(self, certain, possible):
        self.certain = bool(certain)
        self.excluded = not possible
        self.first = min((max(a.begin.step, b.begin.step) for a, b in possible), default=None)
        self.last = min((max(a.end.step, b.end.step) for a, b in certain), default=None)


WRITES = {"write", "erase", "construct", "destroy", "recycle"}
MAP_VERBS = WRITES | {"read", "hit", "iterate", "read_", "write_", "hit_", "erase_"}
THREAD_VERBS = {"create", "join", "tryjoin", "timedjoin", "detach", "tls", "exit"}
FENCES = {"fence", "builtin_fence", "signal_fence", "sync_fence"}


class Execution:
    """A program as far as it has been played. `rules`: deviations from the
    standard's (tsan_classes.py), to tell why a tool differs."""

    def __init__(self, program, rules=frozenset()):
        import primitives
        self.rules = rules
        self.primitives = primitives
        self.nodes = []
        self.steps = []    # with all arguments filled in
        self.results = []
        self.threads = [Thread(kind) for kind in program.threads]
        self.threads[0].created = True
        self.pool = []     # touches of what the library's waiters share
        self.objects = [self.make(kind, size) for kind, size in program.objects]
        self.kinds = [kind for kind, _ in program.objects]
        self.map_kinds = program.maps
        self.lives = [[Life(0)] for _ in program.maps]
        self.due = []  # threads that return now, before anything else is done

    def make(self, kind, size):
        obj = self.primitives.make(kind, size, self.rules)
        if obj.shares_waiters:
            obj.touched = self.pool
        return obj

    # --- events

    def node(self, t):
        """The next event of thread t."""
        thread = self.threads[t]
        node = Node(len(self.nodes), len(self.steps))
        if thread.last:
            node.after(thread.last, "program order")
        elif thread.creation:
            node.after(thread.creation, "thread creation", thread.kind)
        self.nodes.append(node)
        thread.last = node
        return node

    def apart(self):
        """An event of no thread's (a barrier's completion)."""
        node = Node(len(self.nodes), len(self.steps))
        self.nodes.append(node)
        return node

    # --- steps

    def play(self, step):
        """Does it, or raises Illegal and has changed nothing."""
        step = self.filled_in(step)
        t, thread = step.thread, self.threads[step.thread]
        if self.due and not (step.mode == "returns" and t in self.due):
            raise Illegal("another thread returns first")
        if not thread.created or thread.ended:
            raise Illegal("no such thread now")
        if (thread.blocked is None) != (step.mode != "returns"):
            raise Illegal("blocked or not")
        if step.mode == "returns":
            if t not in self.due:
                raise Illegal("blocked")
            obj, start, begun = thread.blocked
            count = len(self.nodes)
            result = obj.returns(self, t, start)
            self.inside_locks(obj, count)
            self.due.remove(t)
            thread.blocked = None
        elif step.verb in MAP_VERBS:
            result = self.map_step(t, step)
        elif step.verb in THREAD_VERBS:
            result = self.thread_step(t, step)
        elif step.verb in ("end", "raise"):
            if not thread.open:
                raise Illegal("nothing is open")
            result = thread.open[-1](step.verb == "raise")
            thread.open.pop()
        elif step.verb in FENCES:
            result = self.fence(t, step)
        elif step.verb in ("reborn", "renewed"):
            result = self.another_life(t, step)
        else:
            obj = self.objects[step.args[0]]
            obj.check_verb(step.verb)
            count = len(self.nodes)
            if step.mode == "blocks":
                obj.blocks(self, t, step)
                thread.blocked = (obj, step, thread.last)
                result = None
            else:
                result = obj.whole(self, t, step)
            self.inside_locks(obj, count)
        self.steps.append(step)
        self.results.append(result)
        return result

    def inside_locks(self, obj, count):
        """As a tool sees them that sees into libc++'s locks: a mutex around each
        step."""
        if "libc++ locks" not in self.rules or (
                getattr(obj, "detail", None) not in self.primitives.LIBCXX_LOCKS):
            return
        for node in self.nodes[count:]:
            for tail in obj.touched:
                node.after(tail, "libc++ locks", obj.detail)
            obj.touched.append(node)

    def filled_in(self, step):
        if "current" not in step.args and "fresh" not in step.args:
            return step
        obj = self.objects[step.args[0]]
        return step.with_args(*[obj.value if a == "current" else obj.fresh() if a == "fresh" else a
                                for a in step.args])

    def over(self):
        """Everything has ended properly, or Illegal."""
        if self.due or any(th.created and not (th.ended and (th.joined or th.detached or not i))
                           for i, th in enumerate(self.threads)):
            raise Illegal("not at its end")

    def another_life(self, t, step):
        obj = self.objects[step.args[0]]
        if obj.in_use() or any(th.blocked and step.args[0] in th.blocked[1].args
                               for th in self.threads):
            raise Illegal("in use, or perhaps")
        if step.verb == "reborn" and not obj.can_be_reborn:
            raise Illegal("its construction is no call")
        kind, size = self.kinds[step.args[0]], obj.size
        self.node(t)
        if "rebirth" in self.rules and step.verb == "reborn":
            return None
        self.objects[step.args[0]] = self.make(kind, size)
        return None

    def thread_step(self, t, step):
        thread = self.threads[t]
        if step.verb == "tls":
            if thread.open or thread.in_tail or thread.mutexes:
                raise Illegal("inside of something")
            self.node(t)
            thread.in_tail = True
            return None
        if step.verb == "exit":
            if thread.open or thread.mutexes or thread.kind.endswith("_exit") and thread.in_tail:
                raise Illegal("inside of something")
            node = self.node(t)
            thread.ended = True
            thread.exit = node
            for act in thread.at_exit:
                act(node)
            if thread.kind == "pthread_detached":
                thread.detached = True
            for u, other in enumerate(self.threads):
                if other.blocked and other.blocked[0] is thread:
                    self.due.append(u)
            return None
        c = step.args[0]
        child = self.threads[c]
        if step.verb == "create":
            if child.created:
                raise Illegal("is there already")
            node = self.node(t)
            child.created = True
            child.creation = node
            child.detached = child.kind == "pthread_detached"
            return 0
        if not child.created or child.joined or child.detached or c == 0 or c == t:
            raise Illegal("cannot be joined or detached")
        if any(th.blocked and th.blocked[0] is child for th in self.threads):
            raise Illegal("somebody waits for it already")
        posix = child.kind in ("pthread", "pthread_exit")
        if step.verb == "detach":
            if child.kind == "async":
                raise Illegal("a future")
            self.node(t)
            child.detached = True
            return 0
        if step.verb in ("tryjoin", "timedjoin") and not posix:
            raise Illegal("pthreads only")
        if step.mode == "blocks":
            if child.ended or step.verb == "tryjoin":
                raise Illegal("does not block")
            self.node(t)
            self.threads[t].blocked = (child, step, None)
            return None
        if not child.ended:
            if step.verb == "tryjoin":
                self.node(t)
                return 0
            raise Illegal("would block")
        return self.join(t, child, step)

    def join(self, t, child, step):
        node = self.node(t)
        node.after(child.exit, "thread join", child.kind)
        child.joined = True
        return 0 if step.verb == "join" else 1

    # --- fences

    def fence(self, t, step):
        thread = self.threads[t]
        node = self.node(t)
        order = "seq_cst" if step.verb == "sync_fence" else step.args[0]
        if step.verb == "signal_fence" or "fences" in self.rules:
            return 0
        if order in ("acquire", "acq_rel", "seq_cst"):
            for heads in thread.relaxed_reads:
                for head, kind, detail, certain in heads:
                    kind = (kind.replace("atomic", "atomic to fence", 1)
                            if kind.startswith("atomic") else
                            kind.replace("fence to atomic", "fence to fence"))
                    node.after(head, kind, detail, certain)
        if order in ("release", "acq_rel", "seq_cst"):
            thread.release_fence = node
        return 0

    # --- maps

    def map_step(self, t, step):
        m, verb = step.args[0], step.verb
        lives = self.lives[m]
        life = lives[-1]
        opens = verb.endswith("_")
        if verb in ("construct", "destroy", "recycle"):
            if any(o.end is None for o in life.operations):
                raise Illegal("somebody is inside")
            if self.map_kinds[m] == "table":
                raise Illegal("has one life")
        if verb in ("construct", "recycle"):
            if verb == "construct" and not life.dead:
                raise Illegal("lives")
            if verb == "recycle" and life.dead:
                raise Illegal("is dead")
            if len(lives) > 30:
                raise Illegal("enough lives")
            life = Life(len(self.steps))
            lives.append(life)
        elif life.dead:
            raise Illegal("is dead")
        if opens and self.map_kinds[m] not in ("unordered_map", "table"):
            raise Illegal("others may not be open")
        if any(o.end is None and o.thread == t for o in life.operations):
            raise Illegal("inside itself")
        if verb.startswith("erase"):
            if not life.inserted:
                raise Illegal("nothing to erase")
            life.inserted -= 1
        if verb == "write":
            life.inserted += 1
        operation = Operation(t, verb.rstrip("_") in WRITES, self.node(t))
        life.operations.append(operation)
        if verb == "destroy":
            life.dead = True
        if not opens:
            operation.end = operation.begin
            return None

        def end(raised):
            if raised:
                raise Illegal("does not throw")
            operation.end = self.node(t)
            if verb == "write_":
                life.inserted += 1
        self.threads[t].open.append(end)
        return None

    def would_race(self, t, m, wrote):
        """Whether a whole operation by t now would not certainly be ordered."""
        last = self.threads[t].last
        past = last.past | 1 << last.index if last else 0
        return any(o.thread != t and (wrote or o.wrote) and
                   (o.end is None or not past >> o.end.index & 1)
                   for o in self.lives[m][-1].operations)

    # --- the verdict

    def pairs(self, ordered):
        """Of each life of each map: the pairs that race if `ordered(a, b)` says
        whether a happens before b."""
        result = []
        for m, lives in enumerate(self.lives):
            for number, life in enumerate(lives):
                found = []
                for i, a in enumerate(life.operations):
                    for b in life.operations[i + 1:]:
                        if (a.wrote or b.wrote) and a.thread != b.thread and not (
                                ordered(a.end, b.begin) or ordered(b.end, a.begin)):
                            found.append((a, b))
                result.append(((m, number), found))
        return result

    def verdicts(self):
        """{(map, life): Verdict}"""
        certain = self.pairs(lambda a, b: b.wide >> a.index & 1)
        possible = self.pairs(lambda a, b: b.past >> a.index & 1)
        return {key: Verdict(c, p) for (key, c), (_, p) in zip(certain, possible)}

    def life_of(self, m, step):
        """Which life of map m a report in this step belongs to."""
        number = 0
        for i, life in enumerate(self.lives[m]):
            if life.since <= step:
                number = i
        return number

    def point_races(self):
        """As a tool sees them that knows an open operation as two points in
        time: {(map, life): (certain, possible)}"""
        def unordered(get):
            races = {}
            for m, lives in enumerate(self.lives):
                for number, life in enumerate(lives):
                    races[m, number] = any(
                        not (get(x, y) or get(y, x))
                        for i, a in enumerate(life.operations)
                        for b in life.operations[i + 1:]
                        if (a.wrote or b.wrote) and a.thread != b.thread
                        for x in {a.begin, a.end} for y in {b.begin, b.end})
            return races
        certain = unordered(lambda a, b: b.wide >> a.index & 1)
        possible = unordered(lambda a, b: b.past >> a.index & 1)
        return {key: (certain[key], possible[key]) for key in certain}

    def ordering_edges(self):
        """(kind, detail) of the edges of which some pair of operations cannot do
        without: with all edges of this kind gone, it would race."""
        kinds = {(kind, detail) for n in self.nodes for _, kind, detail, certain in n.edges
                 if certain and kind != "program order"}
        needed = set()
        for wanted in {kind for kind, _ in kinds}:
            if self.races_without(lambda kind, detail, wanted=wanted: kind == wanted):
                needed.add(wanted)
        details = set()
        for wanted in kinds:
            if wanted[0] in needed and self.races_without(
                    lambda kind, detail, wanted=wanted: (kind, detail) == wanted):
                details.add(wanted)
        return needed, details

    def races_without(self, dropped):
        """Whether something races that does not now, without some edges."""
        past = []
        for node in self.nodes:
            bits = 0
            for other, kind, detail, certain in node.edges:
                if certain and not dropped(kind, detail):
                    bits |= past[other.index] | 1 << other.index
            past.append(bits)
        now = self.pairs(lambda a, b: b.past >> a.index & 1)
        then = self.pairs(lambda a, b: past[b.index] >> a.index & 1)
        return any(len(t) > len(n) for (_, t), (_, n) in zip(then, now))


def execute(program, rules=frozenset()):
    """The whole program; Illegal if it cannot be played."""
    execution = Execution(program, rules)
    for step in program.steps:
        execution.play(step)
    execution.over()
    return execution


__all__ = ["Execution", "Illegal", "Step", "execute", "SHORT", "TOO_LONG"]
