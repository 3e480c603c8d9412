/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 * A library that calls back. */

#ifndef MAPSAN_TEST_CANDIDATES_VENDOR_H
#define MAPSAN_TEST_CANDIDATES_VENDOR_H

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Runs the callback when `turn` callbacks are over. */
void vendor_in_turn(int turn, void (*callback)(void *), void *arg);
pthread_t vendor_thread(void *(*start)(void *), void *arg);
pthread_t vendor_thread_calling_back(void (*callback)(void *), void *arg);
void vendor_sorts(int (*callback)(const void *, const void *));

#ifdef __cplusplus
}
#endif

#endif /* MAPSAN_TEST_CANDIDATES_VENDOR_H */
