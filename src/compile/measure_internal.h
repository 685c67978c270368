/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by measure.c and measure_golden.c only. */
#ifndef MOTE_COMPILE_MEASURE_INTERNAL_H
#define MOTE_COMPILE_MEASURE_INTERNAL_H

#include "compile/measure.h"

typedef struct {
    const mote_compile_input *in;
    const mote_target *target;
    const mote_measure_options *options;
    mote_arena arena;
    const char *dir;
    int32_t n_inputs;
    const void *samples; /* as given, or random */
    const void *inputs;
    mote_device_measurement result;
} measuring;

/* Are the inputs samples, or those of the network? */
bool measure_takes_samples(const mote_compile_input *in);

/* Choose the inputs and write in.bin. */
MOTE_MUST_USE mote_status measure_write_inputs(measuring *m, mote_err *err);

/* Compute every output on the host and compare with out.bin. */
MOTE_MUST_USE mote_status measure_compare(measuring *m, mote_err *err);

#endif
