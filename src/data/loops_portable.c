/* SPDX-License-Identifier: Apache-2.0 */
/* loops.inc with 4 lanes, for any machine. */
#define LANES       4
#define LOOPS_NAME  "portable"
#define LOOPS_TABLE mote_loops_portable
#include "data/loops.inc"
