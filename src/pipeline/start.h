/* SPDX-License-Identifier: Apache-2.0 */
/* training.start: the model that training begins with. Its float graph gives the weights, and its
 * front end is that of the project: what it has learned it has learned of such features.
 *
 * Read at the beginning of a lap; the hash of its bytes is in the key of every stage that sees
 * features. Used by the engine (pipeline.c), which gives it to the settings, and by recipe.c. */
#ifndef MOTE_PIPELINE_START_H
#define MOTE_PIPELINE_START_H

#include "base/hash.h"
#include "data/form.h"
#include "graph/graph.h"
#include "model/model.h"
#include "project/project.h"
#include "store/store.h"

#define MOTE_MAX_TEACHERS 16

typedef struct mote_start {
    char name[128], version[128]; /* as MODEL is named (track/model_ref.h) */
    mote_sha256 hash;             /* of the bundle, or the .tflite file */
    mote_graph *graph;            /* float32, folded; NULL: there is no start */
    mote_model *model;            /* NULL: a network alone, which has no front end */
} mote_start;

/* Find and load what `key` (training.start, training.teacher) says: a registered model, a run, or a
 * file, beside mote.yaml or in the folder at hand: a bundle, or a float .tflite network. *out owned
 * by the caller (mote_start_release).
 *
 * Errors: NOT_FOUND, and those of loading; ARG the project's own model by a name that moves on;
 * UNSUPPORTED it has no float graph. */
MOTE_MUST_USE mote_status mote_start_open(mote_store *store, const mote_project *p, const char *key,
                                          const char *reference, mote_start *out, mote_err *err);
void mote_start_release(mote_start *s); /* an empty one is fine */

/* For lineage: {"name", "version", "sha256", "lineage": what it says of its own}. A new reference
 * owned by the caller; NULL: out of memory. */
json_t *mote_start_to_json(const mote_start *s);

/* The front end to begin with, for samples of that form: the start's, or where it has none that of
 * mote.yaml. ARG, by name: what mote.yaml says of features, or what the samples are, is not what
 * the start knows. */
MOTE_MUST_USE mote_status mote_start_frontend(const mote_start *s, const mote_project *p,
                                              const mote_sample_form *form, mote_frontend *out,
                                              mote_err *err);

#endif
