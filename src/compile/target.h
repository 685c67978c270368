/* SPDX-License-Identifier: Apache-2.0 */
/* Device targets: compiler, flags, emulated board, usual limits. Depends on plan.h. Used by
 * codegen.c, footprint.c, measure.c, project checks and cli/. */
#ifndef MOTE_COMPILE_TARGET_H
#define MOTE_COMPILE_TARGET_H

#include <stdbool.h>

#include "compile/plan.h"

typedef enum {
    MOTE_COUNTER_SYSTICK_25,
    MOTE_COUNTER_SYSTICK_32,
    MOTE_COUNTER_MINSTRET
} mote_counter;

typedef struct {
    const char *name; /* "cortex-m4f" */
    const char *text;
    const char *prefix;                          /* "arm-none-eabi-" */
    const char *compiler_package, *libc_package; /* Debian's names */
    const char *cflags;
    const char *emulator, *emulator_package, *machine;
    uint32_t code_origin, code_bytes, ram_origin, ram_bytes;
    mote_counter counter;
    int64_t clock_hz;               /* of a usual part, to turn counts into time */
    int64_t flash_limit, ram_limit; /* bytes, of a usual part */
    bool has_fpu;                   /* single precision at least */
} mote_target;

extern const mote_target mote_targets[];
extern const size_t mote_n_targets;
extern const char mote_target_help[]; /* "cortex-m0plus, .., preset cortex-m4f" */

/* NOT_FOUND lists the names and the nearest one. *out is static. */
MOTE_MUST_USE mote_status mote_target_find(const char *name, const mote_target **out,
                                           mote_err *err);

/* The kernels that are chosen for a target. */
mote_isa mote_target_isa(const mote_target *t);

#endif
