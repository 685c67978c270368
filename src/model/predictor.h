/* SPDX-License-Identifier: Apache-2.0 */
/* Predicting with a model: a sample in, an answer out, bit for bit as the microcontroller computes
 * it (device/signal, device/nn).
 *
 *     sample --front end--> features --quantise--> graph --decision--> class, values or score
 *
 * Depends on model.h, runner.h, feature/frontend.h. Used by evaluate/, serve/, track/, cli/. */
#ifndef MOTE_MODEL_PREDICTOR_H
#define MOTE_MODEL_PREDICTOR_H

#include <stdbool.h>

#include "feature/frontend.h"
#include "model/model.h"

/* One per thread. */
typedef struct mote_predictor mote_predictor;
MOTE_MUST_USE mote_status mote_predictor_create(mote_model *m, mote_predictor **out,
                                                mote_err *err); /* takes its own reference */
void mote_predictor_destroy(mote_predictor *p);
const mote_model *mote_predictor_model(const mote_predictor *p); /* borrowed */

/* What is not of the model's answer is 0 or NULL. Pointers live until the next prediction. */
typedef struct {
    int32_t class_id;           /* of the largest probability, the first of equals */
    const float *probabilities; /* [n_labels], sum about 1 */
    const float *values;        /* [n_outputs] */
    float score;
    bool is_anomaly;       /* the score reaches the threshold */
    const void *in, *out;  /* input and output of the graph, in its types (int8) */
    const float *features; /* [frames][values]; NULL: no front end, or they came from outside */
} mote_prediction;

/* One sample of n numbers in the shape and type of the signature. SHAPE otherwise. */
MOTE_MUST_USE mote_status mote_predict(mote_predictor *p, const void *x, size_t n,
                                       mote_prediction *out, mote_err *err);

/* The float32 input of the graph, computed elsewhere: quantised with its scale and zero point. Of a
 * model without front end that is the sample. SHAPE when n is another number. */
MOTE_MUST_USE mote_status mote_predict_features(mote_predictor *p, const float *in, size_t n,
                                                mote_prediction *out, mote_err *err);

/* The steps of mote_predict by themselves, for who shares frames between windows: hear.h.
 * frames: the front end over n_steps steps of x, out [frames][values] as they are kept, each value
 * of mote_predictor_kept_bytes: quantised for the graph's input, or as floats when a window is yet
 * to normalise them; features is scratch of as many floats. SHAPE when n_steps is less than one
 * frame.
 * window: the frames of one window, as they are kept, to the graph's input.
 * run: the int8 graph alone; out has n_outputs values. */
size_t mote_predictor_kept_bytes(const mote_predictor *p);
MOTE_MUST_USE mote_status mote_predictor_frames(mote_predictor *p, const void *x, size_t n_steps,
                                                float *features, void *out, mote_err *err);
MOTE_MUST_USE mote_status mote_predictor_window(mote_predictor *p, const void *frames, int8_t *out,
                                                mote_err *err);
void mote_predictor_run(mote_predictor *p, const int8_t *in, int8_t *out);

/* The probabilities of an int8 output, at a temperature: what a predictor reports, and what judges
 * of a graph count. One rule for both: int8 gives 0 to most classes, and how 0 is taken decides how
 * sure the answer looks. */
void mote_model_probabilities(const int8_t *out, const mote_quant *quant, int32_t n,
                              float temperature, float *probabilities);

/* What was said, as numbers: n_outputs probabilities or values, or the score. Borrowed from y. */
const float *mote_prediction_numbers(mote_answer_kind answer, const mote_prediction *y);

/* What those numbers are called: "probabilities", "values", "score". Static storage. */
const char *mote_model_numbers_name(mote_answer_kind answer);

/* One probability a label, of which one is the answer. */
bool mote_model_has_classes(mote_answer_kind answer);

/* What a graph's output means by itself, for judges of graphs that are in no model yet: the same
 * rule as a predictor's, whatever the answer.
 *   width   numbers that are said of a sample
 *   in, out of the graph, in its types
 *   said    out, [width] probabilities, values, or the score */
int32_t mote_model_said_width(mote_answer_kind answer, const mote_graph *g);
void mote_model_said(mote_answer_kind answer, const mote_decision *d, const mote_graph *g,
                     const void *in, const void *out, float *said);

/* p^(1/T) / sum, in place, one row of n_classes; a p below MOTE_LEAST_PROBABILITY counts as that.
 * This is the softmax of logits / T (Guo et al. 2017, section 4.2). */
#define MOTE_LEAST_PROBABILITY 1e-7
void mote_temperature_apply(float *row, int32_t n_classes, double temperature);

#endif
