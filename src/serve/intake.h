/* SPDX-License-Identifier: Apache-2.0 */
/* How a model is given its input: one row for each way, in a file of its own (intake_sound.c,
 * intake_tensor.c). Commands and routes ask the row of a model and know no kind.
 *
 * Depends on serve/classify.h. Used by serve/, web/, cli/. */
#ifndef MOTE_SERVE_INTAKE_H
#define MOTE_SERVE_INTAKE_H

#include "base/mem.h"
#include "base/text.h"
#include "serve/classify.h"

/* Numbers that came as a tensor. All borrowed. */
typedef struct {
    const char *name; /* of the tensor */
    const float *values;
    size_t n;     /* of them: whole samples, one behind the other */
    bool is_real; /* they came as floats */
} mote_intake_numbers;

struct mote_intake {
    const char *tensor;  /* name of the input as a tensor; NULL: the graph's own */
    const char *kept_as; /* what the prediction log calls a kept input */
    bool takes_missing;  /* NaN, null in JSON, is a value that is not there, not a fault */
    bool reads_files;    /* people send a file of it: what a client means that names no model */

    /* Is this how the model is given its input? The first row that says so is its. */
    bool (*fits)(const mote_model *m);
    /* One sample, as predict takes it; *rate_hz: of what runs in time, else 0. */
    void (*shape)(const mote_model *m, mote_shape *sample, int32_t *rate_hz);
    /* For people: "sound, 16000 samples at 16000 Hz". */
    void (*describe)(const mote_served *s, mote_buf *out);

    /* The int8 model on x[0..n), elements of the sample's type. SHAPE when n is another. */
    mote_status (*predict)(mote_predictor *p, const void *x, size_t n, mote_prediction *out,
                           mote_err *err);
    /* A file, of any length, to one answer; see mote_classify. */
    mote_status (*classify)(mote_infer *t, const mote_asked *asked, mote_arena *a,
                            mote_classification *out, mote_err *err);
    /* The numbers as elements of samples, *out borrowed from them or in `a`. RANGE: a number is
     * none of these. */
    mote_status (*take)(const mote_intake_numbers *in, mote_arena *a, const void **out,
                        mote_err *err);
    /* One sample as the file that is kept of it: one that `classify` and mote data add read. */
    mote_status (*encode)(const mote_model *m, const void *x, size_t n, mote_buf *out,
                          mote_err *err);
};

/* `encode` of rows whose samples are float32: kept as they lie in memory. */
mote_status mote_intake_keep_f32(const mote_model *m, const void *x, size_t n, mote_buf *out,
                                 mote_err *err);

/* A file that is one sample as a JSON array of numbers, flat or nested as the model takes them:
 * into out[asked->s->n_values]. SHAPE: more or fewer. */
MOTE_MUST_USE mote_status mote_intake_json(const mote_asked *asked, float *out, mote_err *err);

/* The row of a model; static storage. */
const mote_intake *mote_intake_of(const mote_model *m);

#endif
