/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the builds of loops.inc; loops.c chooses. */
#ifndef MOTE_DATA_LOOPS_INTERNAL_H
#define MOTE_DATA_LOOPS_INTERNAL_H

#include "data/loops.h"

extern const mote_loops mote_loops_portable;
#if defined(__x86_64__)
extern const mote_loops mote_loops_avx2;
#endif

#endif
