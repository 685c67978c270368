/* SPDX-License-Identifier: Apache-2.0 */
/* What compile, measure and export share: a MODEL argument becomes the input of the C generator.
 * Depends on serve/source.h, compile/. Used by cmd_compile.c, cmd_measure.c, cmd_export.c. */
#ifndef MOTE_CLI_MODEL_INPUT_H
#define MOTE_CLI_MODEL_INPUT_H

#include "cli/cli.h"
#include "compile/codegen.h"
#include "model/model.h"

typedef struct {
    mote_compile_input input; /* borrows from what is below */
    mote_model *model;        /* a bundle; NULL for a .tflite file */
    mote_graph *graph;        /* of a .tflite file, else NULL */
    char name[128];
    const char *labels[MOTE_MODEL_MAX_LABELS];
} mote_model_input;

/* MODEL is a registry name, a run, a bundle file, or an int8 .tflite file (which has neither front
 * end nor labels); files are known by their content. mote_model_input_release frees. */
MOTE_MUST_USE mote_status mote_model_input_load(mote_cli *cli, const char *model,
                                                mote_model_input *out, mote_err *err);
void mote_model_input_release(mote_model_input *m);

#endif
