/* SPDX-License-Identifier: Apache-2.0 */
/* Measures generated firmware on an emulated device: instructions, RAM, flash, stack, and whether
 * every output equals the host's bit for bit.
 *
 * The project of codegen.h is built twice with the target's compiler: the example program, for the
 * sizes of its ELF file, and a test program (firmware/measure_main.c) that runs under QEMU with
 * -icount shift=0, where one instruction is one nanosecond of virtual time. Instructions are
 * counted with the target's own counter: minstret on RISC-V, exact; SysTick on Cortex-M, in steps
 * of 40 (or 31.25) instructions. The cost of reading the counter is measured and subtracted, and a
 * loop of 2,000,000 instructions shows that the scale is right. Stack: the memory below the stack
 * pointer is painted before each call and looked at after it.
 *
 * Depends on codegen.h. Used by cli/, evaluate's requirements and tests. */
#ifndef MOTE_COMPILE_MEASURE_H
#define MOTE_COMPILE_MEASURE_H

#include "base/json.h"
#include "compile/codegen.h"

typedef struct {
    const char *work_dir; /* kept; NULL: a temporary folder, removed afterwards */
    /* Golden inputs, borrowed: samples of the input's shape when the model has a front end or a
     * signature, else int8 inputs. NULL: n_inputs random ones (seeded, so always the same). */
    const void *samples;
    const int8_t *inputs;
    int32_t n_inputs; /* 1..10000 */
    /* With samples: the network's inputs and outputs that were promised for them, which the device
     * must give besides what this host computes now; NULL: nothing was. */
    const int8_t *golden_in, *golden_out;
    int64_t timeout_ms; /* of the emulator; 0: 300 s */
} mote_measure_options;

typedef struct {
    /* Instructions, largest over the inputs; -1: this model has no such part. */
    int64_t network_instructions;
    int64_t hop_instructions;         /* front end, one frame, with quantisation */
    int64_t window_instructions;      /* front end, what it does to a window for one look */
    int64_t clip_instructions;        /* front end, all frames of one input */
    int64_t post_instructions;        /* detector, one step; or from output to answer */
    double resolution;                /* instructions per step of the counter */
    int64_t calibration_instructions; /* what the loop of 2,000,000 reads */
    int64_t overhead_instructions;    /* of measuring, subtracted above */
    /* Bytes. */
    int64_t flash_bytes;      /* example program: code, constants, initial data */
    int64_t ram_static_bytes; /* example program: all variables, the arena among them */
    int64_t arena_bytes, weights_bytes;
    int64_t network_stack_bytes, features_stack_bytes; /* measured; -1: no such part */
    int64_t stack_limit_bytes; /* largest frame of one function by -fstack-usage */
    /* Golden inputs. */
    int32_t n_inputs, n_equal; /* outputs (and features) that equal the host's */
    int32_t first_difference;  /* index of the first that does not, -1 */
    int64_t n_macs;
} mote_device_measurement;

/* Errors: those of mote_compile_project; MISSING_TOOL names the Debian package to install; IO with
 * the compiler's or emulator's message when they fail; TIMEOUT. A difference of outputs is no
 * error: look at n_equal. */
MOTE_MUST_USE mote_status mote_measure(const mote_compile_input *in, const mote_target *t,
                                       const mote_measure_options *options,
                                       mote_device_measurement *out, mote_err *err);

/* All fields, and the target's name, limits, and time at its usual clock (one cycle an
 * instruction, stated as such). A new reference; NULL: out of memory. */
json_t *mote_device_measurement_to_json(const mote_device_measurement *m, const mote_target *t);

#endif
