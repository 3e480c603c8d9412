# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is run: the loops, the programs of our own, and the real ones."""

from runs import Compile, Loop, Process, Real, Start

CMAKE = """cmake -G Ninja -S "$SOURCE" -B build -DCMAKE_BUILD_TYPE=None \\
  -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_FLAGS="$FLAGS -DNDEBUG" """

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
         """$CXX $FLAGS -std=c++17 -pthread -DFIXED -I "$SOURCE" \\
  "$EXAMPLES/session_server/main.cpp" -o "$PROGRAM" -lssl -lcrypto""",
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
    printf "build obj/%s/f%d.o: cc src/%s/f%d.c | include/%s/a.h include/lib%d/b.h\\n",
      d, i, d, i, d, int(i / 200)
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
