# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The ways in which one thread hands a map to another. Each says in steps how
the sources let go and the targets take over, in one of its guises; some with
calls that really block."""

from model import SHORT, TOO_LONG
from primitives import GUISES
from program import Step, returns


class Unsuitable(Exception):
    """Not between these threads."""


class Way:
    """`build(g, sources, targets, rng)` returns steps, or (steps, targets)."""

    def __init__(self, name, build, many_sources=True, many_targets=True, makes_target=False,
                 needs=()):
        self.name = name
        self.build = build
        self.many_sources = many_sources
        self.many_targets = many_targets
        self.makes_target = makes_target
        self.needs = needs

    def steps(self, g, sources, targets, rng):
        return self.build(g, sources, targets, rng)


WAYS = []


def way(name, **traits):
    def register(function):
        WAYS.append(Way(name, function, **traits))
        return function
    return register


def guise(g, rng, *kinds):
    kinds = [k for k in kinds if g.vocabulary.has(k)]
    if not kinds:
        raise Unsuitable()
    return rng.choice(kinds)


# --- locks

MUTEXES = [k for k, c in GUISES.items() if "unlock" in c.verbs]
TIMED_MUTEXES = [k for k in MUTEXES if "timedlock" in GUISES[k].verbs]
RWLOCKS = [k for k, c in GUISES.items() if "rdlock" in c.verbs]
TIMED_RWLOCKS = [k for k in RWLOCKS if "timedrdlock" in GUISES[k].verbs]


def timed(rng, verbs, kind):
    verb = rng.choice([v for v in verbs if v in GUISES[kind].verbs])
    return verb, (TOO_LONG,)


def locked(t, obj, verb="lock", unlock="unlock", extra=()):
    return [Step(t, verb, obj, *extra), Step(t, unlock, obj)]


def contended(first, second, obj, verb, extra, take, give, unlock):
    """second blocks while first holds."""
    return [Step(first, take, obj), Step(second, verb, obj, *extra).blocking(),
            Step(first, give, obj), returns(second), Step(second, unlock, obj)]


@way("mutex")
def mutex(g, sources, targets, rng):
    kind = guise(g, rng, *MUTEXES)
    obj = g.shared_object(kind)
    if kind.endswith("spin") or rng.random() < 0.6:
        steps = [s for t in sources + targets for s in locked(t, obj)]
        if "recursive" in kind and rng.random() < 0.5:
            t = rng.choice(sources + targets)
            at = next(i for i, s in enumerate(steps) if s.thread == t)
            steps[at + 1:at + 1] = locked(t, obj)
        return steps
    steps = [s for t in sources[:-1] for s in locked(t, obj)]
    steps += contended(sources[-1], targets[0], obj, "lock", (), "lock", "unlock", "unlock")
    return steps + [s for t in targets[1:] for s in locked(t, obj)]


@way("mutex, try")
def try_mutex(g, sources, targets, rng):
    obj = g.shared_object(guise(g, rng, *MUTEXES))
    return [s for t in sources for s in locked(t, obj)] + [
        s for t in targets for s in locked(t, obj, "trylock")]


@way("mutex, timed")
def timed_mutex(g, sources, targets, rng):
    kind = guise(g, rng, *TIMED_MUTEXES)
    obj = g.shared_object(kind)
    steps = [s for t in sources[:-1] for s in locked(t, obj)]
    verb, extra = timed(rng, ["timedlock", "clocklock"], kind)
    if rng.random() < 0.5:
        steps += contended(sources[-1], targets[0], obj, verb, extra, "lock", "unlock", "unlock")
        rest = targets[1:]
    else:
        steps += locked(sources[-1], obj)
        rest = targets
    for t in rest:
        verb, extra = timed(rng, ["timedlock", "clocklock"], kind)
        steps += locked(t, obj, verb, extra=extra)
    return steps


def rwlock_way(how, first, second, flavour):
    def build(g, sources, targets, rng):
        kind = guise(g, rng, *(TIMED_RWLOCKS if flavour == "timed" else RWLOCKS))
        obj = g.shared_object(kind)
        verb, extra = second + "lock", ()
        if flavour == "try":
            verb = "try" + verb
        elif flavour == "timed":
            verb, extra = timed(rng, ["timed" + verb, "clock" + verb], kind)
        steps = [s for t in sources[:-1] for s in locked(t, obj, first + "lock", first + "unlock")]
        if flavour == "try" or rng.random() < 0.6:
            steps += locked(sources[-1], obj, first + "lock", first + "unlock")
            rest = targets
        else:
            steps += contended(sources[-1], targets[0], obj, verb, extra, first + "lock",
                               first + "unlock", second + "unlock")
            rest = targets[1:]
        return steps + [s for t in rest for s in locked(t, obj, verb, second + "unlock", extra)]
    WAYS.append(Way("rwlock, " + how + (", " + flavour if flavour else ""), build))


for flavour in ("", "try", "timed"):
    rwlock_way("write to write", "wr", "wr", flavour)
    rwlock_way("write to read", "wr", "rd", flavour)
    rwlock_way("read to write", "rd", "wr", flavour)

# --- atomics

ATOMICS = [k for k, c in GUISES.items() if "load" in c.verbs and "cas" in c.verbs]
WAITABLE = [k for k, c in GUISES.items() if "await" in c.verbs and "cas" in c.verbs]


def stores(t, obj, rng, kind, order):
    """One store; orders that are at least `order`."""
    if order == "release":
        order = rng.choice(["release", "release", "seq_cst"])
    return Step(t, "store", obj, order, "fresh")


def rmw(t, obj, rng, order):
    verb = rng.choice(["add", "exchange", "cas", "casweak"])
    if verb == "add":
        return Step(t, verb, obj, order, 1)
    if verb == "exchange":
        return Step(t, verb, obj, order, "fresh")
    failure = "acquire" if order in ("acq_rel", "seq_cst") and rng.random() < 0.5 else "relaxed"
    return Step(t, verb, obj, order, failure, "current", "fresh")


def no_double(kind):
    return kind != "std_atomic_double"


def acquires(t, obj, rng, relaxed=False):
    r = rng.random()
    if r < 0.6:
        return Step(t, "load", obj, "relaxed" if relaxed else
                    rng.choice(["acquire", "acquire", "seq_cst", "consume"]))
    if r < 0.8:
        return rmw(t, obj, rng, "relaxed" if relaxed else rng.choice(["acquire", "acq_rel"]))
    # A compare-exchange that fails
    return Step(t, "cas", obj, "relaxed", "relaxed" if relaxed else "acquire", 249, "fresh")


def releases(sources, obj, rng, relaxed=False):
    """By the only source: a store or RMW; by several: RMWs behind the first."""
    steps = []
    for i, t in enumerate(sources):
        if i == 0 and rng.random() < 0.6:
            steps.append(Step(t, "store", obj, "relaxed" if relaxed else
                              rng.choice(["release", "release", "seq_cst"]), "fresh"))
        else:
            steps.append(rmw(t, obj, rng, "relaxed" if relaxed else
                             rng.choice(["release", "acq_rel"])))
    return steps


@way("atomic")
def atomic(g, sources, targets, rng):
    obj = g.new_object(guise(g, rng, *ATOMICS))
    if len(sources) == 1 and rng.random() < 0.3:
        # What is there no longer is released again, though nothing is new.
        s, other = sources[0], rng.choice(g.steady)
        first = Step(s, "store", obj, "release", "fresh")
        between = Step(other, "store", obj, rng.choice(["relaxed", "release"]), "fresh")
        return [first, between, first] + [acquires(t, obj, rng) for t in targets]
    return releases(sources, obj, rng) + [acquires(t, obj, rng) for t in targets]


@way("atomic, sequence")
def sequence(g, sources, targets, rng):
    obj = g.new_object(guise(g, rng, *ATOMICS))
    others = [rng.choice(g.steady) for _ in range(rng.randint(1, 2))]
    return (releases(sources, obj, rng) + [rmw(t, obj, rng, "relaxed") for t in others] +
            [acquires(t, obj, rng) for t in targets])


def fences(rng, t, *orders):
    verb = rng.choice(["fence", "fence", "builtin_fence", "sync_fence"])
    return Step(t, "sync_fence") if verb == "sync_fence" else Step(t, verb, rng.choice(orders))


def fenced(g, sources, targets, rng, first, second, in_sequence):
    obj = g.new_object(guise(g, rng, *ATOMICS))
    steps = []
    for i, t in enumerate(sources):
        if first:
            steps.append(fences(rng, t, "release", "acq_rel", "seq_cst"))
        steps += (releases([t], obj, rng, relaxed=first) if i == 0 else
                  [rmw(t, obj, rng, "relaxed" if first else "release")])
    if in_sequence:
        steps.append(rmw(rng.choice(g.steady), obj, rng, "relaxed"))
    for t in targets:
        steps.append(acquires(t, obj, rng, relaxed=second))
        if second:
            steps.append(fences(rng, t, "acquire", "acq_rel", "seq_cst"))
    return steps


for name, first, second in (("fence to atomic", True, False), ("atomic to fence", False, True),
                            ("fence to fence", True, True)):
    for suffix in ("", ", sequence"):
        WAYS.append(Way(name + suffix,
                        lambda g, sources, targets, rng, first=first, second=second, suffix=suffix:
                        fenced(g, sources, targets, rng, first, second, bool(suffix))))


@way("atomic, wait", many_sources=False)
def atomic_wait(g, sources, targets, rng):
    kind = guise(g, rng, "atomic_flag", *WAITABLE)
    obj = g.new_object(kind)
    order = rng.choice(["acquire", "seq_cst"])
    change = (Step(sources[0], "exchange", obj, "release", 1) if kind == "atomic_flag" else
              Step(sources[0], "store", obj, "release", "fresh"))
    if rng.random() < 0.3:
        return [change, Step(sources[0], "notify", obj)] + [
            Step(t, "await", obj, order, 0) for t in targets]
    return ([Step(t, "await", obj, order, 0).blocking() for t in targets] +
            [change, Step(sources[0], "notify", obj)] + [returns(t) for t in targets])


@way("atomic flag", many_sources=False)
def flag(g, sources, targets, rng):
    if rng.random() < 0.3:
        obj = g.new_object(guise(g, rng, "sync_atomic"))
        steps = [Step(sources[0], "store", obj, "release", 0)] if rng.random() < 0.5 else [
            Step(sources[0], "add", obj, "seq_cst", 1)]
        return steps + [rng.choice([Step(t, "exchange", obj, "acquire", 1),
                                    Step(t, "add", obj, "seq_cst", 1)]) for t in targets]
    obj = g.new_object(guise(g, rng, "atomic_flag"))
    if rng.random() < 0.5:
        return [Step(sources[0], "store", obj, "release", 0)] + [
            Step(t, "exchange", obj, rng.choice(["acquire", "acq_rel"]), 1) for t in targets]
    return [Step(sources[0], "exchange", obj, "release", 1)] + [
        Step(t, "load", obj, "acquire") for t in targets]


# --- counters

@way("semaphore")
def semaphore(g, sources, targets, rng):
    kind = guise(g, rng, "posix_semaphore", "counting_semaphore", "binary_semaphore")
    if kind == "binary_semaphore" and (len(sources) > 1 or len(targets) > 1):
        kind = "counting_semaphore"
    verbs = ["wait", "timedwait", "clockwait"]
    few = kind == "binary_semaphore" or rng.random() < 0.7
    obj = g.new_object(kind, 0 if few else 1)
    posts = [Step(t, "post", obj, 1) for t in sources]
    posts[-1] = posts[-1].with_args(obj, max(1, len(targets) - len(sources) + 1))

    def waits(t, verb):
        return Step(t, verb, obj) if verb == "wait" or verb == "trywait" else Step(
            t, verb, obj, TOO_LONG)
    if few and len(sources) == 1 and rng.random() < 0.5:
        blocked = [waits(t, rng.choice(verbs)).blocking() for t in targets]
        return blocked + posts + [returns(t) for t in targets]
    return posts + [waits(t, rng.choice(verbs + ["trywait"])) for t in targets]


@way("latch")
def latch(g, sources, targets, rng):
    obj = g.new_object(guise(g, rng, "latch"), len(sources))
    counts = [Step(t, "count", obj, 1) for t in sources]
    r = rng.random()
    if r < 0.35:
        return [Step(t, "wait", obj).blocking() for t in targets] + counts + [
            returns(t) for t in targets]
    if r < 0.6:
        g.objects[obj] = ("latch", len(sources) + 1)
        early = rng.random() < 0.5
        if early:
            return [Step(targets[0], "arrive_wait", obj).blocking()] + counts + [
                returns(targets[0])] + [Step(t, "wait", obj) for t in targets[1:]]
        return counts + [Step(targets[0], "arrive_wait", obj)] + [
            Step(t, "trywait", obj) for t in targets[1:]]
    return counts + [Step(t, rng.choice(["wait", "trywait"]), obj) for t in targets]


@way("barrier")
def barrier(g, sources, targets, rng):
    kind = guise(g, rng, "barrier", "barrier", "pthread_barrier", "barrier_completing")
    parties = sources + [t for t in targets if t not in sources]
    obj = g.shared_barrier(kind, len(parties))
    order = list(parties)
    rng.shuffle(order)
    steps = []
    late = []
    dropping = 0.5 if rng.random() < 0.3 else 0.3
    for t in order[:-1]:
        r = rng.random()
        if kind != "pthread_barrier" and r < 0.3 and t in sources and t not in targets:
            steps.append(Step(t, "arrive", obj))
            if rng.random() < 0.5:
                late.append(Step(t, "wait_token", obj))
        elif kind != "pthread_barrier" and r < dropping and t in sources and t not in targets:
            g.barriers.clear()  # it is one smaller from now on
            steps.append(Step(t, "drop", obj))
        elif kind == "barrier" and r < 0.7:
            steps.append(Step(t, "arrive", obj))
            late.append(Step(t, "wait_token", obj))
        else:
            steps.append(Step(t, "arrive_wait", obj).blocking())
            late.append(returns(t))
    steps.append(Step(order[-1], "arrive_wait", obj))
    if kind == "barrier_completing":
        steps.append(Step(order[-1], "end"))
    returned = [s for s in late if s.mode == "returns"]
    steps += returned + [s for s in late if s.mode != "returns"]
    return steps


# --- condition variables

CONDITIONS = {"std_condition": "std_mutex", "std_condition_any": "std_mutex",
              "pthread_condition": "pthread_mutex", "c11_condition": "c11_mutex"}


@way("condition variable", many_targets=False)
def condition(g, sources, targets, rng):
    kind = guise(g, rng, *CONDITIONS)
    obj = g.new_object(kind)
    lock = g.shared_object(CONDITIONS[kind])
    waiter, waker = targets[0], sources[-1]
    verb = rng.choice([v for v in GUISES[kind].verbs if v.startswith("cv_") and "wait" in v])
    extra = (TOO_LONG,) if verb != "cv_wait" else ()
    steps = [s for t in sources[:-1] for s in locked(t, lock)]
    steps += [Step(waiter, "lock", lock), Step(waiter, verb, obj, lock, *extra).blocking()]
    wake = Step(waker, rng.choice(["cv_one", "cv_all"]), obj)
    if rng.random() < 0.5:
        steps += [Step(waker, "lock", lock), wake, Step(waker, "unlock", lock)]
    else:
        steps += [Step(waker, "lock", lock), Step(waker, "unlock", lock), wake]
    return steps + [returns(waiter), Step(waiter, "unlock", lock)]


@way("condition variable, gives up", many_sources=False)
def waiting_gives_up(g, sources, targets, rng):
    """The waiter's unlock hands over; or a wait that times out does."""
    kind = guise(g, rng, *CONDITIONS)
    obj = g.new_object(kind)
    lock = g.shared_object(CONDITIONS[kind])
    s = sources[0]
    if rng.random() < 0.5:
        timed_verbs = [v for v in GUISES[kind].verbs if v in ("cv_timedwait", "cv_clockwait")]
        # The lock that follows has the wait's own unlock before it, too.
        return [Step(s, "lock", lock), Step(s, rng.choice(timed_verbs), obj, lock, SHORT),
                Step(s, "unlock", lock)] + [x for t in targets for x in locked(t, lock)]
    return ([Step(s, "lock", lock), Step(s, "cv_wait", obj, lock).blocking()] +
            [x for t in targets for x in locked(t, lock)] +
            [Step(targets[0], "cv_one", obj), returns(s), Step(s, "unlock", lock)])


# --- once

@way("once", many_sources=False)
def once(g, sources, targets, rng):
    return run_once(g, sources, targets, rng, "std_once", "pthread_once", "c11_once")


@way("static guard", many_sources=False)
def static_guard(g, sources, targets, rng):
    return run_once(g, sources, targets, rng, "static_guard")


def run_once(g, sources, targets, rng, *kinds):
    obj = g.new_object(guise(g, rng, *kinds))
    s = sources[0]
    if rng.random() < 0.5:
        return [Step(s, "once_", obj)] + [Step(t, "once", obj).blocking() for t in targets] + [
            Step(s, "end")] + [returns(t) for t in targets]
    return [Step(s, "once_", obj), Step(s, "end")] + [Step(t, "once", obj) for t in targets]


@way("once, after an exception", many_sources=False, many_targets=False, needs=("raise",))
def once_again(g, sources, targets, rng):
    obj = g.new_object(guise(g, rng, "std_once"))
    s, t = sources[0], targets[0]
    return [Step(s, "once_", obj), Step(s, "raise"), Step(t, "once_", obj), Step(t, "end")]


# --- futures

@way("future", many_sources=False)
def future(g, sources, targets, rng):
    obj = g.new_object(guise(g, rng, "promise", "packaged_task"))
    give = Step(sources[0], rng.choice(["set", "set", "set_exception"]), obj)

    def take(t):
        return rng.choice([Step(t, "get", obj), Step(t, "get_for", obj, TOO_LONG)])
    if rng.random() < 0.5:
        return [take(t).blocking() for t in targets] + [give] + [returns(t) for t in targets]
    return [give] + [take(t) for t in targets]


# --- threads

@way("thread creation", many_sources=False, makes_target=True)
def creation(g, sources, targets, rng):
    child = g.new_thread()
    g.steady.append(child)
    return [Step(sources[0], "create", child)], [child]


@way("thread join", many_sources=False)
def join(g, sources, targets, rng):
    """A thread of its own uses the map and ends."""
    child = g.new_thread(["pthread", "pthread_exit", "std_thread", "c11", "c11_exit", "jthread",
                          "async"])
    kind = g.threads[child]
    s, t = sources[0], targets[0]
    verbs = ["join"] + (["tryjoin", "timedjoin"] if kind in ("pthread", "pthread_exit") else [])
    verb = rng.choice(verbs)
    end = [Step(child, "exit")]
    m = g.use(child, g.map_in_hand, True)
    more, last = [], t
    if rng.random() < 0.6:
        # Goes on in a thread that may have the slot of the one that ended.
        last = g.new_thread()
        g.steady.append(last)
        more = [Step(t, "create", last)]
    if verb != "tryjoin" and rng.random() < 0.5:
        return [Step(s, "create", child)] + m + [Step(t, verb, child).blocking()] + end + [
            returns(t)] + more, [last]
    return [Step(s, "create", child)] + m + end + [Step(t, verb, child)] + more, [last]


@way("future, at thread exit", many_sources=False)
def at_thread_exit(g, sources, targets, rng):
    obj = g.new_object(guise(g, rng, "promise"))
    child = g.new_thread(["pthread", "std_thread"])
    s = sources[0]
    steps = [Step(s, "create", child), Step(child, "set_at_exit", obj)]
    steps += g.use(child, g.map_in_hand, True)
    if rng.random() < 0.5:
        return steps + [Step(t, "get", obj).blocking() for t in targets] + [
            Step(child, "exit")] + [returns(t) for t in targets]
    return steps + [Step(child, "exit")] + [Step(t, "get", obj) for t in targets]


# --- the rest

@way("shared_ptr", many_targets=False)
def shared_ptr(g, sources, targets, rng):
    owners = [s for s in sources if s not in targets] + targets
    obj = g.new_object(guise(g, rng, "shared_ptr"), len(owners))
    return [Step(t, "release", obj) for t in owners]


@way("stop token", many_sources=False)
def stop(g, sources, targets, rng):
    obj = g.new_object(guise(g, rng, "stop_source"))
    return [Step(sources[0], "stop", obj)] + [Step(t, "stopped", obj) for t in targets]


@way("annotation")
def annotation(g, sources, targets, rng):
    obj = g.new_object(guise(g, rng, "annotated"))
    return [Step(t, "annotate_release", obj) for t in sources] + [
        Step(t, "annotate_acquire", obj) for t in targets]


class Vocabulary:
    """What programs may use: all kinds but `disabled` ones."""

    def __init__(self, disabled=()):
        self.disabled = set(disabled)
        self.ways = {w.name: w for w in WAYS
                     if w.name not in self.disabled and not self.disabled & set(w.needs)}
        self.order = sorted(self.ways)
        self.joining = [n for n in ("mutex", "semaphore", "atomic", "rwlock, read to write",
                                    "fence to atomic", "shared_ptr", "latch")
                        if n in self.ways]

    def has(self, kind):
        return kind not in self.disabled

    def choose(self, index, rng):
        """The ways of one program: all get the same number of turns."""
        count = 7
        n = len(self.order)
        return [self.order[(index * count + i) % n] for i in range(count)]


# --- steps that order nothing

def noise(kind, obj, t, rng):
    verbs = GUISES[kind].verbs
    if kind in MUTEXES:
        verb = rng.choice(verbs)
        extra = (SHORT,) if verb in ("timedlock", "clocklock") else ()
        return [Step(t, verb, obj, *extra), Step(t, "unlock", obj)]
    if kind in RWLOCKS:
        verb = rng.choice([v for v in verbs if "unlock" not in v])
        extra = (SHORT,) if verb[:5] in ("timed", "clock") else ()
        return [Step(t, verb, obj, *extra), Step(t, "wrunlock" if "wr" in verb else "rdunlock", obj)]
    if "load" in verbs:
        order = rng.choice(["relaxed", "acquire", "seq_cst"])
        choice = rng.random()
        if choice < 0.4 or kind == "atomic_flag":
            return [Step(t, "load", obj, order)]
        if choice < 0.7:
            return [rmw(t, obj, rng, rng.choice(["relaxed", "acquire", "release", "acq_rel",
                                                 "seq_cst"]))]
        return [Step(t, "store", obj, rng.choice(["relaxed", "release"]), "fresh")]
    if "post" in verbs:
        return [rng.choice([Step(t, "trywait", obj), Step(t, "timedwait", obj, SHORT)])]
    if kind == "latch":
        return [Step(t, "trywait", obj)]
    if "cv_one" in verbs:
        return [Step(t, rng.choice(["cv_one", "cv_all"]), obj)]
    if "get_for" in verbs:
        return [Step(t, "get_for", obj, SHORT)]
    if kind == "shared_ptr":
        return [Step(t, rng.choice(["own", "revive"]), obj)]
    if kind == "stop_source":
        return [Step(t, "stopped", obj)]
    if "once" in verbs:
        return [Step(t, "once", obj)]
    return [Step(t, "reborn", obj)]


def closing(kind, obj, i, t):
    """What thread t could do to let the others go on, or to be done itself."""
    steps = []
    if kind in MUTEXES and obj.holder == t:
        steps.append(Step(t, "unlock", i))
    if kind in RWLOCKS:
        if obj.writer == t:
            steps.append(Step(t, "wrunlock", i))
        if t in obj.readers:
            steps.append(Step(t, "rdunlock", i))
    if not obj.waiting:
        return steps
    if "await" in obj.verbs:
        if obj.value == obj.old:
            steps.append(Step(t, "exchange", i, "relaxed", "fresh"))
        steps.append(Step(t, "notify", i))
    if "post" in obj.verbs:
        steps.append(Step(t, "post", i, len(obj.waiting)))
    if kind == "latch":
        steps.append(Step(t, "count", i, obj.left))
    if "arrive_wait" in obj.verbs and kind != "latch":
        steps.append(Step(t, "arrive_wait", i))
    if "cv_one" in obj.verbs:
        steps.append(Step(t, "cv_one", i))
    if "set" in obj.verbs:
        steps.append(Step(t, "set", i))
    return steps


# Ways whose edges go by another way's name.
SEEN_AS_ANOTHER = {"atomic flag", "atomic, wait", "condition variable, gives up"}

# All that a C++ library may lack.
ALL_KINDS = list(GUISES) + ["jthread"]
