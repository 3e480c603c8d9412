// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %cases -O0 %s -o %t.O0 && %run-cases %t.O0 2>%t.err | %FileCheck %s --strict-whitespace
// RUN: %cases -O2 %s -o %t.O2 && %run-cases %t.O2 2>%t.err | %FileCheck %s --strict-whitespace

// Intent: of two operations under way at once, each pair of kinds and each
// order of their ends: reported where one of them changed the map, by the one
// that turned out to have done it, and not otherwise.

#include "Inputs/inside.h"

// CHECK-NOT: UNEXPECTED

CASE(reads) {
  During([] { look(1); }, [] { look(2); });
}
// CHECK: reads: silent

CASE(read_then_write) {
  During([] { look(1); }, [] { copy(); }, Stop::InEqual);
}
// CHECK-NEXT: read_then_write: concurrent map read and map write, overlap
// CHECK-NEXT:   current: operator= in copy
// CHECK-NEXT:   previous: find in look

CASE(write_then_read) {
  During([] { copy(); }, [] { look(1); }, Stop::InCopy);
}
// CHECK-NEXT: write_then_read: concurrent map read and map write, overlap
// CHECK-NEXT:   current: find in look
// CHECK-NEXT:   previous: operator= in copy

CASE(write_then_write) {
  During([] { copy(); }, [] { overwrite(1); }, Stop::InCopy);
}
// CHECK-NEXT: write_then_write: concurrent map writes, overlap
// CHECK-NEXT:   current: insert_or_assign{{.*}} in overwrite
// CHECK-NEXT:   previous: operator= in copy

// --- one that may change it

CASE(read_then_insert) {
  During([] { look(1); }, [] { insert(2); });
}
// CHECK-NEXT: read_then_insert: concurrent map read and map write, overlap
// CHECK-NEXT:   current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT:   previous: find in look
CASE(read_then_insert_of_present) {
  During([] { look(1); }, [] { insert(1); });
}
// CHECK-NEXT: read_then_insert_of_present: silent
CASE(insert_then_read) {
  During([] { insert(2); }, [] { look(1); });
}
// CHECK-NEXT: insert_then_read: concurrent map read and map write, overlap
// CHECK-NEXT:   current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT:   previous: find in look
CASE(insert_of_present_then_read) {
  During([] { insert(1); }, [] { look(1); });
}
// CHECK-NEXT: insert_of_present_then_read: silent
CASE(insert_then_write) {
  During([] { insert(2); }, [] { exchange(); });
}
// CHECK-NEXT: insert_then_write: concurrent map read and map write, overlap
// CHECK-NEXT:   current: swap in exchange
// CHECK-NEXT:   previous: emplace (was about to insert) in insert
CASE(insert_of_present_then_write) {
  During([] { insert(1); }, [] { exchange(); }, Stop::InEqual);
}
// CHECK-NEXT: insert_of_present_then_write: concurrent map read and map write, overlap
// CHECK-NEXT:   current: swap in exchange
// CHECK-NEXT:   previous: emplace (was about to insert) in insert
CASE(write_then_insert) {
  During([] { copy(); }, [] { insert(2); }, Stop::InCopy);
}
// CHECK-NEXT: write_then_insert: concurrent map writes, overlap
// CHECK-NEXT:   current: emplace (inserted, size {{0 -> 1|1 -> 2}}) in insert
// CHECK-NEXT:   previous: operator= in copy
CASE(write_then_insert_of_present) {
  During([] { copy(); }, [] { remove(9); }, Stop::InCopy);
}
// CHECK-NEXT: write_then_insert_of_present: concurrent map read and map write, overlap
// CHECK-NEXT:   current: erase (changed nothing) in remove
// CHECK-NEXT:   previous: operator= in copy
CASE(iteration) {
  During([] { insert(2); }, [] { iterate(); });
}
// CHECK-NEXT: iteration: concurrent map iteration and map write, overlap
// CHECK-NEXT:   current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT:   previous: begin in iterate

// --- two that may

CASE(neither_inserts) {
  Interleave([] { insert(1); }, [] { remove(7); }, true);
}
// CHECK-NEXT: neither_inserts: silent
CASE(first_inserts_leaves_first) {
  Interleave([] { insert(2); }, [] { remove(7); }, true);
}
// CHECK-NEXT: first_inserts_leaves_first: concurrent map read and map write, overlap
// CHECK-NEXT:   current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT:   previous: erase (was about to erase) in remove
CASE(first_inserts_leaves_last) {
  Interleave([] { insert(2); }, [] { remove(7); }, false);
}
// CHECK-NEXT: first_inserts_leaves_last: concurrent map read and map write, overlap
// CHECK-NEXT:   current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT:   previous: erase (changed nothing) in remove
CASE(second_erases_leaves_last) {
  Interleave([] { insert(1); }, [] { remove(1); }, true);
}
// CHECK-NEXT: second_erases_leaves_last: concurrent map read and map write, overlap
// CHECK-NEXT:   current: erase (erased, size 1 -> 0) in remove
// CHECK-NEXT:   previous: emplace (changed nothing) in insert
CASE(second_inserts_leaves_first) {
  Interleave([] { remove(8); }, [] { index_by(3); }, false);
}
// CHECK-NEXT: second_inserts_leaves_first: concurrent map read and map write, overlap
// CHECK-NEXT:   current: operator[] (inserted, size 1 -> 2) in index_by
// CHECK-NEXT:   previous: erase (was about to erase) in remove
CASE(both_first_leaves_first) {
  Interleave([] { insert(2); }, [] { index_by(3); }, true);
}
// CHECK-NEXT: both_first_leaves_first: concurrent map read and map write, overlap
// CHECK-NEXT:   current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT:   previous: operator[] (was about to insert) in index_by
CASE(both_first_leaves_last) {
  Interleave([] { insert(2); }, [] { index_by(3); }, false);
}
// CHECK-NEXT: both_first_leaves_last: concurrent map read and map write, overlap
// CHECK-NEXT:   current: operator[] (inserted, size 1 -> 2) in index_by
// CHECK-NEXT:   previous: emplace (was about to insert) in insert

// --- whole lives

CASE(read_then_destruction) {
  During([] { look(1); }, [] { destroy(); }, Stop::InEqual);
}
// CHECK-NEXT: read_then_destruction: concurrent map destruction and map access, overlap
// CHECK-NEXT:   current: destructor in destroy
// CHECK-NEXT:   previous: find in look
CASE(destruction_then_read) {
  During([] { destroy(); }, [] { (void)table->size(); }, Stop::InDestructor);
}
// CHECK-NEXT: destruction_then_read: concurrent map destruction and map access, overlap
// CHECK-NEXT:   current: size in destruction_then_read_case::{{.*}}operator()
// CHECK-NEXT:   previous: destructor in destroy
CASE(read_then_construction) {
  During([] { look(1); }, [] { construct(); }, Stop::InEqual);
}
// CHECK-NEXT: read_then_construction: concurrent map read and map write, overlap
// CHECK-NEXT:   current: constructor in construct
// CHECK-NEXT:   previous: find in look
CASE(construction_then_read) {
  During([] { construct_as_other(); }, [] { (void)table->size(); },
         Stop::InCopy);
}
// CHECK-NEXT: construction_then_read: concurrent map read and map write, overlap
// CHECK-NEXT:   current: size in construction_then_read_case::{{.*}}operator()
// CHECK-NEXT:   previous: copy constructor in construct_as_other
CASE(construction_then_insert) {
  During([] { construct_as_other(); }, [] { remove(5); }, Stop::InCopy);
}
// CHECK-NEXT: construction_then_insert: concurrent map read and map write, overlap
// CHECK-NEXT:   current: erase (changed nothing) in remove
// CHECK-NEXT:   previous: copy constructor in construct_as_other

// --- two maps

CASE(source_is_read) {
  During([] { copy(); }, [] { look_other(1); }, Stop::InCopy);
}
// CHECK-NEXT: source_is_read: silent
CASE(source_is_changed) {
  During([] { copy(); }, [] { insert_other(2); }, Stop::InCopy);
}
// CHECK-NEXT: source_is_changed: concurrent map read and map write, overlap
// CHECK-NEXT:   current: emplace (inserted, size 1 -> 2) in insert_other
// CHECK-NEXT:   previous: operator= (the map is its argument) in copy
CASE(swap_of_one_read) {
  During([] { look(1); }, [] { exchange(); }, Stop::InEqual);
}
// CHECK-NEXT: swap_of_one_read: concurrent map read and map write, overlap
// CHECK-NEXT:   current: swap in exchange
// CHECK-NEXT:   previous: find in look
CASE(swap_of_other_read) {
  During([] { look_other(1); }, [] { exchange(); }, Stop::InEqual);
}
// CHECK-NEXT: swap_of_other_read: concurrent map read and map write, overlap
// CHECK-NEXT:   current: swap (the map is its argument) in exchange
// CHECK-NEXT:   previous: find in look_other
CASE(different_maps) {
  During([] { insert(2); }, [] { insert_other(2); });
}
// CHECK-NEXT: different_maps: silent

// --- more than two threads

CASE(two_readers_one_writer) {
  During([] { look(1); }, [] { During([] { tally(1); }, [] { insert(2); }); });
}
// CHECK-NEXT: two_readers_one_writer: concurrent map read and map write, overlap
// CHECK-NEXT:   current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT:   previous: find in look
// CHECK-NEXT: two_readers_one_writer: concurrent map read and map write, overlap
// CHECK-NEXT:   current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT:   previous: count in tally
// One that inserts is told of both, and of a site once.
CASE(many_readers_of_one_writer) {
  During([] { insert(2); },
         [] {
           for (int i = 0; i < 100; i++)
             std::thread([] { look(1); }).join();
           std::thread([] { tally(1); }).join();
         });
}
// CHECK-NEXT: many_readers_of_one_writer: concurrent map read and map write, overlap
// CHECK-NEXT:   current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT:   previous: count in tally
// CHECK-NEXT: many_readers_of_one_writer: concurrent map read and map write, overlap
// CHECK-NEXT:   current: emplace (inserted, size 1 -> 2) in insert
// CHECK-NEXT:   previous: find in look
// The three differ: the one that is undecided tells of the other two apart.
CASE(three_undecided) {
  During([] { insert(2); },
         [] { During([] { index_by(3); }, [] { remove(1); }); });
}
// CHECK-NEXT: three_undecided: concurrent map read and map write, overlap
// CHECK-NEXT:   current: erase (erased, size 1 -> 0) in remove
// CHECK-NEXT:   previous: emplace (was about to insert) in insert
// CHECK-NEXT: three_undecided: concurrent map read and map write, overlap
// CHECK-NEXT:   current: erase (erased, size 1 -> 0) in remove
// CHECK-NEXT:   previous: operator[] (was about to insert) in index_by
// CHECK-NEXT: three_undecided: concurrent map read and map write, overlap
// CHECK-NEXT:   current: operator[] (size 1) in index_by
// CHECK-NEXT:   previous: emplace (was about to insert) in insert

int main() { return RunCases(); }

// CHECK: DONE: 33 cases
