# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The table: what each workload may cost."""


class Row:
    """`measure`: cpu, wall (of the whole: what a throughput is), peak, text, or a
    function's name. `target`: the most it may be; `gated`: it is a target, not
    only measured."""

    def __init__(self, group, title, run, measure, target, gated=True):
        self.group = group
        self.title = title
        self.run = run
        self.measure = measure
        self.target = target
        self.gated = gated


REAL = "Real programs"
MAPS = "Map-heavy loops, two threads"
ONE = "One thread"
NONE = "No map nearby, two threads"
MEMORY = "Memory"
CROWD = "Many threads on few cores (throughput)"
REST = "Compiling and starting"
GROUPS = [REAL, MAPS, ONE, NONE, CROWD, MEMORY, REST]

ROWS = [
    Row(REAL, "LevelDB, db_bench, 2 threads", "leveldb", "cpu", 1.10),
    Row(REAL, "HTTP server under load, 4 clients", "http", "cpu", 1.10),
    Row(REAL, "ninja, loading 60,000 edges and what to do", "ninja", "cpu", 1.10),
    Row(REAL, "spdlog, its benchmark, 2 threads", "spdlog", "cpu", 1.10),
    Row(REAL, "spdlog, asynchronous, 2 threads", "spdlog-async", "cpu", 1.10),
    Row(MAPS, "look-ups in a map that nobody changes, no lock", "read-only", "cpu", 1.5),
    Row(MAPS, "range-for over such a map of 32", "iterate", "cpu", 1.5),
    Row(MAPS, "the look-ups with 64 threads", "readers-64", "cpu", 1.5),
    Row(MAPS, "mutex: 8 look-ups, an insert, an erase", "mutex-mix", "cpu", 2.2),
    Row(MAPS, "shared_mutex: 1000 look-ups to a write", "shared-mutex", "cpu", 2.2),
    Row(MAPS, "16 maps with a mutex each", "sharded", "cpu", 2.2),
    Row(MAPS, "mutex, std::map", "std-map", "cpu", 2.2),
    Row(MAPS, "mutex, string keys", "string-keys", "cpu", 2.2),
    Row(MAPS, "mutex, absl::flat_hash_map", "flat-map", "cpu", 2.2),
    Row(MAPS, "mutex, a map of maps", "nested", "cpu", 2.2),
    Row(MAPS, "mutex, a list and a map: LRU cache", "lru", "cpu", 2.2),
    Row(ONE, "a global map", "global-map", "cpu", 1.15),
    Row(ONE, "maps in short-lived objects", "short-lived", "cpu", 1.15),
    Row(ONE, "function-local maps that never escape", "local", "cpu", 1.02),
    Row(NONE, "a mutex of the thread's own", "mutex-uncontended", "cpu", 1.3),
    Row(NONE, "a mutex that both want", "mutex-contended", "cpu", 1.3),
    Row(NONE, "atomics", "atomics", "cpu", 1.15),
    Row(NONE, "shared_ptr copies", "shared-ptr", "cpu", 1.15),
    Row(NONE, "atomics, maps having been used", "atomics-after-maps", "cpu", 1.15),
    Row(NONE, "shared_ptr copies, maps having been used", "shared-ptr-after-maps", "cpu", 1.15),
    Row(NONE, "release and acquire, each after a map operation", "atomics-news", "cpu", 2.0),
    Row(NONE, "condition-variable ping-pong", "condition-variable", "cpu", 1.05),
    Row(CROWD, "8 threads, look-ups without a lock", "read-only-8", "wall", 2.0),
    Row(CROWD, "64 threads, look-ups without a lock", "readers-64", "wall", 2.0),
    Row(CROWD, "8 threads, 16 maps with a mutex each", "sharded-8", "wall", 2.0),
    Row(CROWD, "64 threads, 16 maps with a mutex each", "sharded-64", "wall", 2.0),
    Row(MEMORY, "a million live maps: resident at most", "live-maps", "peak", 1.5),
    Row(MEMORY, "bytes for each of them", "live-maps", "bytes a map", 96),
    Row(MEMORY, "other workloads, the worst: MiB beyond 1.10x", None, "excess", 16),
    Row(REST, "compile time of a file that includes much", "compile", "cpu", 1.08, gated=False),
    Row(REST, "size of its code", "compile", "text", 1.25, gated=False),
    Row(REST, "start and end of a hello world: ms more than plainly", "hello", "start", 2.0, gated=False),
]
MEAN = Row("All loops", "geometric mean", None, "mean", 1.4)
