/* SPDX-License-Identifier: Apache-2.0 */
/* What a kind of answer provides to the model room: one row, one file answer_<kind>.c.
 *
 * Private to src/model: signature.c, decision.c, predictor.c and the rows. */
#ifndef MOTE_MODEL_ANSWER_H
#define MOTE_MODEL_ANSWER_H

#include "graph/graph.h"
#include "model/decision.h"
#include "model/predictor.h"
#include "model/signature.h"

/* One run of the graph, to be answered. */
typedef struct {
    const mote_signature *signature;
    const mote_decision *decision;
    const mote_tensor *in_tensor, *out_tensor;
    const void *in, *out; /* of the tensors' types */
    float *numbers;       /* [elements of out]: for the answer, lives until the next run */
} mote_model_answer_run;

typedef struct {
    const char *name;
    const char *numbers_name; /* what the numbers of an answer are called */
    bool has_classes;         /* one probability a label: detections can be made of them */
    /* Labels, units, events and n_outputs fit the answer: ARG. */
    mote_status (*check)(const mote_signature *s, mote_err *err);
    /* Its part of the decision. is_finite: JSON has no word for others, ARG. */
    json_t *(*to_json)(const mote_decision *d, const mote_signature *s);
    mote_status (*from_json)(const json_t *j, const mote_signature *s, mote_decision *out,
                             mote_err *err);
    mote_status (*is_finite)(const mote_decision *d, const mote_signature *s, mote_err *err);
    /* The graph's input and output have as many numbers as the answer takes: SHAPE. */
    mote_status (*fits)(const mote_signature *s, const mote_decision *d, const mote_tensor *in,
                        const mote_tensor *out, mote_err *err);
    void (*say)(const mote_model_answer_run *r, mote_prediction *out);
    /* What was said, as numbers: n_outputs of classes and values, 1 score. */
    int32_t (*width)(const mote_tensor *out);
    const float *(*numbers)(const mote_prediction *y);
} mote_model_answer;

const mote_model_answer *mote_model_answer_of(mote_answer_kind kind);

/* Element i of a tensor's values as the number it stands for. */
double mote_model_answer_number(const mote_tensor *t, const void *values, int64_t i);

extern const mote_model_answer mote_model_answer_class, mote_model_answer_value,
    mote_model_answer_anomaly;

#endif
