/* SPDX-License-Identifier: Apache-2.0 */
/* Where served models come from, and the watch over aliases.
 *
 * A reference is what the command line calls MODEL (track/model_ref.h). A name or alias is
 * followed: when it comes to mean another version, that is loaded and exchanged under load. A
 * version that cannot be loaded leaves the one that is served in place.
 *
 * Depends on store/, track/, serve/models.h. Used by web/ (load on request), cli/. */
#ifndef MOTE_SERVE_SOURCE_H
#define MOTE_SERVE_SOURCE_H

#include "base/mem.h"
#include "serve/models.h"
#include "store/store.h"

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
