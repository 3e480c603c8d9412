# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The containers under test, by library and set of flags, and where the catalog
says more than one of them has."""

import re
import shlex
import subprocess

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
                 libraries=(), classes=None, partly=False, followed=True,
                 by_hand=False, sequences=False):
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
        self.followed = followed  # the catalog says what invalidates its iterators
        self.sequences = sequences  # looked at where that is asked for
        self.by_hand = by_hand  # its headers have to be given, so that lit does not run it

    def classes_of(self, container):
        return self.classes.get(container, [self.namespace + container])

    def package_flags(self, what):
        if not self.packages:
            return []
        command = ["pkg-config", "--" + what] + list(self.packages)
        result = subprocess.run(command, check=True, capture_output=True, text=True)
        # What newer compilers warn of in libraries is not for us to mend.
        return [re.sub("^-I", "-isystem", flag) for flag in shlex.split(result.stdout)]

    def has(self, container, operation):
        name = operation.split(" ")[0]
        base = name[name.rfind("::") + 2:] if "::" in name else name
        if base in MAP_ONLY and ("set" in container or "multi" in container):
            return False
        scope = name[:len(name) - len(base)]
        return not {operation, name, base, scope} & set(self.lacks)


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

REDIS_LATER = ["dictFindPositionForInsert", "dictInsertAtPosition", "dictTwoPhaseUnlinkFind",
               "dictTwoPhaseUnlinkFree", "dictFindEntryByPtrAndHash", "dictShrink",
               "dictShrinkIfNeeded", "dictExpandIfNeeded", "dictRehashMicroseconds",
               "dictInitIterator", "dictInitSafeIterator", "dictResetIterator", "dictScanDefrag"]
ROBIN_LACKS = ["bucket_count", "equal_range", "erase arguments=2", "get_allocator",
               "hash_function", "key_eq", "max_load_factor arguments=1"]
F14_VECTOR = ["rbegin", "rend", "crbegin", "crend", "iter", "riter"]
PHMAP_INSIDE = ["_find_key", "find_or_prepare_insert", "prepare_insert", "erase_meta_only",
                "drop_deletes_without_resize", "has_element", "phmap::priv::swap",
                "phmap::swap", "dump", "load", "phmap_dump", "phmap_load"]


def multi_index(*classes):
    return (["boost::multi_index::multi_index_container"]
            + ["boost::multi_index::detail::" + name for name in classes])


# (What C++20 makes of others is not tested once more.)
SEQUENCES = ["vector", "vector_bool", "deque", "list", "forward_list", "string"]
SEQUENCES_LACK = ["operator!=", "operator<", "operator<=", "operator>", "operator>=",
                  "swap arguments=2"]


def sequences(namespace):
    return Variant(
        namespace, SEQUENCES, "std_sequences", sequences=True, lacks=SEQUENCES_LACK,
        classes={"vector_bool": [namespace + "vector<bool>"],
                 "string": [namespace + "basic_string"]})


VARIANTS = {
    ("libstdc++", "plain"): Variant("std::", STANDARD, "std"),
    ("libstdc++", "debug"): Variant("std::__debug::", STANDARD, "std", ["-D_GLIBCXX_DEBUG"], followed=False),
    ("libstdc++", "pmr"): Variant("std::", STANDARD, "std", ["-DPMR"]),
    ("libstdc++", "sequences"): sequences("std::"),
    ("libc++", "sequences"): sequences("std::__1::"),
    ("libstdc++", "absl_inlined"): Variant(
        "absl::", ["InlinedVector"], "std_sequences", ["-DINLINED"],
        free=("absl::operator", "absl::swap"), sequences=True,
        lacks=["append_range", "assign_range", "insert_range"], packages=["absl_inlined_vector"],
        followed=False),
    ("libstdc++", "qt_list"): Variant(
        "", ["QList"], "qt_list", free="erase_if", sequences=True, lacks=["emplace_front"],
        packages=["Qt6Core"], followed=False),
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
        "boost::unordered::", ["unordered_map", "unordered_multiset"], "boost_unordered",
        BOOST_181 + NOT_DEPRECATED, free="boost::unordered::"),
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
        "llvm::", ["SmallDenseMap"], "llvm_dense", LLVM + ["-DSMALL", "-DAS_MANY=WRITES"],
        free="llvm::", lacks=LLVM_20, libraries=LLVM_LIBRARIES),
    ("libstdc++", "llvm_set"): Variant(
        "llvm::", ["DenseSet"], "llvm_dense", LLVM + ["-DSETS"], free="llvm::detail::",
        lacks=LLVM_20[:-1], libraries=LLVM_LIBRARIES),
    ("libstdc++", "llvm_small_set"): Variant(
        "llvm::", ["SmallDenseSet"], "llvm_dense", LLVM + ["-DSMALL", "-DSETS", "-DAS_MANY=WRITES"],
        free="llvm::detail::", lacks=LLVM_20[:-1], libraries=LLVM_LIBRARIES),
    ("libstdc++", "llvm_vector"): Variant(
        "llvm::", ["MapVector"], "llvm_dense", LLVM + ["-DVECTORS"],
        free="none", lacks=LLVM_20 + ["(constructor)", "(assignment)", "at"],
        libraries=LLVM_LIBRARIES),
    ("libstdc++", "llvm_small_vector"): Variant(
        "llvm::", ["SmallMapVector"], "llvm_dense", LLVM + ["-DSMALL", "-DVECTORS"],
        free="none", lacks=LLVM_20 + ["(constructor)", "(assignment)", "at"],
        libraries=LLVM_LIBRARIES),
    ("libstdc++", "llvm_text"): Variant(
        "llvm::", ["StringMap"], "llvm_texts", LLVM + ["-DMAPS"], free="none",
        lacks=LLVM_20 + BY_VALUE + ["reserve"], libraries=LLVM_LIBRARIES),
    ("libstdc++", "llvm_pointers"): Variant(
        "llvm::", ["SmallPtrSet"], "llvm_texts", LLVM, free="llvm::", lacks=LLVM_20 + ["reserve"],
        libraries=LLVM_LIBRARIES),
    ("libstdc++", "qt"): Variant(
        "", ["QHash"], "qt", free=GLOBAL, lacks=QT_LATER, packages=["Qt6Core"]),
    # (What an iterator to an erased element leads to is not there.)
    ("libstdc++", "qt_multi_hash"): Variant(
        "", ["QMultiHash"], "qt", ["-DCHECKS_ITERATORS"], free=GLOBAL, lacks=QT_LATER, packages=["Qt6Core"]),
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
        lacks=["g_hash_table_new", "g_hash_table_new_full", "g_hash_table_new_similar"], classes={"g_hash_table": []}, followed=False),
    ("libstdc++", "c_g_tree"): Variant(
        "", ["g_tree"], "c_maps", ["-DMAP_IS_g_tree"], free="g_tree_", packages=["glib-2.0"],
        lacks=["g_tree_new", "g_tree_new_with_data", "g_tree_new_full", "g_tree_traverse"], classes={"g_tree": []}, followed=False),
    ("libstdc++", "c_hsearch"): Variant(
        "", ["hsearch"], "c_maps", ["-DMAP_IS_hsearch"], free=("hsearch_r", "hcreate_r", "hdestroy_r"),
        packages=["glib-2.0"], lacks=["hcreate_r", "hdestroy_r"], classes={"hsearch": []}, followed=False),
    ("libstdc++", "c_tsearch"): Variant(
        "", ["tsearch"], "c_maps", ["-DMAP_IS_tsearch"], free=("tsearch", "tfind", "tdelete"),
        packages=["glib-2.0"], classes={"tsearch": []}, followed=False),
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
    # By hand.
    ("libstdc++", "phmap_flat"): Variant(
        "phmap::", ["flat_hash_set", "flat_hash_map"], "phmap_hash", free="phmap::",
        lacks=ORDER_ONLY + PHMAP_INSIDE + ["resize"], by_hand=True),
    ("libstdc++", "phmap_node"): Variant(
        "phmap::", ["node_hash_set", "node_hash_map"], "phmap_hash", free="phmap::",
        lacks=ORDER_ONLY + PHMAP_INSIDE, by_hand=True),
    ("libstdc++", "phmap_btree"): Variant(
        "phmap::", ["btree_map", "btree_set", "btree_multimap", "btree_multiset"], "phmap_btree",
        free="phmap::", lacks=["insert_or_assign", "phmap::priv::swap"], by_hand=True),
    ("libstdc++", "ankerl"): Variant(
        "ankerl::unordered_dense::", ["map", "set", "segmented_map", "segmented_set"], "ankerl",
        free="ankerl::unordered_dense::", lacks=["max_size"], by_hand=True,
        classes={name: ["ankerl::unordered_dense::detail::table<std::allocator, %s>" % segmented,
                        "ankerl::unordered_dense::detail::table"] # of other containers, the same rows
                 for name, segmented in (("map", "false"), ("set", "false"), ("segmented_map", "true"),
                                         ("segmented_set", "true"))}),
    ("libstdc++", "robin_hood"): Variant(
        "robin_hood::", ["unordered_flat_map", "unordered_flat_set"], "robin_hood",
        free="robin_hood::", by_hand=True, lacks=ROBIN_LACKS,
        classes={name: ["robin_hood::detail::Table<true>"]
                 for name in ("unordered_flat_map", "unordered_flat_set")}),
    ("libstdc++", "robin_hood_node"): Variant(
        "robin_hood::", ["unordered_node_map", "unordered_node_set"], "robin_hood", ["-DNODES"],
        free="robin_hood::", by_hand=True, lacks=ROBIN_LACKS,
        classes={name: ["robin_hood::detail::Table<false>"]
                 for name in ("unordered_node_map", "unordered_node_set")}),
    ("libstdc++", "f14_map"): Variant(
        "folly::", ["F14ValueMap", "F14NodeMap", "F14FastMap"], "f14", ["-msse4.2"], free="folly::",
        by_hand=True, lacks=ORDER_ONLY + F14_VECTOR + ["emplace_token"]),
    ("libstdc++", "f14_vector_map"): Variant(
        "folly::", ["F14VectorMap"], "f14", ["-msse4.2"], free="folly::",
        by_hand=True, lacks=ORDER_ONLY + ["emplace_token"]),
    ("libstdc++", "f14_set"): Variant(
        "folly::", ["F14ValueSet", "F14NodeSet", "F14FastSet"], "f14", ["-msse4.2"], free="folly::",
        by_hand=True, lacks=ORDER_ONLY + F14_VECTOR + ["try_emplace_token"]),
    ("libstdc++", "f14_vector_set"): Variant(
        "folly::", ["F14VectorSet"], "f14", ["-msse4.2"], free="folly::",
        by_hand=True, lacks=ORDER_ONLY + ["try_emplace_token"]),
    ("libstdc++", "redis_dict"): Variant(
        "", ["redis_dict"], "redis_dict", ["-Wno-everything"], free="dict",
        lacks=["dictCreate", "dictRelease"] + REDIS_LATER, classes={"redis_dict": []},
        by_hand=True, followed=False),
}

NEEDS_BOOST_181 = [name for (_, name), variant in VARIANTS.items() if BOOST_181[0] in variant.flags]

# Those that lit runs. Of the standard libraries as most programs use them: all of
# each library at both levels (of sequences one, where a sample will do).
LEVELS = ("O0", "O2")
EVERYWHERE = [(library, variant, level) for library in ("libstdc++", "libc++")
              for variant in ("plain", "sequences") for level in LEVELS]
# Of everything else all at one level, -O2 but for debug mode (aliases of std::pmr
# are the same classes with another allocator), and for time's sake one of each
# kind at the other. A sample is one of each kind at the first.
ELSEWHERE = [build + ("O0" if build[1] == "debug" else "O2",) for build, variant in VARIANTS.items()
             if build[1] not in ("plain", "sequences") and not variant.by_hand]


def generated_tests(sample):
    """Library, variant, level and container of each."""
    for build in EVERYWHERE:
        variant = VARIANTS[build[:2]]
        for container in variant.containers[:1] if sample and variant.sequences else variant.containers:
            yield build + (container,)
    for library, variant, level in ELSEWHERE:
        containers = VARIANTS[library, variant].containers
        for container in containers[:1] if sample else containers:
            yield library, variant, level, container
        if not sample and variant != "pmr":
            yield library, variant, "O2" if level == "O0" else "O0", containers[0]


def at_all_levels():
    """The same, of all that there are."""
    for build, variant in VARIANTS.items():
        if not variant.by_hand:
            yield from (build + (level, container) for level in LEVELS for container in variant.containers)
