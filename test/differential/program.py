# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs as data and as text (README.md has the language)."""

ORDERS = ["relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"]


class Step:
    """One step of one thread. `mode`: whole, blocks or returns. Arguments are
    numbers, memory orders by name, or "current" and "fresh", which the model
    replaces by an atomic's value then and by one that it never had."""

    __slots__ = ("thread", "verb", "args", "mode")

    def __init__(self, thread, verb, *args, mode="whole"):
        self.thread = thread
        self.verb = verb
        self.args = args
        self.mode = mode

    def blocking(self):
        return Step(self.thread, self.verb, *self.args, mode="blocks")

    def with_args(self, *args):
        return Step(self.thread, self.verb, *args, mode=self.mode)

    def text(self, result=None):
        if self.mode == "returns":
            words = [self.thread, "returns"]
        else:
            words = [self.thread, self.verb, *self.args]
            if self.mode == "blocks":
                words.append("blocks")
        if result is not None:
            words += ["=", result]
        return " ".join(map(str, words))

    def __repr__(self):
        return self.text()


def returns(thread):
    return Step(thread, "returns", mode="returns")


class Program:
    """`maps`: kinds of maps. `objects`: (kind, size). `threads`: kinds, the root
    first. Immutable once made: `with_steps` makes another."""

    def __init__(self, maps, objects, threads, steps, root_joined=True, name="0"):
        self.maps = maps
        self.objects = objects
        self.threads = threads
        self.steps = steps
        self.root_joined = root_joined
        self.name = name

    def with_steps(self, steps, objects=None, threads=None):
        return Program(self.maps, objects or self.objects, threads or self.threads, steps,
                       self.root_joined, self.name)

    def text(self, results, expected=()):
        """`results`: what each step returns, or None."""
        lines = ["program " + self.name]
        lines.append("root " + ("joined" if self.root_joined else "detached"))
        lines += ["map " + kind for kind in self.maps]
        lines += ["object %s %d" % item for item in self.objects]
        lines += ["thread " + kind for kind in self.threads]
        lines += [step.text(result) for step, result in zip(self.steps, results)]
        lines += ["expect " + line for line in expected]
        return "\n".join(lines + ["done", ""])


def parse(text):
    """The first program of a text."""
    program = Program([], [], [], [])
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        head = words[0]
        if head == "program":
            program.name = words[1]
        elif head == "done":
            return program
        elif head == "root":
            program.root_joined = words[1] == "joined"
        elif head == "map":
            program.maps.append(words[1])
        elif head == "object":
            program.objects.append((words[1], int(words[2]) if len(words) > 2 else 0))
        elif head == "thread":
            program.threads.append(words[1])
        elif head == "expect":
            pass
        else:
            if "=" in words:
                words = words[:words.index("=")]
            mode = "whole"
            if words[-1] == "blocks":
                mode = "blocks"
                words = words[:-1]
            if words[1] == "returns":
                mode = "returns"
            args = [word if word in ORDERS else int(word) for word in words[2:]]
            program.steps.append(Step(int(words[0]), words[1], *args, mode=mode))
    raise ValueError("the end of the program is missing")
