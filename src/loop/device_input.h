/* SPDX-License-Identifier: Apache-2.0 */
/* What compile, measure and export share: a MODEL argument becomes the input of the C generator.
 * Depends on track/model_ref.h, compile/. Used by cli/ (compile, measure, export). */
#ifndef MOTE_LOOP_DEVICE_INPUT_H
#define MOTE_LOOP_DEVICE_INPUT_H

#include "compile/codegen.h"
#include "model/model.h"
#include "store/store.h"

typedef struct {
    mote_compile_input input; /* borrows from what is below */
    mote_model *model;        /* a bundle; NULL for a .tflite file */
    mote_graph *graph;        /* of a .tflite file, else NULL */
    char name[128];
    const char *labels[MOTE_MODEL_MAX_LABELS];
} mote_device_input;

/* store: NULL when there is no project. MODEL is a registry name, a run, a bundle file, or an int8
 * .tflite file (which has neither front end nor labels); files are known by their content.
 * mote_device_input_release frees. */
MOTE_MUST_USE mote_status mote_device_input_load(mote_store *store, const char *model,
                                                 mote_device_input *out, mote_err *err);
void mote_device_input_release(mote_device_input *m);

#endif
