# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""In what ThreadSanitizer is known to differ from the standard. Each class is a
deviation that the model can be told to make (model.py, primitives.py: `rules`);
a difference belongs to the first set of them that explains it."""

import itertools

from model import execute

CLASSES = {
    "fences": "fences order nothing",
    "relaxed stores": "a relaxed store does not end a release sequence",
    "timed rwlocks": "timed locks of a rwlock are not seen",
    "c11": "C11 mutexes, condition variables and call_once are not seen",
    "sem_clockwait": "it is not seen",
    "at thread exit": "libstdc++.so makes such a promise ready, by an atomic that is not seen",
    "rebirth": "an object constructed where another one was goes on with its clock",
}
LIBCXX_CLASSES = {
    "barriers": "its barrier synchronises inside libc++.so",
    "futures": "so do its futures",
    "call_once": "and its call_once",
    "floating": "it adds to a double by an instruction that is not instrumented",
    "libc++ locks": "its timed and shared mutexes and guards are a mutex and condition variables",
}
# And it remembers that many accesses of a variable; of more, a random choice.
REMEMBERED = 4

# What it cannot even run.
CANNOT = {
    "raise": "pthread_once hangs after an exception",
}


def consistent(execution, key, reported):
    certain, possible = execution.point_races()[key]
    return (reported or not certain) and (not reported or possible)


def explain(program, key, reported, library):
    """The classes that explain what it said of map and life `key`, or None."""
    classes = list(CLASSES) + (list(LIBCXX_CLASSES) if library == "libc++" else [])
    for size in (1, 2, 3):
        for rules in itertools.combinations(classes, size):
            if consistent(execute(program, frozenset(rules)), key, reported):
                return rules
    m, life = key
    accesses = sum(len({o.begin, o.end}) for o in execute(program).lives[m][life].operations)
    if not reported and accesses > REMEMBERED:
        return ("four accesses",)
    return None
