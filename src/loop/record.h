/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping what was measured of a served model, for the requirements that ask for it.
 * Depends on pipeline/, track/registry.h. Used by cli/ (bench), web/. */
#ifndef MOTE_LOOP_RECORD_H
#define MOTE_LOOP_RECORD_H

#include "pipeline/pipeline.h"

/* Of n answered requests. */
typedef struct {
    const char *version; /* that answered; "" or the first one when there were none or several */
    bool is_one_version;
    int64_t n;
    double seconds;
    double mean_ms, sd_ms;
    double p99_ms, p99_lo_ms, p99_hi_ms; /* hi < 0: too few requests for an interval */
} mote_serving_figures;

/* Keep p99_ms and requests_per_second under the model that the deploy stage registered, and give
 * the registry the verdicts with the new numbers, because it judges a promotion by them. `source`
 * says how they were measured. CONFLICT when it was not that version that answered. */
MOTE_MUST_USE mote_status mote_record_serving(const mote_pipeline_config *cfg,
                                              const mote_serving_figures *f, const char *source,
                                              mote_err *err);

/* Give the registry the verdicts of the version that the deploy stage registered, with all numbers
 * that are there by now. NOT_FOUND when that stage is not fresh. */
MOTE_MUST_USE mote_status mote_record_renew(const mote_pipeline_config *cfg, mote_pipeline *p,
                                            mote_err *err);

#endif
