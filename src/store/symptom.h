/* SPDX-License-Identifier: Apache-2.0 */
/* What a check of the project found: a list that every room adds to (store/check.h, registry, log,
 * tools), and that `mote doctor` shows. Depends on base/. */
#ifndef MOTE_STORE_SYMPTOM_H
#define MOTE_STORE_SYMPTOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

#define MOTE_SYMPTOMS_MAX 500 /* kept; more are counted */

typedef enum {
    MOTE_SYMPTOM_NOTE,    /* nothing is wrong; something is not possible here */
    MOTE_SYMPTOM_WARNING, /* works, and will not for ever */
    MOTE_SYMPTOM_ERROR    /* something is lost or does not work */
} mote_severity;
const char *mote_severity_name(mote_severity s); /* "note", "warning", "error" */

/* All texts live as long as the arena of the list. */
typedef struct {
    mote_severity severity;
    const char *check;  /* what was looked at: "objects", "keys"; static */
    const char *where;  /* the file, model, program */
    const char *what;   /* what is wrong */
    const char *remedy; /* what helps */
    bool is_repairable; /* by the check itself, when asked to; nothing is lost by it */
    bool is_repaired;   /* it has been */
} mote_symptom;

typedef struct {
    mote_arena *arena; /* of the caller */
    mote_symptom *items;
    size_t n, cap;
    size_t n_more; /* found, and not kept */
} mote_symptoms;

/* Add one, its texts copied. */
MOTE_MUST_USE mote_status mote_symptom_add(mote_symptoms *list, const mote_symptom *f,
                                           mote_err *err);
/* How many are at least so severe and not repaired. */
size_t mote_symptoms_open(const mote_symptoms *list, mote_severity least);

#endif
