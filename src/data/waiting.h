/* SPDX-License-Identifier: Apache-2.0 */
/* What waits for the next version of the data, by class, and what is missing for a model that can
 * be trusted. Looks at the samples as they are in the store now; what a version itself lacks, split
 * by split, data/facts says. Reads rows, no recordings.
 *
 * Depends on base, project, store, data/sample, data/version. Used by cli (status). */
#ifndef MOTE_DATA_WAITING_H
#define MOTE_DATA_WAITING_H

#include <stddef.h>

#include "base/mem.h"
#include "base/status.h"
#include "project/project.h"
#include "store/store.h"

typedef struct {
    const char *label; /* one that is asked for, _unknown_ for all others, _silence_ */
    size_t n;          /* in the store */
    size_t n_waiting;  /* of them: added after the latest version */
    size_t n_made;     /* of n: synthetic */
} mote_waiting_class;

typedef struct {
    mote_waiting_class *classes; /* [n_classes], as the project lists them */
    size_t n_classes;
    size_t n_waiting;     /* in all */
    size_t n_left;        /* in the latest version, and not in the store any more */
    int64_t version;      /* the latest; 0: none yet */
    size_t n_people;      /* groups that name somebody, of real recordings of words */
    const char **missing; /* [n_missing] sentences: what is missing, and the remedy */
    size_t n_missing;
} mote_data_waiting;

/* *out lives as long as `a`, and borrows the names of the project. Errors: those of the store. */
MOTE_MUST_USE mote_status mote_data_waiting_of(mote_store *s, const mote_project *p, mote_arena *a,
                                               mote_data_waiting *out, mote_err *err);

#endif
