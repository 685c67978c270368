/* SPDX-License-Identifier: Apache-2.0 */
/* Where settings and target do not suit each other, and what changing a setting would save: the
 * front end's arithmetic against the core's (with or without FPU), a stream that cannot keep up,
 * memory that a usual part does not have, a clock that is not the target's, an energy budget that
 * nothing can be compared with. Sentences for people, each with the key of mote.yaml that it is
 * about.
 *
 * Depends on footprint.h, measure.h. Used by pipeline/ (stage compile), cli/ (compile, measure). */
#ifndef MOTE_COMPILE_ADVICE_H
#define MOTE_COMPILE_ADVICE_H

#include "base/json.h"
#include "compile/footprint.h"
#include "compile/measure.h"

#define MOTE_ADVICE_MAX 8

typedef struct {
    const char *about; /* "arithmetic", "real_time", "ram", ..: for programs */
    const char *key;   /* of mote.yaml, static; "" when no setting helps */
    char text[640];
} mote_advice_item;

typedef struct {
    mote_advice_item items[MOTE_ADVICE_MAX];
    int32_t n;
    /* The other arithmetic's front end, when it was measured: what is beside the figures. */
    bool has_other;
    mote_device_measurement other;
} mote_advice;

/* What a project says of its device; all 0: there is none, the target's usual clock is taken. */
typedef struct {
    double clock_hz;
    double latency_budget_ms;
    double energy_budget_uj, energy_pj_per_instruction;
} mote_advice_device;

/* What is judged: a model on a core, in a device. Borrowed. */
typedef struct {
    const mote_compile_input *input;
    const mote_target *target;
    mote_advice_device device;
} mote_placement;

/* From shapes and recorded code sizes alone, no tool needed: arithmetic and memory; also the rest
 * when it was measured (m, else NULL). `f` is the footprint of the model on the core. Errors: those
 * of mote_footprint_estimate. */
MOTE_MUST_USE mote_status mote_advise_estimated(const mote_placement *p, const mote_footprint *f,
                                                const mote_device_measurement *m, mote_advice *out,
                                                mote_err *err);

/* From `m`, measured with `options`. When the front end's arithmetic does not suit the core, the
 * same model with the other one is built and run too, on the same inputs: the figures in the text
 * are measured. Errors: those of mote_measure. */
MOTE_MUST_USE mote_status mote_advise_measured(const mote_placement *p,
                                               const mote_measure_options *options,
                                               const mote_device_measurement *m, mote_advice *out,
                                               mote_err *err);

/* An array of {about, key, text}; a new reference, NULL: out of memory. */
json_t *mote_advice_to_json(const mote_advice *a);

#endif
