/* SPDX-License-Identifier: Apache-2.0 */
/* loops.inc with 8 lanes. Compiled with -mavx2; called only where loops.c has seen that the
 * processor has it. */
#define LANES       8
#define LOOPS_NAME  "avx2"
#define LOOPS_TABLE mote_loops_avx2
#include "data/loops.inc"
