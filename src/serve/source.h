/* SPDX-License-Identifier: Apache-2.0 */
/* Where served models come from: a file, the registry, or a run; and the watch over aliases.
 *
 * A reference is what the command line calls MODEL:
 *   path of a bundle file           name from the bundle, version: 12 digits of its SHA-256
 *   path of an int8 .tflite file    name of the file; a classifier of tensors whose labels are the
 *                                   numbers of its outputs, without thresholds: it detects nothing
 *   name, name@alias, name/version  the registry; served under its name and version number
 *   run id, name, "latest"          the artifact "....mote" of a run; version: 8 digits of its id
 * Files are known by their content, whatever their names. A name or alias is followed: when it
 * comes to mean another version, that is loaded and exchanged under load. A version that cannot be
 * loaded leaves the one that is served in place.
 *
 * Depends on store/, track/, serve/models.h. Used by web/ (load on request), cli/. */
#ifndef MOTE_SERVE_SOURCE_H
#define MOTE_SERVE_SOURCE_H

#include "base/mem.h"
#include "serve/models.h"
#include "store/store.h"

#define MOTE_SOURCE_MAX_BUNDLE_BYTES ((size_t)1 << 30)

/* What a reference means now. */
typedef struct {
    char name[MOTE_SERVE_NAME_BYTES];
    char version[MOTE_SERVE_NAME_BYTES];
    char source[512];
    bool is_followed;   /* may come to mean something else */
    mote_sha256 object; /* in the store; not for files */
    mote_model *model;  /* one reference for the caller */
} mote_source_model;

/* Find and load. store NULL: files only. NOT_FOUND says where was looked. */
MOTE_MUST_USE mote_status mote_source_resolve(mote_store *store, const char *reference,
                                              mote_source_model *out, mote_err *err);

typedef struct mote_source mote_source;

/* project: folder with a store, NULL: files only. poll_ms: how often followed references are looked
 * at; 0: 250. */
MOTE_MUST_USE mote_status mote_source_create(mote_models *models, const char *project,
                                             int64_t poll_ms, mote_source **out, mote_err *err);
void mote_source_destroy(mote_source *s); /* stops watching */

/* Load what a reference means now and serve it; it stays known by the model's name. */
MOTE_MUST_USE mote_status mote_source_add(mote_source *s, const char *reference, mote_err *err);

/* Load again what is known by this name, or, if nothing is, look for it as a reference to the
 * registry. For requests at run time; any thread. */
MOTE_MUST_USE mote_status mote_source_load(void *source, const char *name, mote_err *err);

/* Follow the references from now on, on a thread of its own. */
MOTE_MUST_USE mote_status mote_source_watch(mote_source *s, mote_err *err);

#endif
