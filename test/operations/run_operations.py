#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds and runs the table of operations for one container in one build.

    test/operations/run_operations.py --prefix build/llvm-19 --container map
        [--library libstdc++|libc++] [--level O0|O2] [--variant plain|pmr|debug|absl|...]
        [--flags "..."] [--work DIR] [-v]

Prints the rows that failed (-v: all), the rows of the catalog that no test
covers and the tests that no row of the catalog matches; the last line counts.
"""

import argparse
import fcntl
import os
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

TREES = ["map", "multimap", "set", "multiset"]
HASHED = ["unordered_" + name for name in TREES]
STANDARD = TREES + HASHED

# Rows of a family, or free functions, that not all of its containers have.
MAP_ONLY = ["operator[]", "at", "try_emplace", "insert_or_assign"]
ORDER_ONLY = ["operator" + name for name in ("<", "<=", ">", ">=", "<=>")]

BY_VALUE = ["(copy-assignment)", "(move-assignment)"]
CXX98 = ["(move-constructor)", "(move-assignment)", "(assignment)"]


class Variant:
    """Containers of one library, as one set of flags makes them."""

    def __init__(self, namespace, containers, header, flags=(), free="", lacks=(), packages=(),
                 libraries=(), classes=None, partly=False):
        self.namespace = namespace  # of the classes
        self.containers = containers
        self.flags = ["-DLIBRARY=\"containers/%s.h\"" % header] + list(flags)
        self.free = free  # how the names of its free functions begin
        # What the catalog says of others' that are of the same family, or have
        # free functions in the same namespace.
        self.lacks = lacks
        self.packages = packages  # of pkg-config
        self.libraries = list(libraries)  # others
        self.classes = classes or {}  # of a container that has several, or another name
        self.partly = partly  # the catalog has more than is tested

    def classes_of(self, container):
        return self.classes.get(container, [self.namespace + container])

    def package_flags(self, what):
        if not self.packages:
            return []
        command = ["pkg-config", "--" + what] + list(self.packages)
        result = subprocess.run(command, check=True, capture_output=True, text=True)
        return shlex.split(result.stdout)

    def has(self, container, operation):
        name = operation.split(" ")[0]
        base = name[name.rfind("::") + 2:] if "::" in name else name
        if base in MAP_ONLY and ("set" in container or "multi" in container):
            return False
        scope = name[:len(name) - len(base)]
        return not {name, base, scope} & set(self.lacks)


LLVM = ["-isystem/usr/lib/llvm-19/include"]
LLVM_LIBRARIES = ["-L/usr/lib/llvm-19/lib", "-lLLVM-19"]
# What came later.
LLVM_20 = ["keys", "values", "emplace_or_assign", "insert_range", "getArrayRef", "lookup_or",
           "capacity", "llvm::detail::"]
GLOBAL = ("operator", "erase_if")
# Qt 6.9.
QT_LATER = ["tryEmplace", "try_emplace", "insertOrAssign", "insert_or_assign"]
NOT_DEPRECATED = ["-Wno-deprecated-declarations"]
BOOST_181 = ["-isystem{cache}/boost-1.81/usr/include"]


def multi_index(*classes):
    return (["boost::multi_index::multi_index_container"]
            + ["boost::multi_index::detail::" + name for name in classes])


VARIANTS = {
    ("libstdc++", "plain"): Variant("std::", STANDARD, "std"),
    ("libstdc++", "debug"): Variant("std::__debug::", STANDARD, "std", ["-D_GLIBCXX_DEBUG"]),
    ("libstdc++", "pmr"): Variant("std::", STANDARD, "std", ["-DPMR"]),
    ("libc++", "plain"): Variant("std::__1::", STANDARD, "std"),
    ("libc++", "pmr"): Variant("std::__1::", STANDARD, "std", ["-DPMR"]),
    ("libstdc++", "absl_hash"): Variant(
        "absl::", ["flat_hash_map", "flat_hash_set", "node_hash_map", "node_hash_set"],
        "absl_hash", free="absl::", lacks=ORDER_ONLY + ["absl::swap"],
        packages=["absl_flat_hash_map"]),
    ("libstdc++", "absl_btree"): Variant(
        "absl::", ["btree_map", "btree_set", "btree_multimap", "btree_multiset"],
        "absl_btree", free="absl::", packages=["absl_btree"]),
    ("libstdc++", "boost_unordered"): Variant(
        "boost::unordered::", HASHED, "boost_unordered", NOT_DEPRECATED, free="boost::unordered::",
        lacks=["boost::unordered::erase_if", "contains"]),
    ("libstdc++", "boost_1.81"): Variant(
        "boost::unordered::", HASHED, "boost_unordered", BOOST_181 + NOT_DEPRECATED, free="boost::unordered::"),
    ("libstdc++", "boost_flat_unordered"): Variant(
        "boost::unordered::", ["unordered_flat_map", "unordered_flat_set"],
        "boost_flat_unordered", BOOST_181, free="boost::unordered::"),
    ("libstdc++", "boost_tree"): Variant(
        "boost::container::", TREES, "boost_tree", free="boost::container::dtl::",
        classes={name: ["boost::container::" + name, "boost::container::dtl::node_alloc_holder"]
                 for name in TREES}),
    ("libstdc++", "boost_flat_map"): Variant(
        "boost::container::", ["flat_map", "flat_multimap"], "boost_flat_tree",
        free="boost::container::", lacks=["boost::container::dtl::"]),
    ("libstdc++", "boost_flat_set"): Variant(
        "boost::container::", ["flat_set", "flat_multiset"], "boost_flat_tree", ["-DSETS"],
        free="boost::container::dtl::"),
    ("libstdc++", "tsl_hash"): Variant(
        "tsl::", ["robin_map", "robin_set", "hopscotch_map", "hopscotch_set"], "tsl_hash",
        free="tsl::", lacks=ORDER_ONLY + ["erase_fast"]),
    ("libstdc++", "tsl_balanced"): Variant(
        "tsl::", ["bhopscotch_map", "bhopscotch_set"], "tsl_hash", ["-DBALANCED"],
        free="tsl::", lacks=ORDER_ONLY),
    ("libstdc++", "tsl_ordered"): Variant(
        "tsl::", ["ordered_map"], "tsl_ordered", free="tsl::", lacks=["capacity", "data"]),
    ("libstdc++", "tsl_ordered_vector"): Variant(
        "tsl::", ["ordered_set"], "tsl_ordered", free="tsl::"),
    ("libstdc++", "sparsehash"): Variant(
        "google::", ["dense_hash_map", "dense_hash_set", "sparse_hash_map", "sparse_hash_set"],
        "sparsehash", ["-DNDEBUG"], free="google::", lacks=CXX98 + ["cbegin", "cend", "contains", "reserve"]),
    ("libstdc++", "llvm_dense"): Variant(
        "llvm::", ["DenseMap"], "llvm_dense", LLVM, free="llvm::", lacks=LLVM_20,
        libraries=LLVM_LIBRARIES),
    ("libstdc++", "llvm_small"): Variant(
        "llvm::", ["SmallDenseMap"], "llvm_dense", LLVM + ["-DAS_MANY=WRITES"], free="llvm::",
        lacks=LLVM_20, libraries=LLVM_LIBRARIES),
    ("libstdc++", "llvm_set"): Variant(
        "llvm::", ["DenseSet", "SmallDenseSet"], "llvm_dense", LLVM + ["-DSETS"],
        free="llvm::detail::", lacks=LLVM_20[:-1], libraries=LLVM_LIBRARIES),
    ("libstdc++", "llvm_vector"): Variant(
        "llvm::", ["MapVector", "SmallMapVector"], "llvm_dense", LLVM + ["-DVECTORS"],
        free="none", lacks=LLVM_20 + ["(constructor)", "(assignment)", "at"],
        libraries=LLVM_LIBRARIES),
    ("libstdc++", "llvm_text"): Variant(
        "llvm::", ["StringMap"], "llvm_texts", LLVM + ["-DMAPS"], free="none",
        lacks=LLVM_20 + BY_VALUE + ["reserve"], libraries=LLVM_LIBRARIES),
    ("libstdc++", "llvm_pointers"): Variant(
        "llvm::", ["SmallPtrSet"], "llvm_texts", LLVM, free="llvm::", lacks=LLVM_20 + ["reserve"],
        libraries=LLVM_LIBRARIES),
    ("libstdc++", "qt"): Variant(
        "", ["QHash", "QMultiHash"], "qt", free=GLOBAL, lacks=QT_LATER, packages=["Qt6Core"]),
    ("libstdc++", "qt_map"): Variant(
        "", ["QMap", "QMultiMap"], "qt", NOT_DEPRECATED, free=GLOBAL, packages=["Qt6Core"]),
    ("libstdc++", "qt_set"): Variant(
        "", ["QSet"], "qt", ["-DSETS"], free=GLOBAL, packages=["Qt6Core"]),
    # Of the containers' first indices, and what of their second ones has rows of
    # its own.
    ("libstdc++", "boost_ordered_index"): Variant(
        "boost::multi_index::", ["ordered_index"], "boost_multi_index",
        free="boost::multi_index::", lacks=["contains", "merge"],
        classes={"ordered_index": multi_index("ordered_index")}),
    ("libstdc++", "boost_hashed_index"): Variant(
        "boost::multi_index::", ["hashed_index"], "boost_multi_index",
        free="boost::multi_index::", lacks=["contains", "rearrange", "operator!="] + ORDER_ONLY,
        classes={"hashed_index": multi_index("hashed_index", "sequenced_index")}),
    ("libstdc++", "boost_ranked_index"): Variant(
        "boost::multi_index::", ["ranked_index"], "boost_multi_index", NOT_DEPRECATED,
        free="boost::multi_index::", lacks=["contains", "rearrange"],
        classes={"ranked_index": multi_index("ranked_index", "random_access_index")}),
    ("libstdc++", "boost_bimap"): Variant(
        "boost::bimaps::", ["bimap"], "boost_bimap", free="none", partly=True,
        classes={"bimap": ["boost::bimaps::bimap", "boost::bimaps::views::map_view"]}),
    ("libstdc++", "c_g_hash_table"): Variant(
        "", ["g_hash_table"], "c_maps", ["-DMAP_IS_g_hash_table"], free="g_hash_table_", packages=["glib-2.0"],
        lacks=["g_hash_table_new", "g_hash_table_new_full", "g_hash_table_new_similar"], classes={"g_hash_table": []}),
    ("libstdc++", "c_g_tree"): Variant(
        "", ["g_tree"], "c_maps", ["-DMAP_IS_g_tree"], free="g_tree_", packages=["glib-2.0"],
        lacks=["g_tree_new", "g_tree_new_with_data", "g_tree_new_full", "g_tree_traverse"], classes={"g_tree": []}),
    ("libstdc++", "c_hsearch"): Variant(
        "", ["hsearch"], "c_maps", ["-DMAP_IS_hsearch"], free=("hsearch_r", "hcreate_r", "hdestroy_r"),
        packages=["glib-2.0"], lacks=["hcreate_r", "hdestroy_r"], classes={"hsearch": []}),
    ("libstdc++", "c_tsearch"): Variant(
        "", ["tsearch"], "c_maps", ["-DMAP_IS_tsearch"], free=("tsearch", "tfind", "tdelete"),
        packages=["glib-2.0"], classes={"tsearch": []}),
    ("libstdc++", "tbb_hash"): Variant(
        "tbb::detail::", ["concurrent_hash_map"], "tbb", ["-DHASH_MAP"], free="tbb::detail::",
        lacks=ORDER_ONLY + ["operator!="], packages=["tbb"]),
    ("libstdc++", "tbb_unordered"): Variant(
        "tbb::detail::", ["concurrent_unordered_map", "concurrent_unordered_multimap",
                          "concurrent_unordered_set"], "tbb", free="tbb::detail::",
        lacks=ORDER_ONLY + ["operator!="], packages=["tbb"]),
    ("libstdc++", "tbb_ordered"): Variant(
        "tbb::detail::", ["concurrent_map", "concurrent_set"], "tbb", free="tbb::detail::",
        lacks=["operator!=", "operator<=>"], packages=["tbb"]),
}

NEEDS_BOOST_181 = [name for (_, name), variant in VARIANTS.items() if BOOST_181[0] in variant.flags]

# Those that lit runs. Aliases of std::pmr are the same classes and rows with
# another allocator: one level of each library does.
BUILDS = [
    ("libstdc++", "plain", "O0"),
    ("libstdc++", "plain", "O2"),
    ("libstdc++", "debug", "O0"),
    ("libstdc++", "debug", "O2"),
    ("libstdc++", "pmr", "O0"),
    ("libc++", "plain", "O0"),
    ("libc++", "plain", "O2"),
    ("libc++", "pmr", "O2"),
]
# Of other libraries. A sample of them is one container each.
OTHERS = [build + (level,) for build in VARIANTS if build[1] not in ("plain", "debug", "pmr")
          for level in ("O0", "O2")]


def generated_tests(sample):
    """Library, variant, level and container of each."""
    for build in BUILDS + OTHERS:
        containers = VARIANTS[build[:2]].containers
        if sample and build in OTHERS:
            containers = containers[:1] if build[2] == "O2" else []
        for container in containers:
            yield build + (container,)


# Nothing printed may be left out, and nothing be looked up for it.
RUN_OPTIONS = "exitcode=0:max_reports=0:max_reports_per_map=0:symbolize=0"


class Failure(Exception):
    pass


class CatalogRow:
    """A line of mapsan-catalog."""

    def __init__(self, line):
        fields = line.rstrip("\n").split("\t")
        self.family, self.cls, name, discriminators = fields[:4]
        self.effect, self.evidence = fields[4:6]
        self.untested = fields[8] == "untested"
        # As rows/*.inc spell it.
        self.free = self.family == "(function)"
        self.namespace = name[:name.rfind("::") + 2] if self.free else ""
        if self.namespace in ("std::__1::", "std::__debug::"):
            name = "std::" + name[len(self.namespace):]
        self.operation = name + ("" if discriminators == "-" else " " + discriminators)

    def decided_by_evidence(self):
        return self.effect == "may-write" and self.evidence != "none"


def catalog_rows(prefix):
    """Of the built-in catalog: those of families and of free functions."""
    tool = os.path.join(prefix, "bin", "mapsan-catalog")
    output = subprocess.run([tool], check=True, capture_output=True, text=True).stdout
    lines = [line for line in output.splitlines() if not line.startswith("(") or line.startswith("(function)")]
    return [CatalogRow(line) for line in lines]


def command(arguments):
    result = subprocess.run(arguments, capture_output=True, text=True)
    if result.returncode:
        raise Failure(shlex.join(arguments) + "\n" + result.stdout + result.stderr)


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return None


class Build:
    """One combination of library, level and variant: shares its harness."""

    def __init__(self, options):
        self.options = options
        self.folder = os.path.join(
            options.work, "-".join([options.library, options.level, options.variant]))
        os.makedirs(self.folder, exist_ok=True)
        self.variant = VARIANTS[options.library, options.variant]
        self.compiler = [os.path.join(options.prefix, "bin", "mapsan-clang++")]
        self.compiler += ["-" + options.level, "-g", "-I" + os.path.join(options.prefix, "include")]
        self.compiler += ["-Wall", "-Wextra", "-Werror"]
        self.compiler += [flag.replace("{cache}", options.cache) for flag in self.variant.flags]
        self.compiler += self.variant.package_flags("cflags")
        # Last on the line, as static libraries stand behind what uses them.
        self.flags = shlex.split(options.flags)
        self.libraries = self.variant.package_flags("libs") + self.variant.libraries

    def compile(self, source, object, *flags):
        """Unless the object is there, of the same command, and newer than all
        that goes into it."""
        source = os.path.join(HERE, source)
        arguments = (self.compiler + ["-std=c++23"] + list(flags)
                     + ["-c", source, "-o", object] + self.flags)
        if os.path.exists(object) and read(object + ".command") == "\n".join(arguments):
            if os.path.getmtime(object) > self.newest_input():
                return
        for old in (object + ".command", object):
            if os.path.exists(old):
                os.remove(old)
        command(arguments)
        with open(object + ".command", "w") as file:
            file.write("\n".join(arguments))

    def newest_input(self):
        prefix = self.options.prefix
        folders = [HERE, os.path.join(HERE, "rows"), os.path.join(HERE, "containers"), os.path.join(HERE, "../support"),
                   os.path.join(prefix, "include/mapsan"), os.path.join(prefix, "bin")]
        inputs = [os.path.join(folder, file) for folder in folders for file in os.listdir(folder)]
        inputs += [os.path.join(prefix, "lib", "libMapSanPass.so")]
        return max(map(os.path.getmtime, inputs))

    def harness(self):
        """The objects that all containers share, by the first that comes."""
        objects = []
        with open(os.path.join(self.folder, "lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for name in ("harness", "reports"):
                objects.append(os.path.join(self.folder, name + ".o"))
                self.compile(name + ".cpp", objects[-1])
        return objects

    def program(self, name, *flags):
        object = os.path.join(self.folder, name + ".o")
        program = os.path.join(self.folder, name)
        self.compile("operations.cpp", object, "-DCONTAINER=" + self.options.container, *flags)
        command(self.compiler + [object] + self.harness() + ["-o", program]
                + self.libraries + self.flags)
        return program


def run(program, evidence):
    """The rows that the program ran, each [operation, label, ..., outcome], and
    the operations that this library does not have."""
    environment = dict(os.environ, MAPSAN_OPTIONS=RUN_OPTIONS)
    log = program + ".log"
    with open(log, "w") as errors:
        result = subprocess.run(
            [program, "--evidence=" + ";".join(evidence)], env=environment, text=True,
            stdout=subprocess.PIPE, stderr=errors)
    rows = []
    absent = []
    lines = result.stdout.splitlines()
    for line in lines:
        fields = line.split("\t")
        if fields[0] == "row":
            rows.append(fields[1:])
        elif fields[0] == "absent":
            absent.append(fields[1])
        elif rows and line.startswith("    "):
            rows[-1][-1] += "\n" + line
    if not lines or not lines[-1].startswith("rows %d failed " % len(rows)):
        last = rows[-1][1] if rows else "the first row"
        tail = open(log, errors="replace").read()[-2000:]
        raise Failure("%s ended with status %d after %s:\n%s"
                      % (program, result.returncode, last, tail))
    return rows, absent


def uncovered(rows, absent, catalog, options, variant):
    """What the table and the catalog have, each, without the other."""
    tested = {row[0] for row in rows}
    classes = variant.classes_of(options.container)
    cls = classes[0] if classes else options.container
    known = {row.operation for row in catalog if row.cls in classes}
    if classes and not known:
        raise Failure("the catalog has no class " + cls)
    standard = variant.namespace.startswith("std::")
    if standard:
        free = {row.operation for row in catalog if row.free and row.namespace == variant.namespace}
        # Ordered containers have every operator that there is; those before C++20
        # are not tested once more with other allocators.
        if options.variant == "pmr" or options.container.startswith("unordered_"):
            needed = known
        else:
            needed = known | free
    else:
        free = {row.operation for row in catalog
                if row.free and row.operation.startswith(variant.free)}
        needed = known | free
    # Debug mode has the rest in the namespace of the others, and std::swap takes
    # everybody's.
    free |= {row.operation for row in catalog if row.free and row.namespace == "std::"}
    needed = {name for name in needed if variant.has(options.container, name)}
    complaints = ["catalog row without a test: %s %s" % (cls, name)
                  for name in sorted(needed - tested - set(absent)) if not variant.partly]
    complaints += ["test without a catalog row: %s %s" % (cls, name)
                   for name in sorted(tested - known - free)]
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--container", required=True)
    parser.add_argument("--library", default="libstdc++", choices=["libstdc++", "libc++"])
    parser.add_argument("--level", default="O0")
    parser.add_argument("--variant", default="plain",
                        choices=sorted({variant for _, variant in VARIANTS}))
    parser.add_argument("--flags", default="", help="more, for compiling and linking")
    parser.add_argument("--cache", default=os.environ.get("MAPSAN_CACHE_DIR", ""),
                        help="what scripts/setup fetched")
    parser.add_argument("--work", default="operations-test")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()

    try:
        build = Build(options)
        catalog = catalog_rows(options.prefix)
        classes = build.variant.classes_of(options.container)
        evidence = sorted({row.operation for row in catalog
                           if row.decided_by_evidence() and (row.free or row.cls in classes)})
        rows, absent = run(build.program(options.container), evidence)
        if options.variant in ("plain", "debug"):
            program = build.program(
                options.container + "-cxx17", "-std=c++17", "-DONLY_COMPARISON")
            rows += run(program, [])[0]
        complaints = uncovered(rows, absent, catalog, options, build.variant)
    except Failure as failure:
        print(failure)
        return 1
    failed = [row for row in rows if row[-1].startswith("FAILED")]
    for row in rows if options.verbose else failed:
        operation, label, first, second, outcome = row
        effects = first if second == "-" else first + ", " + second
        print("%s: %s: %s: %s" % (operation, label, effects, outcome))
    for complaint in complaints:
        print(complaint)
    print("rows %d failed %d" % (len(rows), len(failed) + len(complaints)))
    return 1 if failed or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
