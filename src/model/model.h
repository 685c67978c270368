/* SPDX-License-Identifier: Apache-2.0 */
/* A model made from a bundle (bundle.h): immutable, shared between threads by reference counting.
 * Each thread predicts with its own mote_predictor (predictor.h).
 *
 * Depends on base/, feature/, graph.h, signature.h, decision.h. Used by evaluate/, compile/,
 * track/, serve/. */
#ifndef MOTE_MODEL_MODEL_H
#define MOTE_MODEL_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/status.h"
#include "feature/frontend.h"
#include "graph/graph.h"
#include "model/decision.h"
#include "model/golden.h"
#include "model/signature.h"

typedef struct mote_model mote_model;

/* Load from memory or file; bounds everything by the bytes present, checks checksums and
 * agreement of signature, front end and graph. The training graph is left alone:
 * mote_bundle_training. UNSUPPORTED, with its version, for a bundle that a newer mote made. *out
 * has one reference. */
MOTE_MUST_USE mote_status mote_model_load(const void *bytes, size_t n, mote_model **out,
                                          mote_err *err);
MOTE_MUST_USE mote_status mote_model_load_file(const char *path, mote_model **out, mote_err *err);
mote_model *mote_model_ref(mote_model *m); /* atomic */
void mote_model_unref(mote_model *m);      /* NULL is fine */

/* Borrowed, live as long as the model. */
const char *mote_model_name(const mote_model *m);
const mote_signature *mote_model_signature(const mote_model *m);
const mote_frontend *mote_model_frontend(const mote_model *m); /* never NULL: row none */
const mote_decision *mote_model_decision(const mote_model *m);
const mote_graph *mote_model_graph(const mote_model *m);       /* that ships */
const json_t *mote_model_drift_reference(const mote_model *m); /* NULL: none */
const json_t *mote_model_document(const mote_model *m);        /* model.json whole */
const mote_golden *mote_model_golden(const mote_model *m);     /* NULL: none */
const mote_sha256 *mote_model_hash(const mote_model *m);       /* of the bundle's bytes */

/* Parts of the above by themselves. */
int32_t mote_model_n_labels(const mote_model *m);
const char *mote_model_label(const mote_model *m, int32_t class_id);
const mote_operating_point *mote_model_operating_point(const mote_model *m);
/* Steps of a sample that a front end goes over; 0: a model without front end. */
int32_t mote_model_clip_samples(const mote_model *m);
/* Whether a stream is listened to: classes, one of which reacts, by a front end that goes over
 * time. */
bool mote_model_has_stream(const mote_model *m);
const mote_shape *mote_model_sample(const mote_model *m);
const mote_frontend *mote_model_features(const mote_model *m); /* NULL: the row none */

#endif
