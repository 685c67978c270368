/* SPDX-License-Identifier: Apache-2.0 */
/* What a model takes and what it says, in a form that needs no graph to read.
 *
 * The same words for every kind: one sample is a tensor of a stated shape and type, and what comes
 * out is n_outputs numbers that mean classes, values or a score (answer.h). What differs between
 * answers is a row there, what differs between inputs is a front end (feature/frontend.h).
 *
 * Depends on base/, project/task.h, data/columns. Used by whoever has models. */
#ifndef MOTE_MODEL_SIGNATURE_H
#define MOTE_MODEL_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/tensor.h"
#include "project/task.h"

struct mote_columns; /* data/columns.h */

#define MOTE_MODEL_MAX_LABELS  512
#define MOTE_MODEL_MAX_EVENTS  64 /* labels of a model that reacts in a stream */
#define MOTE_MODEL_MAX_COLUMNS 4096
#define MOTE_LABEL_BYTES       48

/* Texts are borrowed: of a loaded model they live as long as it does. */
typedef struct {
    mote_input_kind input; /* MOTE_N_INPUTS: a tensor of which nothing more is known */
    mote_shape sample;     /* of one sample, as mote_predict takes it */
    double rate_hz;        /* steps (rows of the first dimension) a second; 0: no time */
    int32_t n_columns;     /* what the numbers of a sample are called; 0: they have no names */
    const char *const *columns;
    const char *fit; /* how a file of other proportions is made to fit; NULL: nothing is */
    const struct mote_columns *fields; /* of rows: how one is read; else NULL */

    mote_answer_kind answer;
    int32_t n_outputs; /* classes, values, or 1 score */
    int32_t n_labels;  /* names of the outputs: n_outputs of classes and values, else 0 */
    const char *labels[MOTE_MODEL_MAX_LABELS];
    const char *units[MOTE_MODEL_MAX_LABELS]; /* of values, "" for none; NULL of others */
    uint64_t events; /* bit i: label i reacts; 0 where there are more than MAX_EVENTS */
} mote_signature;

/* A model of classes that takes the tensor [..] of float32: what a network alone has. Every label
 * reacts, where events has room for all. labels are borrowed; `dims` without the batch dimension.
 */
mote_signature mote_signature_of_tensor(int32_t n_dims, const int32_t *dims, int32_t n_labels,
                                        const char *const *labels);

/* Whether what is said by output i is an event. */
bool mote_signature_reacts(const mote_signature *s, int32_t output);

/* ARG, naming what is missing, too long, no UTF-8, twice there, or not fitting the answer. */
MOTE_MUST_USE mote_status mote_signature_check(const mote_signature *s, mote_err *err);

/* As it stands in model.json (docs/formats/bundle.md), a new reference (NULL: out of memory); and
 * back, checked. Texts are borrowed from j, lists live in `a`. PARSE, ARG. */
json_t *mote_signature_to_json(const mote_signature *s);
MOTE_MUST_USE mote_status mote_signature_from_json(const json_t *j, mote_arena *a,
                                                   mote_signature *out, mote_err *err);

/* The same samples in and the same answers out: one model can take the place of the other. */
bool mote_signature_equal(const mote_signature *a, const mote_signature *b);

#endif
