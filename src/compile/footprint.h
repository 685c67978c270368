/* SPDX-License-Identifier: Apache-2.0 */
/* What a program for a device will take, before it is built and before the model is trained.
 *
 * Everything but the code follows from shapes and settings alone and is exact: activations,
 * scratch and weights of the network, tables and buffers of the front end, history of the detector.
 * The code comes from a table of measured sizes (code_sizes.def), which
 * tests/device/run_measure.sh keeps within 20 % of the programs that 'mote measure' builds.
 * Depends on codegen.h. Used by pipeline/ and cli/. */
#ifndef MOTE_COMPILE_FOOTPRINT_H
#define MOTE_COMPILE_FOOTPRINT_H

#include "compile/codegen.h"

#define MOTE_CODE_TOLERANCE 0.2 /* of code_bytes, relative */

typedef struct {
    /* RAM. */
    int64_t arena_bytes;  /* activations and scratch of the network */
    int64_t buffer_bytes; /* front end and detector: samples, features, history */
    int64_t ram_bytes;    /* their sum: the program's variables, without about 100
                             bytes of counters and start-up code; not the stack */
    /* Flash. */
    int64_t weights_bytes;     /* with biases and multipliers */
    int64_t table_bytes;       /* of the front end */
    int64_t code_bytes;        /* estimated */
    int64_t flash_bytes;       /* their sum */
    int64_t least_flash_bytes; /* with the code at the low end of its tolerance */
    int64_t macs;              /* of one run of the network */
} mote_footprint;

/* The program that mote_compile_project(in, t, ..) would write. in->graph may be an untrained float
 * graph; of in->thresholds only whether there are any matters, which makes the detector part of it.
 * Errors: those of mote_plan_make; RANGE for impossible features, ARG for such a
 * detector. */
MOTE_MUST_USE mote_status mote_footprint_estimate(const mote_compile_input *in,
                                                  const mote_target *t, mote_footprint *out,
                                                  mote_err *err);

#endif
