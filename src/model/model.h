/* SPDX-License-Identifier: Apache-2.0 */
/* The bundle: everything that changes a prediction, in one file; and the model made from it.
 *
 * A bundle file (docs/formats/bundle.md) holds named sections with checksums:
 *   model.json   name, labels, front-end settings, input quantisation, operating point, drift
 *                reference, lineage
 *   graph.s8     the int8 graph that ships
 *   graph.f32    the float graph it was made from (optional)
 *   golden.bin   golden inputs and outputs (optional)
 *
 * It is the unit that is versioned, approved, served, flashed and rolled back.
 *
 * mote_model is a loaded bundle: immutable, shared between threads by reference counting. Each
 * thread predicts with its own mote_predictor. Audio goes through device/signal and device/nn:
 * bit for bit what the microcontroller computes.
 *
 * Depends on base/, feature/, graph.h, runner.h. Used by evaluate/, compile/, track/, serve/. */
#ifndef MOTE_MODEL_MODEL_H
#define MOTE_MODEL_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"
#include "feature/frontend.h"
#include "graph/graph.h"

#define MOTE_MODEL_MAX_LABELS 64
#define MOTE_LABEL_BYTES      48

/* How a stream of window probabilities becomes detections; see device/stream. Thresholds are
 * probabilities in (0, 1]; labels that never trigger (unknown, silence) have threshold 0. */
typedef struct {
    int32_t smooth_hops; /* moving average over the last 1..64 windows */
    int32_t suppress_ms; /* after a detection */
    int32_t hop_ms;      /* between windows */
    float thresholds[MOTE_MODEL_MAX_LABELS];
    float temperature; /* > 0; applied to reported probabilities only, 1: none */
} mote_operating_point;

/* As it stands in model.json, a new reference (NULL: out of memory); and back, for n_labels labels.
 * PARSE names the member that is missing or out of range. */
json_t *mote_operating_point_to_json(const mote_operating_point *op, int32_t n_labels);
MOTE_MUST_USE mote_status mote_operating_point_from_json(const json_t *j, int32_t n_labels,
                                                         mote_operating_point *out, mote_err *err);

/* Golden vectors: PCM in, int8 features and int8 outputs expected of every target. */
typedef struct {
    int32_t n;
    int32_t n_pcm;       /* samples a clip */
    int32_t n_in, n_out; /* int8 values of the graph's input and output */
    const int16_t *pcm;  /* [n][n_pcm] */
    const int8_t *in;    /* [n][n_in] */
    const int8_t *out;   /* [n][n_out] */
} mote_golden;

/* Append them as golden.bin of a bundle has them; and back, into `a`. PARSE when the bytes are not
 * as many as the counts say. */
void mote_golden_write(const mote_golden *g, mote_buf *out);
MOTE_MUST_USE mote_status mote_golden_read(const void *bytes, size_t n, mote_arena *a,
                                           mote_golden *out, mote_err *err);

/* What a bundle is made of; all borrowed. Two bundles of equal parts are the same bytes: when and
 * in which run they were made stands in the registry. */
typedef struct {
    const char *name;
    int32_t n_labels;
    const char *const *labels;
    int32_t clip_samples;          /* PCM samples of one window; 0: a model without front end,
                                     its input is a tensor */
    const mote_frontend *features; /* NULL when clip_samples is 0 */
    const mote_graph *graph_s8;
    const mote_graph *graph_f32;                 /* NULL: left out */
    const mote_operating_point *operating_point; /* NULL: defaults */
    const json_t *drift_reference;               /* NULL: none; evaluate/reference_profile.h */
    const json_t *lineage;     /* NULL: none; data, seed, settings, program; no times, no run */
    const json_t *metrics;     /* NULL: none; measurements and verdicts, without their times */
    const mote_golden *golden; /* NULL: none */
} mote_bundle_parts;

MOTE_MUST_USE mote_status mote_bundle_write(const mote_bundle_parts *parts, mote_buf *out,
                                            mote_err *err);

typedef struct mote_model mote_model;

/* Load from memory or file; bounds everything by the bytes present, checks checksums and
 * agreement of labels, front end and graph. *out has one reference. */
MOTE_MUST_USE mote_status mote_model_load(const void *bytes, size_t n, mote_model **out,
                                          mote_err *err);
MOTE_MUST_USE mote_status mote_model_load_file(const char *path, mote_model **out, mote_err *err);
mote_model *mote_model_ref(mote_model *m); /* atomic */
void mote_model_unref(mote_model *m);      /* NULL is fine */

/* Borrowed, live as long as the model. */
const char *mote_model_name(const mote_model *m);
int32_t mote_model_n_labels(const mote_model *m);
const char *mote_model_label(const mote_model *m, int32_t class_id);
int32_t mote_model_clip_samples(const mote_model *m);
const mote_frontend *mote_model_features(const mote_model *m); /* NULL: none */
const mote_shape *mote_model_sample(const mote_model *m);      /* of one; NULL: a tensor */
const mote_graph *mote_model_graph_s8(const mote_model *m);
const mote_graph *mote_model_graph_f32(const mote_model *m); /* NULL: left out */
const mote_operating_point *mote_model_operating_point(const mote_model *m);
const json_t *mote_model_drift_reference(const mote_model *m); /* NULL: none */
const json_t *mote_model_document(const mote_model *m);        /* model.json whole */
const mote_golden *mote_model_golden(const mote_model *m);     /* NULL: none */
const mote_sha256 *mote_model_hash(const mote_model *m);       /* of the bundle's bytes */

/* One per thread. */
typedef struct mote_predictor mote_predictor;
MOTE_MUST_USE mote_status mote_predictor_create(mote_model *m, mote_predictor **out,
                                                mote_err *err); /* takes its own reference */
void mote_predictor_destroy(mote_predictor *p);

typedef struct {
    int32_t class_id;           /* of the largest probability, the first of equals */
    const float *probabilities; /* [n_labels], sum about 1; lives until the next prediction */
    const int8_t *in, *out;     /* int8 input and output of the graph; same life */
    const float *features;      /* [frames][coefficients] float; same life; NULL: no front end */
} mote_prediction;

/* The probabilities of an int8 output, at a temperature: what a predictor reports, and what judges
 * of a graph count. One rule for both: int8 gives 0 to most classes, and how 0 is taken decides how
 * sure the answer looks. */
void mote_model_probabilities(const int8_t *out, const mote_quant *quant, int32_t n,
                              float temperature, float *probabilities);

/* p^(1/T) / sum, in place, one row of n_classes; a p below MOTE_LEAST_PROBABILITY counts as that.
 * This is the softmax of logits / T (Guo et al. 2017, section 4.2). */
#define MOTE_LEAST_PROBABILITY 1e-7
void mote_temperature_apply(float *row, int32_t n_classes, double temperature);

/* A clip of exactly clip_samples int16 samples at the front end's rate (SHAPE otherwise). */
MOTE_MUST_USE mote_status mote_predict_pcm(mote_predictor *p, const int16_t *pcm, size_t n,
                                           mote_prediction *out, mote_err *err);

/* A float32 input tensor in the graph's input shape: quantised with the input's scale and zero
 * point. For models without front end, or features computed elsewhere. */
MOTE_MUST_USE mote_status mote_predict_f32(mote_predictor *p, const float *in, size_t n,
                                           mote_prediction *out, mote_err *err);

/* The steps of mote_predict_pcm by themselves, for who shares frames between windows:
 * model/hear.h.
 * frames: the front end over pcm[0..n) and the quantisation for the graph's input, out
 * [frames][values]; features is scratch of as many floats. SHAPE when n is less than one frame.
 * run: the int8 graph alone; out has n_labels values. */
const mote_model *mote_predictor_model(const mote_predictor *p); /* borrowed */
MOTE_MUST_USE mote_status mote_predictor_frames(mote_predictor *p, const int16_t *pcm, size_t n,
                                                float *features, int8_t *out, mote_err *err);
void mote_predictor_run(mote_predictor *p, const int8_t *in, int8_t *out);

#endif
