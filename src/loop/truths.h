/* SPDX-License-Identifier: Apache-2.0 */
/* Truths that come later, brought back as a file: joined with the prediction log by the id of the
 * request, they say how wrong a model of values is in use.
 *
 * The file is CSV with a header: a column `id` (what the client sent as X-Request-Id, or as `id` of
 * the Open Inference Protocol; the third row of a request of several is `ID:3`), and a column of
 * each value by its name. Depends on serve/predlog, monitor/truth. Used by cli/ (monitor). */
#ifndef MOTE_LOOP_TRUTHS_H
#define MOTE_LOOP_TRUTHS_H

#include "base/json.h"
#include "model/model.h"
#include "monitor/truth.h"

typedef struct {
    const char *path;
    const mote_model *model;  /* that is in use; its bundle says what was promised */
    mote_truth_config config; /* but for `promised` */
} mote_truths_config;

typedef struct {
    size_t n_rows;
    size_t n_joined;  /* rows whose prediction the log has */
    size_t n_unknown; /* whose id it does not have, or of another version */
    size_t n_unclear; /* whose id several predictions have, or that lack a number */
    double error;     /* mean absolute error of all that were joined; NaN: none */
    double inside;    /* share of truths inside their interval; NaN: the model states none */
    double promised;  /* the largest error that was; NaN: nothing was */
    mote_truths_judged judged;
} mote_truths;

/* Errors: UNSUPPORTED  the model says no values; NOT_FOUND  a column is missing (named); those of
 * reading the file, the log and the store. Lives as long as `a`. */
MOTE_MUST_USE mote_status mote_truths_join(mote_store *s, const mote_truths_config *cfg,
                                           mote_arena *a, mote_truths *out, mote_err *err);

#endif
