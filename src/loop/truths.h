/* SPDX-License-Identifier: Apache-2.0 */
/* Truths that come later, joined with the prediction log: how wrong a model is in use.
 *
 * They are of predictions by their number, or by the id of the request (what the client sent as
 * X-Request-Id, or as `id` of the Open Inference Protocol; the third row of a request of several is
 * `ID:3`), as the labels of kept inputs are (kept.h). What cannot be joined is counted, and the
 * first ones named.
 *
 * Depends on kept.h, serve/predlog, monitor/truth. Used by cli/ (monitor) and web/. */
#ifndef MOTE_LOOP_TRUTHS_H
#define MOTE_LOOP_TRUTHS_H

#include "base/json.h"
#include "loop/kept.h"
#include "model/model.h"
#include "monitor/truth.h"
#include "track/registry.h"

/* Of a model version in use. */
typedef struct {
    const mote_model *model;  /* its bundle says what was promised */
    mote_names normal;        /* of scores: labels of what is normal, beside "normal" itself */
    mote_truth_config config; /* watch, close_last, now_ms; the rest is the model's */
} mote_truths_config;

#define MOTE_TRUTHS_NAMED 8
/* Some that are out of the ordinary. */
typedef struct {
    size_t n;
    const char *first[MOTE_TRUTHS_NAMED]; /* [min(n, MOTE_TRUTHS_NAMED)] by name */
} mote_truths_odd;

typedef struct {
    size_t n_rows;
    size_t n_joined;             /* whose prediction the log has, and that say something of it */
    mote_truths_odd unknown;     /* whose prediction it does not have, or of another version */
    mote_truths_odd unclear;     /* of several predictions, without a number, of no class */
    mote_truths_odd repeated;    /* of the joined: came before, and are the same */
    mote_truths_odd disagreeing; /* of the joined: came before, and are not; the first stays */
    double inside;               /* of values: share inside their interval; NaN: none is stated */
    mote_truth_measure measure;
    mote_truths_judged judged;
} mote_truths;

/* The model of a project whose truths come: `name` is NAME, NAME@ALIAS or NAME/VERSION; NULL: the
 * project's, NAME alone: its champion. The watch is that of mote.yaml. close_last and now_ms are
 * the caller's to set. `version` lives as long as `a`, the model until mote_truths_close.
 * NOT_FOUND, and those of reading the bundle. */
typedef struct {
    mote_model_version version;
    mote_model *model;
    mote_truths_config config;
} mote_truths_model;
MOTE_MUST_USE mote_status mote_truths_open(mote_store *s, const mote_project *project,
                                           const char *name, mote_arena *a, mote_truths_model *out,
                                           mote_err *err);
void mote_truths_close(mote_truths_model *m);

/* Lives as long as `a` and the model. Errors: those of the log and the store. */
MOTE_MUST_USE mote_status mote_truths_join(mote_store *s, const mote_truths_config *cfg,
                                           const mote_kept_labels *labels, mote_arena *a,
                                           mote_truths *out, mote_err *err);

/* Read them from CSV with a header: a column `id` (of the request), and of values one for each by
 * its name, else one called `column`. NOT_FOUND: one is missing (named); those of reading. */
MOTE_MUST_USE mote_status mote_truths_read(const char *path, const mote_signature *says,
                                           const char *column, mote_arena *a, mote_kept_labels *out,
                                           mote_err *err);

/* For commands and routes. A new reference owned by the caller. */
MOTE_MUST_USE mote_status mote_truths_json(const mote_monitor_config *of, const mote_truths *t,
                                           json_t **out, mote_err *err);

#endif
