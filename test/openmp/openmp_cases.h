// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Cases (test/support/cases.h) that name the rule of happens-before that they
// rest on, or NO_RULE if nothing is to be ordered.

#ifndef MAPSAN_TEST_OPENMP_CASES_H
#define MAPSAN_TEST_OPENMP_CASES_H

#include "cases.h"

#undef SILENT
#define SILENT(Name, ...) MAPSAN_TEST_CASE(Name, false)
#define NO_RULE ""

#endif // MAPSAN_TEST_OPENMP_CASES_H
