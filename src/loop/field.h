/* SPDX-License-Identifier: Apache-2.0 */
/* What only use can tell: the requirements with `where: field`, which of them are open, and keeping
 * a number that somebody brings back from the field.
 *
 * Depends on pipeline/. Used by cli/ (monitor), web/. */
#ifndef MOTE_LOOP_FIELD_H
#define MOTE_LOOP_FIELD_H

#include "pipeline/pipeline.h"
#include "project/verdict.h"

/* The verdicts of the requirements that are asked of the field, as mote.yaml lists them; they
 * live as long as `a` and cfg's project. cfg as for mote_pipeline_create. */
MOTE_MUST_USE mote_status mote_field_verdicts(const mote_pipeline_config *cfg, mote_arena *a,
                                              mote_verdicts *out, mote_err *err);

/* A number from the field. */
typedef struct {
    const char *metric;   /* a name of metrics.def */
    const char *value;    /* as a limit is written in mote.yaml: "91.5 %" */
    int64_t n_samples;    /* that it rests on */
    double hours;         /* of use, for a rate; else 0 */
    const char *observed; /* how it was found, for whoever reads the verdict: "returns of May" */
} mote_field_figure;

/* Keep it for the model that the deploy stage registered, with a 95 % interval where the metric has
 * one (a share: Wilson, a rate: Poisson), and give the registry the verdicts with it.
 *
 * Errors:  ARG        no requirement asks the field for this metric, the value is not in its unit
 *                     or outside its range, or what it rests on is not said
 *          NOT_FOUND  the project has no up-to-date model */
MOTE_MUST_USE mote_status mote_field_record(const mote_pipeline_config *cfg,
                                            const mote_field_figure *f, mote_err *err);

#endif
