#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the catalog with the members that C++11 to C++23 give the
associative containers and the sequences, and looks for families of the catalog
without a test.

    test/operations/standard_members.py --prefix build/llvm-19

A member that the catalog forgot would be missed in silence: no row, no hook,
no test. The last line is `DONE` if nothing is missing.
"""

import argparse
import sys

import run_operations
import variants

COMMON = """
    (default-constructor) (copy-constructor) (move-constructor) (constructor)
    (destructor) (copy-assignment) (move-assignment) (assignment) get_allocator
    begin end cbegin cend empty size max_size
    clear insert insert_range emplace emplace_hint erase swap extract merge
    find count contains equal_range
""".split()
ORDERED = """
    rbegin rend crbegin crend lower_bound upper_bound key_comp value_comp
""".split()
UNORDERED = """
    bucket_count max_bucket_count bucket_size bucket load_factor
    max_load_factor rehash reserve hash_function key_eq
""".split()
UNIQUE_MAP = "operator[] at try_emplace insert_or_assign".split()
FREE = """
    std::operator== std::operator!= std::operator< std::operator<=
    std::operator> std::operator>= std::operator<=> std::swap std::erase_if
""".split()

OF_SEQUENCES = """
    (default-constructor) (copy-constructor) (move-constructor) (constructor)
    (destructor) (copy-assignment) (move-assignment) (assignment) get_allocator
    begin end cbegin cend empty max_size front clear resize assign assign_range swap
""".split()
TWO_ENDS = """
    rbegin rend crbegin crend size back push_back append_range pop_back insert
    insert_range erase
""".split()
BY_NUMBER = "operator[] at shrink_to_fit".split()
OBJECTS = "emplace emplace_back".split()
ROOM = "capacity reserve".split()
FRONT = "push_front emplace_front prepend_range pop_front".split()
LISTS = "merge remove remove_if unique reverse sort".split()
SEQUENCES = {
    "vector": TWO_ENDS + OBJECTS + BY_NUMBER + ROOM + ["data"],
    "vector<bool>": TWO_ENDS + OBJECTS + BY_NUMBER + ROOM + ["flip"],
    "deque": TWO_ENDS + OBJECTS + BY_NUMBER + FRONT,
    "list": TWO_ENDS + OBJECTS + FRONT + LISTS + ["splice"],
    "forward_list": FRONT + LISTS + """
        before_begin cbefore_begin insert_after insert_range_after emplace_after
        erase_after splice_after
    """.split(),
    "basic_string": TWO_ENDS + BY_NUMBER + ROOM + """
        data c_str length substr copy compare find rfind find_first_of find_last_of
        find_first_not_of find_last_not_of starts_with ends_with contains append
        operator+= replace replace_with_range resize_and_overwrite
    """.split(),
}
OF_TEXTS = """
    operator+ operator<< operator>> getline stoi stol stoll stoul stoull stof stod stold
""".split()

# Families that test/libraries has the tests of.
IN_LIBRARIES = {"libcds container", "folly ConcurrentHashMap"}

def members(container):
    names = set(COMMON)
    names.update(UNORDERED if container.startswith("unordered_") else ORDERED)
    if container in ("map", "unordered_map"):
        names.update(UNIQUE_MAP)
    return names

def standard_classes():
    """Each with what the standard says it has."""
    for namespace in ("std::", "std::__1::", "std::__debug::", "std::__cxx1998::"):
        for container in variants.STANDARD:
            yield namespace + container, members(container)
    for namespace in ("std::", "std::__1::"):
        for container, own in SEQUENCES.items():
            names = set(OF_SEQUENCES + own)
            if container == "basic_string":
                names.add("operator %sbasic_string_view" % namespace)
            yield namespace + container, names

def complaints(catalog):
    rows = {}
    for row in catalog:
        if not row.free:
            name = row.operation
            if not name.startswith("operator "):
                name = name.split(" ")[0]
            rows.setdefault(row.cls, set()).add(name)
    expected = set()
    for cls, names in standard_classes():
        expected.add(cls)
        if cls not in rows:
            yield "no such class in the catalog: " + cls
            continue
        for name in sorted(names - rows[cls]):
            yield "%s::%s is not in the catalog" % (cls, name)
        for name in sorted(rows[cls] - names):
            yield "%s::%s is in the catalog, but not in the standard" % (cls, name)
    # Of other libraries: a family's bases are tested through what inherits them.
    tested, by_hand = ({cls for variant in variants.VARIANTS.values() if variant.by_hand == hand
                        for container in variant.containers for cls in variant.classes_of(container)}
                       for hand in (False, True))
    families = {}
    for row in catalog:
        if not row.free:
            families.setdefault(row.family, set()).add(row.cls)
    untested = {row.family for row in catalog if row.untested}
    said_by_hand = {row.family for row in catalog if row.by_hand}
    for family, classes in sorted(families.items()):
        if family in IN_LIBRARIES:
            continue
        if not classes & (tested | expected) and family not in untested | said_by_hand:
            yield "no test for a family of the catalog: " + family
        if classes & (tested | by_hand) and family in untested:
            yield "a family that is said to be untested is tested: " + family
        if family in said_by_hand and (classes & tested or not classes & by_hand):
            yield "a family that is said to be tested by hand has no such variant, or is tested: " + family
    for namespace in ("std::", "std::__1::", "std::__debug::"):
        free = {row.operation for row in catalog if row.free and row.namespace == namespace}
        of_sequences = [] if namespace == "std::__debug::" else ["std::erase"] + ["std::" + name for name in OF_TEXTS]
        for name in sorted(set(FREE + of_sequences) - free):
            # Debug mode has no function of its own for it.
            if (namespace, name) != ("std::__debug::", "std::erase_if"):
                yield "%s in %s is not in the catalog" % (name, namespace)

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prefix", required=True)
    options = parser.parse_args()
    found = list(complaints(run_operations.catalog_rows(options.prefix, sequences=True)))
    for complaint in found:
        print(complaint)
    if found:
        return 1
    print("DONE")
    return 0

if __name__ == "__main__":
    sys.exit(main())
