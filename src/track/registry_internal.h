/* SPDX-License-Identifier: Apache-2.0 */
/* What registry.c and registry_read.c share. */
#ifndef MOTE_TRACK_REGISTRY_INTERNAL_H
#define MOTE_TRACK_REGISTRY_INTERNAL_H

#include "store/store.h"

/* The row of a model; NOT_FOUND names it. */
MOTE_MUST_USE mote_status mote_registry_need_model(mote_store *s, const char *name, int64_t *id,
                                                   mote_err *err);
MOTE_MUST_USE mote_status mote_registry_need_version(mote_store *s, int64_t model, const char *name,
                                                     int64_t version, mote_err *err);

#endif
