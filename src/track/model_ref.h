/* SPDX-License-Identifier: Apache-2.0 */
/* What MODEL means: a file, the registry, or a run.
 *
 *   path of a bundle file           name from the bundle, version: 12 digits of its SHA-256
 *   path of a .tflite file          name of the file; a classifier of tensors whose labels are the
 *                                   numbers of its outputs, without thresholds: it detects nothing
 *   name, name@alias, name/version  the registry, under its name and version number
 *   run id, name, "latest"          the artifact "....mote" of a run; version: 8 digits of its id.
 *                                   A run has one when the last stage (deploy) is done; until then
 *                                   the refusal says how far it is and what makes the model
 * Files are known by their content, whatever their names.
 *
 * Depends on store/, graph/, track/registry.h, track/run.h. Used by serve/, loop/, web/, cli/. */
#ifndef MOTE_TRACK_MODEL_REF_H
#define MOTE_TRACK_MODEL_REF_H

#include "base/mem.h"
#include "model/model.h"
#include "store/store.h"

#define MOTE_MODEL_REF_NAME_BYTES 128
#define MOTE_MODEL_REF_MAX_BYTES  ((size_t)1 << 30)

/* What a reference means now. */
typedef struct {
    char name[MOTE_MODEL_REF_NAME_BYTES];
    char version[MOTE_MODEL_REF_NAME_BYTES];
    char source[512];
    bool is_followed;   /* may come to mean something else */
    mote_sha256 object; /* in the store; not for files */
    mote_model *model;  /* one reference for the caller */
} mote_resolved_model;

/* Find and load. store NULL: files only. NOT_FOUND says where was looked. */
MOTE_MUST_USE mote_status mote_model_resolve(mote_store *store, const char *reference,
                                             mote_resolved_model *out, mote_err *err);

#endif
