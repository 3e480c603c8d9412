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
    "barriers": "libc++'s barrier synchronises inside libc++.so",
    "futures": "libc++'s futures synchronise inside libc++.so",
    "rebirth": "an object constructed where another one was goes on with its clock",
    "libc++ locks": "libc++'s timed and shared mutexes are a mutex and condition variables",
}

# What it cannot even run.
CANNOT = {
    "raise": "pthread_once hangs after an exception",
}


def consistent(execution, key, reported):
    certain, possible = execution.point_races()[key]
    return (reported or not certain) and (not reported or possible)


def explain(program, key, reported):
    """The classes that explain what it said of map and life `key`, or None."""
    for size in (1, 2):
        for rules in itertools.combinations(CLASSES, size):
            if consistent(execute(program, frozenset(rules)), key, reported):
                return rules
    return None
