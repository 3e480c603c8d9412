# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is run, and the table of what it may cost. The rows are computed from samples
alone, so that a table can be made again from what was written down."""

import math
import statistics

from runs import Compile, Loop, Process, Real, Start

CMAKE = """cmake -G Ninja -S "$SOURCE" -B build -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER="$CXX" \\
  -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_FLAGS="$FLAGS -DNDEBUG" """

# As headers alone. What it looks for in fmt/locale.h has moved to other headers, and the
# locale that its benchmarks print numbers in is not on every machine.
SPDLOG = """mkdir -p fmt
echo '#include <fmt/xchar.h>' >fmt/locale.h
sed 's/en_US.UTF-8/C.UTF-8/' "$SOURCE/bench/%s.cpp" >main.cpp
$CXX $FLAGS -std=c++17 -pthread -DSPDLOG_FMT_EXTERNAL -DFMT_HEADER_ONLY -I "$SOURCE/include" \\
  -I "$SOURCE/bench" -I . main.cpp -o "$PROGRAM" """

RUNS = [
    Real("leveldb", "leveldb",
         CMAKE + """-DLEVELDB_BUILD_TESTS=OFF
rm -f build/db_bench
ninja -C build -j "$JOBS" db_bench
cp build/db_bench "$PROGRAM" """,
         """"$PROGRAM" --db=$PWD/db --threads=2 --num=$((1500 * PERCENT)) \\
  --benchmarks=fillrandom,overwrite,readrandom,readmissing,readseq,deleterandom"""),
    # cpp-httplib is built with MapSan too, and so are its maps of headers.
    Real("http", "cpp-httplib",
         """$CXX $FLAGS -std=c++17 -pthread -DFIXED -I "$SOURCE" "$EXAMPLES/session_server/main.cpp" \\
  -o "$PROGRAM" -lssl -lcrypto""",
         """"$PROGRAM" 4 $((15 * PERCENT))"""),
    Real("ninja", "ninja-build",
         CMAKE + """-DBUILD_TESTING=OFF
rm -f build/ninja
ninja -C build -j "$JOBS" ninja
cp build/ninja "$PROGRAM" """,
         """"$PROGRAM" -n >log""",
         prepare="""awk -v n=$((300 * PERCENT)) 'BEGIN {
  print "rule make\\n  command = make $out\\nrule cc\\n  command = cc $flags -c $in -o $out"
  print "flags = -O2 -g"
  for (i = 0; i < n; i++) {
    d = "lib" int(i / 100)
    if (i % 100 == 0) printf "build include/%s/a.h include/%s/b.h: make\\n", d, d
    printf "build src/%s/f%d.c: make\\n", d, i
    printf "build obj/%s/f%d.o: cc src/%s/f%d.c | include/%s/a.h include/lib%d/b.h\\n", d, i, d, i, d,
      int(i / 200)
    if (i % 3 == 0) print "  flags = -O3 -DPART=" d
  }}' >build.ninja"""),
    # Its own benchmark of synchronous loggers, 250,000 messages to each at full work.
    Real("spdlog", "spdlog",
         SPDLOG % "bench",
         """mkdir logs; "$PROGRAM" $((2500 * PERCENT)) 2"""),
    # And of asynchronous ones.
    Real("spdlog-async", "spdlog",
         SPDLOG % "async_bench",
         """mkdir logs; "$PROGRAM" $((3000 * PERCENT)) 2 8192 1"""),
    *[Loop(name, "maps") for name in (
        "read-only", "mutex-mix", "shared-mutex", "sharded", "iterate", "std-map", "string-keys",
        "flat-map", "nested", "lru", "readers-64", "read-only-8", "sharded-8", "sharded-64")],
    *[Loop(name, "lives") for name in ("global-map", "short-lived", "local")],
    *[Loop(name, "locks") for name in (
        "mutex-uncontended", "mutex-contended", "condition-variable")],
    *[Loop(name, "atomics") for name in (
        "atomics", "shared-ptr", "atomics-after-maps", "shared-ptr-after-maps", "atomics-news")],
    Process("live-maps"),
    Compile(),
    Start("hello"),
]


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
    Row(REST, "start of a hello world: ms more than plainly", "hello", "start", 2.0, gated=False),
]


def paired(samples, run, variant, measure):
    """The measure's values of a variant and of plain, of the rounds that have both."""
    rounds = zip(samples.get(run, {}).get(variant, []), samples.get(run, {}).get("plain", []))
    pairs = [(s[measure], p[measure]) for s, p in rounds
             if s and p and measure in s and measure in p]
    return pairs


def spread(values):
    """Median, and the quartiles around it."""
    if len(values) < 2:
        return (values[0],) * 3
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return statistics.median(values), low, high


def each_iteration(sample, measure):
    return sample[measure] / sample.get("iterations", 1)


def ratio(samples, run, variant, measure):
    """Median of the in-round ratios with its quartiles; None if there are none."""
    rounds = zip(samples.get(run, {}).get(variant, []), samples.get(run, {}).get("plain", []))
    values = [each_iteration(s, measure) / each_iteration(p, measure) for s, p in rounds
              if s and p and measure in s and measure in p]
    return spread(values) if values else None


def excess(samples, variant):
    """The run that has most memory beyond 1.10 times the plain one's, in MiB."""
    worst = None
    for run in samples:
        if run == "live-maps":
            continue
        pairs = paired(samples, run, variant, "peak")
        if pairs:
            values = [(s - 1.1 * p) / 1024 for s, p in pairs]
            found = spread(values)
            if worst is None or found[0] > worst[0]:
                worst = found
    return worst


def bytes_a_map(samples, variant, percent):
    """Beyond what the runtime takes by itself, which a hello world tells."""
    idle = paired(samples, "hello", variant, "peak")
    pairs = paired(samples, "live-maps", variant, "peak")
    if not idle or not pairs:
        return None
    base = statistics.median(s - p for s, p in idle)
    return spread([(s - p - base) * 1024 / (10_000 * percent) for s, p in pairs])


def value_of(row, samples, variant, percent):
    """Of a row in a variant: (median, low, high), or None if it was not measured."""
    if row.measure == "excess":
        return excess(samples, variant)
    if row.measure == "bytes a map":
        return bytes_a_map(samples, variant, percent)
    if row.measure == "start":
        pairs = paired(samples, row.run, variant, "wall")
        return spread([(s - p) * 1e3 for s, p in pairs]) if pairs else None
    return ratio(samples, row.run, variant, row.measure)


def plain_value(row, samples):
    """What the plain program costs, in words."""
    values = [s for s in samples.get(row.run, {}).get("plain", []) if s]
    if not values:
        return ""
    if row.measure == "peak":
        return "%.0f MiB" % (statistics.median(s["peak"] for s in values) / 1024)
    if row.measure == "text":
        return "%.0f KiB" % (statistics.median(s["text"] for s in values) / 1024)
    if row.measure == "start":
        return "%.2f ms" % (statistics.median(s["wall"] for s in values) * 1e3)
    if row.measure not in ("cpu", "wall"):
        return ""
    time = statistics.median(each_iteration(s, row.measure) for s in values)
    if "iterations" not in values[0]:
        return "%.2f s" % time
    return "%.3g ns" % (time * 1e9) if time < 999e-9 else "%.2f us" % (time * 1e6)


class Result:
    """A row with what was measured."""

    def __init__(self, row, samples, percent):
        self.row = row
        self.plain = plain_value(row, samples)
        self.values = {variant: value_of(row, samples, variant, percent)
                       for variant in ("mapsan", "tsan", "floor", "helgrind")}
        if row.measure not in ("cpu", "wall"):
            self.values["floor"] = None

    @property
    def verdict(self):
        """met; floor: not, but within a tenth of what the floor costs; missed."""
        mapsan, floor = self.values["mapsan"], self.values["floor"]
        if mapsan is None:
            return "-"
        if mapsan[0] <= self.row.target:
            return "met"
        if floor and mapsan[0] <= 1.1 * floor[0]:
            return "floor"
        return "missed"

    @property
    def over(self):
        """How many times its target it is."""
        mapsan = self.values["mapsan"]
        return mapsan[0] / self.row.target if mapsan else 0


MEAN = Row("All loops", "geometric mean", None, "mean", 1.4)


def mean(results):
    """Of all ratios of time but the real programs', as one more result."""
    total = Result(MEAN, {}, 100)
    for variant in total.values:
        values = [r.values[variant][0] for r in results
                  if r.row.measure in ("cpu", "wall") and r.row.group not in (REAL, REST) and
                  r.values[variant]]
        if values:
            total.values[variant] = (math.exp(statistics.fmean(map(math.log, values))),) * 3
    return total


def results_of(data):
    """All rows of which there is anything, and the mean."""
    results = [Result(row, data["samples"], data["percent"]) for row in ROWS]
    return [r for r in results + [mean(results)] if r.values["mapsan"]]
