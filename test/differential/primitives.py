# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What each synchronisation primitive orders, written from the standard's words
and as plain as they allow: every object keeps the events that could be the tail
of an edge, and each event that can be the head of one looks at all of them.

A class has `whole` (a call that returns at once), `blocks` and `returns` (its
two halves otherwise), and raises Illegal, before it changes anything, where the
outcome would not be certain. GUISES says which kinds of the executor's objects
behave like which class."""

from model import Illegal, SHORT

ACQUIRES = ("consume", "acquire", "acq_rel", "seq_cst")
RELEASES = ("release", "acq_rel", "seq_cst")


class Primitive:
    verbs = ()
    can_be_reborn = True
    shares_waiters = False  # the library keeps account of waiters in common

    def __init__(self, size=0, detail="", rules=frozenset()):
        self.size = size
        self.detail = detail
        self.rules = rules
        self.waiting = []  # threads
        self.touched = []  # nodes, where the implementation may order more

    def check_verb(self, verb):
        if verb not in self.verbs:
            raise Illegal("no such verb")

    def in_use(self):
        return bool(self.waiting)

    def blocks(self, ex, t, step):
        raise Illegal("does not block")

    def edges(self, node, tails, kind):
        if "c11" in self.rules and self.detail.startswith("c11"):
            return
        if "call_once" in self.rules and self.detail == "std_once":
            return
        for tail in tails:
            node.after(tail, kind, self.detail)

    def possibly(self, node):
        """An access of the implementation's own state: whatever touched it
        before may be ordered before this."""
        for tail in self.touched:
            node.after(tail, "possible", self.detail, certain=False)
        self.touched.append(node)


def in_time(step, index=1):
    """A call with a time limit that fails must have a short one."""
    if step.args[index] != SHORT:
        raise Illegal("would take too long")


class Mutex(Primitive):
    """[thread.mutex.requirements.mutex]: prior unlock() operations on the same
    object synchronize with an operation that obtains ownership; one that fails
    does not. Recursive: only the outermost pair can order anything new."""

    verbs = ("lock", "trylock", "timedlock", "clocklock", "unlock")
    recursive = False

    def __init__(self, *args):
        super().__init__(*args)
        self.holder = None
        self.depth = 0
        self.unlocks = []

    def in_use(self):
        return self.waiting or self.holder is not None

    def take(self, ex, t, node, kind):
        if self.depth == 0:
            self.edges(node, self.unlocks, kind)
        self.holder = t
        self.depth += 1
        ex.threads[t].mutexes += 1

    def give(self, ex, t, node):
        self.depth -= 1
        ex.threads[t].mutexes -= 1
        if self.depth == 0:
            self.holder = None
            self.unlocks.append(node)
            if self.waiting:
                ex.due.append(self.waiting.pop())

    def whole(self, ex, t, step):
        if step.verb == "unlock":
            if self.holder != t:
                raise Illegal("not held")
            self.give(ex, t, ex.node(t))
            return 1
        free = self.holder is None or self.holder == t and self.recursive
        if not free:
            if step.verb == "lock" or self.holder == t:
                raise Illegal("would block")
            if step.verb != "trylock":
                in_time(step)
            ex.node(t)
            return 0
        if self.depth > 3:
            raise Illegal("deep enough")
        self.take(ex, t, ex.node(t), KIND_OF_LOCK[step.verb])
        return 1

    def blocks(self, ex, t, step):
        if self.holder in (None, t) or self.waiting or step.verb not in (
                "lock", "timedlock", "clocklock") or not self.can_block:
            raise Illegal("does not block")
        if step.verb != "lock" and step.args[1] == SHORT:
            raise Illegal("would give up")
        ex.node(t)
        self.waiting.append(t)

    can_block = True

    def returns(self, ex, t, step):
        self.take(ex, t, ex.node(t), KIND_OF_LOCK[step.verb])
        return 1


KIND_OF_LOCK = {"lock": "mutex", "trylock": "mutex, try", "timedlock": "mutex, timed",
                "clocklock": "mutex, timed"}


class RecursiveMutex(Mutex):
    recursive = True


class UntimedMutex(Mutex):
    verbs = ("lock", "trylock", "unlock")


class UntimedRecursiveMutex(UntimedMutex):
    recursive = True


class C11Mutex(Mutex):
    verbs = ("lock", "trylock", "timedlock", "unlock")


class SpinLock(UntimedMutex):
    can_block = False


class Rwlock(Primitive):
    """[thread.sharedmutex.requirements]: an exclusive lock is synchronized with
    by prior unlocks of both modes, a shared one by prior exclusive unlocks only:
    readers do not order each other."""

    verbs = ("wrlock", "trywrlock", "timedwrlock", "clockwrlock", "wrunlock",
             "rdlock", "tryrdlock", "timedrdlock", "clockrdlock", "rdunlock")

    def __init__(self, *args):
        super().__init__(*args)
        self.writer = None
        self.readers = []
        self.write_unlocks = []
        self.read_unlocks = []
        self.waits_to_write = False

    def in_use(self):
        return self.waiting or self.writer is not None or self.readers

    def take(self, ex, t, node, verb):
        how = ", try" if "try" in verb else ", timed" if verb[:5] in ("timed", "clock") else ""
        known = not (how == ", timed" and "timed rwlocks" in self.rules)
        if "wr" in verb:
            self.writer = t
            if known:
                self.edges(node, self.write_unlocks, "rwlock, write to write" + how)
                self.edges(node, self.read_unlocks, "rwlock, read to write" + how)
        else:
            self.readers.append(t)
            if known:
                self.edges(node, self.write_unlocks, "rwlock, write to read" + how)
        ex.threads[t].mutexes += 1
        return 1

    def whole(self, ex, t, step):
        if step.verb == "wrunlock":
            if self.writer != t:
                raise Illegal("not held")
            self.writer = None
            self.write_unlocks.append(ex.node(t))
            return self.given(ex, t)
        if step.verb == "rdunlock":
            if t not in self.readers:
                raise Illegal("not held")
            self.readers.remove(t)
            self.read_unlocks.append(ex.node(t))
            return self.given(ex, t)
        if self.writer == t or t in self.readers or self.waiting:
            raise Illegal("held, or somebody waits")
        if self.writer is not None or "wr" in step.verb and self.readers:
            if step.verb in ("rdlock", "wrlock"):
                raise Illegal("would block")
            if "try" not in step.verb:
                in_time(step)
            ex.node(t)
            return 0
        return self.take(ex, t, ex.node(t), step.verb)

    def given(self, ex, t):
        ex.threads[t].mutexes -= 1
        if self.writer is None and not (self.waits_to_write and self.readers):
            ex.due += self.waiting
            self.waiting = []
        return 1

    def blocks(self, ex, t, step):
        writes = "wr" in step.verb
        if self.writer == t or t in self.readers or "unlock" in step.verb or "try" in step.verb:
            raise Illegal("does not block")
        if self.writer is None and not (writes and self.readers):
            raise Illegal("does not block")
        if self.waiting and (writes or self.waits_to_write):
            raise Illegal("who comes first is open")
        if step.verb not in ("rdlock", "wrlock") and step.args[1] == SHORT:
            raise Illegal("would give up")
        ex.node(t)
        self.waits_to_write = writes
        self.waiting.append(t)

    def returns(self, ex, t, step):
        return self.take(ex, t, ex.node(t), step.verb)


class UntimedRwlock(Rwlock):
    verbs = ("wrlock", "trywrlock", "wrunlock", "rdlock", "tryrdlock", "rdunlock")


class Store:
    """In an atomic's modification order."""

    __slots__ = ("node", "rmw", "release", "fence", "perhaps")

    def __init__(self, node, rmw, release, fence, perhaps=False):
        self.node = node
        self.rmw = rmw
        self.release = release
        self.fence = fence
        self.perhaps = perhaps  # releases in this compiler, though it need not


class Atomic(Primitive):
    """[intro.races] and [atomics.fences]. A load reads the newest store S. The
    heads of the release sequences that S belongs to are S itself and, as long as
    the store in hand is a read-modify-write, the stores before it in
    modification order. A head synchronizes if it releases; if a release fence is
    sequenced before it, the fence does. What a relaxed load reads, the next
    acquire fence acquires. C++20: no plain store continues a sequence."""

    verbs = ("load", "store", "add", "exchange", "cas", "casweak")
    biggest = 250
    always_releases = False

    def __init__(self, *args):
        super().__init__(*args)
        self.value = 0
        self.highest = 0
        self.stores = []

    def fresh(self):
        if self.highest >= self.biggest:
            raise Illegal("no value is left")
        return self.highest + 1

    def heads(self):
        result = []
        for store in reversed(self.stores):
            sequence = ", sequence" if store is not self.stores[-1] else ""
            if store.release or store.perhaps:
                result.append((store.node, "atomic" + sequence, self.detail, store.release))
            if store.fence and "fences" not in self.rules:
                result.append((store.fence, "fence to atomic" + sequence, self.detail, True))
            if not store.rmw and not ("relaxed stores" in self.rules and not store.release):
                break
        return result

    def reads(self, ex, t, node, order):
        heads = self.heads()
        if order in ACQUIRES:
            for head, kind, detail, certain in heads:
                node.after(head, kind, detail, certain)
        else:
            ex.threads[t].relaxed_reads.append(heads)

    def writes(self, ex, t, node, order, value, rmw):
        self.stores.append(Store(node, rmw, order in RELEASES, ex.threads[t].release_fence,
                                 self.always_releases))
        self.value = value
        self.highest = max(self.highest, value)

    def whole(self, ex, t, step):
        verb = step.verb
        if verb == "notify":
            return self.notify(ex, t)
        order = step.args[1]
        self.check(verb, step.args)
        if verb == "await":
            if self.value == step.args[2]:
                raise Illegal("would block")
            self.reads(ex, t, self.touch(ex.node(t)), order)
            return 0
        if verb == "load" and order in ("release", "acq_rel") or verb == "store" and order in (
                "acquire", "consume", "acq_rel") or order == "consume" and verb != "load":
            raise Illegal("no such order")
        if verb == "add" and self.value + step.args[2] > self.biggest:
            raise Illegal("no value is left")
        node = ex.node(t)
        if verb == "load":
            self.reads(ex, t, node, order)
            return self.value
        if verb == "store":
            self.writes(ex, t, node, order, step.args[2], False)
            return 0
        old = self.value
        if verb in ("cas", "casweak"):
            if old != step.args[3]:
                self.reads(ex, t, node, step.args[2])
                return 0
            new = step.args[4]
        else:
            new = old + step.args[2] if verb == "add" else step.args[2]
            if verb == "add" and "floating" in self.rules and self.detail.endswith("double"):
                order = "relaxed"
        self.reads(ex, t, node, order)
        self.writes(ex, t, node, order, new, True)
        return 1 if verb in ("cas", "casweak") else old

    def check(self, verb, args):
        pass

    def touch(self, node):
        return node

    def notify(self, ex, t):
        raise Illegal("no such verb")


class WaitingAtomic(Atomic):
    """[atomics.wait]: each time round, wait() loads with its order. What the
    library does to know of waiters orders what it likes."""

    verbs = Atomic.verbs + ("await", "notify")
    shares_waiters = True

    def __init__(self, *args):
        super().__init__(*args)
        self.old = None

    def touch(self, node):
        self.possibly(node)
        return node

    def notify(self, ex, t):
        if self.waiting and self.value == self.old:
            raise Illegal("goes on waiting")
        self.possibly(ex.node(t))
        ex.due += self.waiting
        self.waiting = []
        return 0

    def blocks(self, ex, t, step):
        if step.verb != "await" or self.value != step.args[2] or (
                self.waiting and self.old != step.args[2]):
            raise Illegal("does not block")
        self.old = step.args[2]
        self.reads(ex, t, self.touch(ex.node(t)), step.args[1])
        self.waiting.append(t)

    def returns(self, ex, t, step):
        self.reads(ex, t, self.touch(ex.node(t)), step.args[1])
        return 0

    def whole(self, ex, t, step):
        if self.waiting and step.verb not in ("notify", "load") and self.value != self.old:
            raise Illegal("the waiter's value might come back")
        return super().whole(ex, t, step)


class BuiltinAtomic(Atomic):
    can_be_reborn = False  # a plain store


class AtomicFlag(WaitingAtomic):
    verbs = ("load", "store", "exchange", "await", "notify")

    def fresh(self):
        return 1

    def check(self, verb, args):
        if verb == "store" and args[2] != 0 or verb == "exchange" and args[2] != 1 or (
                verb == "load" and args[1] == "consume"):
            raise Illegal("a flag")


class SyncAtomic(BuiltinAtomic):
    """GCC's manual: all full barriers, but for the two that are a lock's. (clang
    makes __sync_lock_test_and_set a full one, too.)"""

    always_releases = True
    verbs = ("add", "exchange", "store", "cas")

    def check(self, verb, args):
        order = {"exchange": "acquire", "store": "release"}.get(verb, "seq_cst")
        if args[1] != order or verb == "store" and args[2] != 0 or (
                verb == "cas" and args[2] != "seq_cst"):
            raise Illegal("has an order of its own")


class Semaphore(Primitive):
    """[thread.sema.cnt]: release() strongly happens before the acquisitions that
    observe its effect. The counter is one, and each acquisition observes all
    that has been done to it before. POSIX: sem_post and sem_wait synchronize
    memory (XBD 4.12)."""

    verbs = ("post", "wait", "trywait", "timedwait", "clockwait")
    most = 1000

    def __init__(self, *args):
        super().__init__(*args)
        self.tokens = self.size
        self.posts = []

    def touch(self, node):
        return node

    def take(self, ex, t, step):
        self.tokens -= 1
        node = ex.node(t)
        self.touch(node)
        if not (step.verb == "clockwait" and "sem_clockwait" in self.rules):
            self.edges(node, self.posts, "semaphore")
        return 1

    def whole(self, ex, t, step):
        if step.verb == "post":
            n = step.args[1]
            if self.tokens + n > self.most or self.waiting and (
                    n < len(self.waiting) or self.most == 1):
                raise Illegal("too many, or who takes it is open")
            node = self.touch_(ex.node(t))
            self.posts.append(node)
            self.tokens += n
            ex.due += self.waiting
            self.waiting = []
            return 1
        if self.tokens:
            return self.take(ex, t, step)
        if step.verb == "wait":
            raise Illegal("would block")
        if step.verb != "trywait":
            in_time(step)
        self.touch(ex.node(t))
        return 0

    def touch_(self, node):
        self.touch(node)
        return node

    def blocks(self, ex, t, step):
        if self.tokens or step.verb in ("post", "trywait"):
            raise Illegal("does not block")
        if step.verb != "wait" and step.args[1] == SHORT:
            raise Illegal("would give up")
        self.touch(ex.node(t))
        self.waiting.append(t)

    def returns(self, ex, t, step):
        return self.take(ex, t, step)


class StdSemaphore(Semaphore):
    """Made of an atomic, which a failing acquisition looks at, too."""

    shares_waiters = True

    def touch(self, node):
        self.possibly(node)


class BinarySemaphore(StdSemaphore):
    most = 1

    def whole(self, ex, t, step):
        if step.verb == "post" and (self.tokens or step.args[1] != 1 or len(self.waiting) > 1):
            raise Illegal("too many")
        self.most = 2
        try:
            return super().whole(ex, t, step)
        finally:
            self.most = 1


class Latch(Primitive):
    """[thread.latch]: count_down strongly happens before the returns from wait
    and the true ones of try_wait."""

    verbs = ("count", "wait", "trywait", "arrive_wait")
    shares_waiters = True

    def __init__(self, *args):
        super().__init__(*args)
        self.left = self.size
        self.counts = []

    def whole(self, ex, t, step):
        if step.verb in ("count", "arrive_wait"):
            by = step.args[1] if step.verb == "count" else 1
            if by > self.left or step.verb == "arrive_wait" and by < self.left:
                raise Illegal("too many, or would block")
            node = ex.node(t)
            self.possibly(node)
            self.counts.append(node)
            self.left -= by
            if not self.left:
                ex.due += self.waiting
                self.waiting = []
            if step.verb == "arrive_wait":
                self.edges(node, self.counts[:-1], "latch")
            return 1
        if step.verb == "wait" and self.left:
            raise Illegal("would block")
        node = ex.node(t)
        self.possibly(node)
        if self.left:
            return 0
        self.edges(node, self.counts, "latch")
        return 1

    def blocks(self, ex, t, step):
        if step.verb == "arrive_wait":
            if self.left < 2:
                raise Illegal("does not block")
            self.left -= 1
            node = ex.node(t)
            self.counts.append(node)
        elif step.verb == "wait" and self.left:
            node = ex.node(t)
        else:
            raise Illegal("does not block")
        self.possibly(node)
        self.waiting.append(t)

    def returns(self, ex, t, step):
        node = ex.node(t)
        self.possibly(node)
        self.edges(node, [c for c in self.counts if c is not node], "latch")
        return 1


class Phase:
    def __init__(self):
        self.arrivals = []
        self.completion = None


class Barrier(Primitive):
    """[thread.barrier]: arrivals strongly happen before the phase's completion
    step, whose end strongly happens before the returns from waiting for the
    phase. Nothing crosses from one phase to another but through a thread."""

    verbs = ("arrive_wait", "arrive", "wait_token", "drop")
    completes_inside = False

    def __init__(self, *args):
        super().__init__(*args)
        self.count = self.size
        self.left = self.size
        self.phase = Phase()
        self.phases_waited_for = {}
        self.tokens = {}
        self.inside = None

    def in_use(self):
        return self.waiting or self.inside is not None or self.left != self.count or self.tokens

    def arrive(self, ex, t):
        node = ex.node(t)
        self.phase.arrivals.append(node)
        self.left -= 1
        return node

    def complete(self, ex, completion):
        """`completion`: the end of the completion step."""
        if "barriers" not in self.rules:
            self.edges(completion, [a for a in self.phase.arrivals if a is not completion],
                       "barrier")
        self.phase.completion = completion
        self.phase = Phase()
        self.left = self.count
        ex.due += self.waiting
        self.waiting = []

    def leave(self, ex, t, phase):
        node = ex.node(t)
        if "barriers" not in self.rules and node is not phase.completion:
            node.after(phase.completion, "barrier", self.detail)
        return 1

    def whole(self, ex, t, step):
        if self.inside is not None or t in self.waiting:
            raise Illegal("being completed")
        if step.verb == "wait_token":
            phase = self.tokens.get(t)
            if phase is None or phase.completion is None:
                raise Illegal("would block")
            del self.tokens[t]
            return self.leave(ex, t, phase)
        if t in self.tokens or not self.left:
            raise Illegal("has arrived, or all have been dropped")
        if step.verb == "arrive_wait" and self.left > 1:
            raise Illegal("would block")
        if step.verb == "drop" and self.count < 2:
            raise Illegal("the last one stays")
        if self.left == 1 and self.completes_inside and step.verb != "arrive_wait":
            raise Illegal("completed while waiting only")
        self.arrive(ex, t)
        phase = self.phase
        if step.verb == "drop":
            self.count -= 1
        elif step.verb == "arrive":
            self.tokens[t] = phase
        if self.left == 0:
            if self.completes_inside:
                return self.open(ex, t, phase)
            self.complete(ex, ex.apart())
        if step.verb == "arrive_wait":
            return self.leave(ex, t, phase)
        return 1

    def open(self, ex, t, phase):
        """The completion step is played by the thread that arrived last."""
        self.inside = t
        node = ex.node(t)
        if "barriers" not in self.rules:
            self.edges(node, phase.arrivals, "barrier")

        def end(raised):
            if raised:
                raise Illegal("does not throw")
            self.inside = None
            self.complete(ex, ex.node(t))
            return 1
        ex.threads[t].open.append(end)

    def blocks(self, ex, t, step):
        if self.inside is not None:
            raise Illegal("being completed")
        if step.verb == "wait_token":
            phase = self.tokens.get(t)
            if phase is None or phase.completion:
                raise Illegal("does not block")
            ex.node(t)
            del self.tokens[t]
        elif step.verb == "arrive_wait" and self.left > 1 and t not in self.tokens:
            self.arrive(ex, t)
            phase = self.phase
        else:
            raise Illegal("does not block")
        self.waiting.append(t)
        self.phases_waited_for[t] = phase

    def returns(self, ex, t, step):
        return self.leave(ex, t, self.phases_waited_for.pop(t))


class CompletingBarrier(Barrier):
    completes_inside = True


class PthreadBarrier(Barrier):
    """POSIX XBD 4.12 and pthread_barrier_wait: all of a round are ordered."""

    verbs = ("arrive_wait",)


class Condition(Primitive):
    """[thread.condition]: notifying orders nothing; waiting is an unlock and a
    lock of the mutex."""

    verbs = ("cv_wait", "cv_timedwait", "cv_clockwait", "cv_one", "cv_all")

    def touch(self, node):
        pass

    def mutex(self, ex, t, step):
        mutex = ex.objects[step.args[1]]
        if ex.kinds[step.args[1]] != self.works_with or mutex.holder != t or mutex.depth != 1:
            raise Illegal("not its mutex, or not held")
        return mutex

    def whole(self, ex, t, step):
        if step.verb in ("cv_one", "cv_all"):
            if not self.waiting:
                self.touch(ex.node(t))
                return 1
            if len(self.waiting) > 1:
                raise Illegal("who comes first is open")
            waiter = self.waiting[0]
            mutex = ex.objects[ex.threads[waiter].blocked[1].args[1]]
            if mutex.waiting:
                raise Illegal("who comes first is open")
            self.touch(ex.node(t))
            self.waiting = []
            if mutex.holder is None:
                ex.due.append(waiter)
            else:
                mutex.waiting.append(waiter)
            return 1
        if step.verb == "cv_wait":
            raise Illegal("would block")
        in_time(step, 2)
        mutex = self.mutex(ex, t, step)
        if mutex.waiting:
            raise Illegal("loses its mutex")
        node = ex.node(t)
        self.touch(node)
        mutex.unlocks.append(node)
        return 0

    def blocks(self, ex, t, step):
        mutex = self.mutex(ex, t, step)
        if step.verb in ("cv_one", "cv_all") or self.waiting:
            raise Illegal("does not block, or two would")
        if step.verb != "cv_wait" and step.args[2] == SHORT:
            raise Illegal("would give up")
        node = ex.node(t)
        self.touch(node)
        mutex.give(ex, t, node)
        self.waiting.append(t)

    def returns(self, ex, t, step):
        node = ex.node(t)
        self.touch(node)
        ex.objects[step.args[1]].take(ex, t, node, "condition variable")
        return 1


class StdCondition(Condition):
    works_with = "std_mutex"


class AnyCondition(StdCondition):
    """Has a mutex of its own inside."""

    def touch(self, node):
        self.possibly(node)


class PthreadCondition(Condition):
    works_with = "pthread_mutex"


class C11Condition(Condition):
    works_with = "c11_mutex"
    verbs = ("cv_wait", "cv_timedwait", "cv_one", "cv_all")


class Once(Primitive):
    """[thread.once.callonce]: the end of an active execution synchronizes with
    the start of the next one, and the returning one with all passive ones."""

    verbs = ("once", "once_")
    kind = "once"
    retry_is_ordered = True
    throws = False

    def __init__(self, *args):
        super().__init__(*args)
        self.active = False
        self.ran = None
        self.failed = []

    def in_use(self):
        return self.waiting or self.active

    def whole(self, ex, t, step):
        if step.verb == "once":
            if self.ran is None:
                raise Illegal("would run it, or block")
            self.edges(ex.node(t), [self.ran], self.kind)
            return 0
        if self.ran is not None or self.active:
            raise Illegal("somebody else runs it")
        self.active = True
        node = ex.node(t)
        for failed in self.failed:
            node.after(failed, "once, after an exception", self.detail, self.retry_is_ordered)

        def end(raised):
            if raised and (self.waiting or not self.throws):
                raise Illegal("cannot throw")
            self.active = False
            if raised:
                self.failed.append(ex.node(t))
            else:
                self.ran = ex.node(t)
            ex.due += self.waiting
            self.waiting = []
            return 1
        ex.threads[t].open.append(end)
        return None

    def blocks(self, ex, t, step):
        if step.verb != "once" or not self.active:
            raise Illegal("does not block")
        ex.node(t)
        self.waiting.append(t)

    def returns(self, ex, t, step):
        self.edges(ex.node(t), [self.ran], self.kind)
        return 0


class StdOnce(Once):
    throws = True


class COnce(Once):
    """A plain word that is initialised without a call."""
    can_be_reborn = False


class Guard(COnce):
    """[stmt.dcl]: whoever passes a static's declaration waits for its
    initialisation. After an exception it is tried again; nobody says that this
    orders anything."""

    kind = "static guard"
    throws = True
    retry_is_ordered = False


class Future(Primitive):
    """[futures.state]: what sets the result synchronizes with what detects that
    it is ready."""

    verbs = ("set", "set_exception", "get", "get_for")

    def __init__(self, *args):
        super().__init__(*args)
        self.set = None
        self.promised = False
        self.failed = False

    def ready(self, ex, node):
        self.set = node
        ex.due += self.waiting
        self.waiting = []

    def whole(self, ex, t, step):
        if step.verb in ("set", "set_exception"):
            if self.set or self.promised:
                raise Illegal("is set")
            self.failed = step.verb == "set_exception"
            node = ex.node(t)
            self.possibly(node)
            self.ready(ex, node)
            return 1
        if step.verb == "set_at_exit":
            if self.set or self.promised:
                raise Illegal("is set")
            self.promised = True
            self.possibly(ex.node(t))
            ex.threads[t].at_exit.append(lambda node: self.ready(ex, node))
            return 1
        if self.set is None:
            if step.verb == "get":
                raise Illegal("would block")
            in_time(step)
            self.possibly(ex.node(t))
            return 0
        return self.got(ex, t)

    def got(self, ex, t):
        node = ex.node(t)
        self.possibly(node)
        unseen = "futures" in self.rules or (self.promised and "at thread exit" in self.rules)
        if not unseen:
            node.after(self.set, "future, at thread exit" if self.promised else "future",
                       self.detail)
        return 2 if self.failed else 1

    def blocks(self, ex, t, step):
        if self.set or step.verb.startswith("set"):
            raise Illegal("does not block")
        if step.verb == "get_for" and step.args[1] == SHORT:
            raise Illegal("would give up")
        self.possibly(ex.node(t))
        self.waiting.append(t)

    def returns(self, ex, t, step):
        return self.got(ex, t)


class Promise(Future):
    verbs = Future.verbs + ("set_at_exit",)


class Owners(Primitive):
    """[util.sharedptr]: whatever the owners did happens before the destruction by
    the last one (LWG's intent; every implementation's)."""

    verbs = ("own", "release", "revive")
    can_be_reborn = False

    def __init__(self, *args):
        super().__init__(*args)
        self.count = self.size
        self.releases = []

    def in_use(self):
        return True

    def whole(self, ex, t, step):
        if step.verb == "revive":
            self.possibly(ex.node(t))
            return 1 if self.count else 0
        if not self.count or self.count > 30:
            raise Illegal("nobody owns it")
        node = ex.node(t)
        self.possibly(node)
        if step.verb == "own":
            self.count += 1
            return 1
        self.count -= 1
        if self.count:
            self.releases.append(node)
            return 0
        self.edges(node, self.releases, "shared_ptr")
        return 1


class Stop(Primitive):
    """[stoptoken.mem]: request_stop that returns true synchronizes with a
    stop_requested that returns true."""

    verbs = ("stop", "stopped")

    def __init__(self, *args):
        super().__init__(*args)
        self.request = None

    def whole(self, ex, t, step):
        node = ex.node(t)
        self.possibly(node)
        if step.verb == "stop":
            if self.request:
                return 0
            self.request = node
            return 1
        if not self.request:
            return 0
        node.after(self.request, "stop token", self.detail)
        return 1


class Annotated(Primitive):
    """mapsan/interface.h: every release before an acquire of the address."""

    verbs = ("annotate_release", "annotate_acquire")
    can_be_reborn = False

    def __init__(self, *args):
        super().__init__(*args)
        self.releases = []

    def whole(self, ex, t, step):
        node = ex.node(t)
        if step.verb == "annotate_release":
            self.releases.append(node)
        else:
            self.edges(node, self.releases, "annotation")
        return 1


# Made of a mutex and condition variables by libc++, in the .so or in headers.
LIBCXX_LOCKS = ("std_timed_mutex", "std_recursive_timed_mutex", "std_shared_mutex",
                "std_shared_timed_mutex", "static_guard")

# Which kinds of the executor's objects there are, and how each behaves.
GUISES = {
    "std_mutex": UntimedMutex,
    "std_timed_mutex": Mutex,
    "std_recursive_mutex": UntimedRecursiveMutex,
    "std_recursive_timed_mutex": RecursiveMutex,
    "pthread_mutex": Mutex,
    "pthread_recursive": RecursiveMutex,
    "pthread_errorcheck": Mutex,
    "pthread_adaptive": Mutex,
    "pthread_robust": Mutex,
    "c11_mutex": UntimedMutex,
    "c11_timed": C11Mutex,
    "c11_recursive": UntimedRecursiveMutex,
    "pthread_spin": SpinLock,
    "std_shared_mutex": UntimedRwlock,
    "std_shared_timed_mutex": Rwlock,
    "pthread_rwlock": Rwlock,
    "pthread_rwlock_writers": Rwlock,
    "std_atomic_int": WaitingAtomic,
    "std_atomic_char": WaitingAtomic,
    "std_atomic_long": WaitingAtomic,
    "std_atomic_double": WaitingAtomic,
    "atomic_ref_int": BuiltinAtomic,
    "atomic_ref_long": BuiltinAtomic,
    "builtin_int": BuiltinAtomic,
    "builtin_short": BuiltinAtomic,
    "builtin_long": BuiltinAtomic,
    "c11_atomic": BuiltinAtomic,
    "sync_atomic": SyncAtomic,
    "atomic_flag": AtomicFlag,
    "posix_semaphore": Semaphore,
    "counting_semaphore": StdSemaphore,
    "binary_semaphore": BinarySemaphore,
    "latch": Latch,
    "barrier": Barrier,
    "barrier_completing": CompletingBarrier,
    "pthread_barrier": PthreadBarrier,
    "std_condition": StdCondition,
    "std_condition_any": AnyCondition,
    "pthread_condition": PthreadCondition,
    "c11_condition": C11Condition,
    "std_once": StdOnce,
    "pthread_once": COnce,
    "c11_once": COnce,
    "static_guard": Guard,
    "promise": Promise,
    "packaged_task": Future,
    "shared_ptr": Owners,
    "stop_source": Stop,
    "annotated": Annotated,
}


def make(kind, size, rules):
    return GUISES[kind](size, kind, rules)
