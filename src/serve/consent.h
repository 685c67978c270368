/* SPDX-License-Identifier: Apache-2.0 */
/* Consent as a gate: nothing of a request is kept unless the request says that it may be, for a
 * purpose that the project accepts.
 *
 * A request carries its consent as text, "<purpose>[; subject=<id>]" (over HTTP: the header
 * Mote-Consent). The purpose is one of those that mote.yaml lists; the subject names the person in
 * the client's own words, so that what is kept of that person can be erased later.
 *
 * Depends on base/. Used by serve/predlog.c, web/, cli/. */
#ifndef MOTE_SERVE_CONSENT_H
#define MOTE_SERVE_CONSENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define MOTE_CONSENT_PURPOSE_BYTES 64
#define MOTE_CONSENT_SUBJECT_BYTES 128

typedef struct {
    char purpose[MOTE_CONSENT_PURPOSE_BYTES];
    char subject[MOTE_CONSENT_SUBJECT_BYTES]; /* "": nobody was named */
} mote_consent;

/* What the project accepts. All borrowed. */
typedef struct {
    const char *const *purposes;
    size_t n_purposes;
    int32_t retention_days; /* 0: nothing is kept */
    bool keep_inputs, keep_outputs;
} mote_consent_policy;

/* Parse "<purpose>[; subject=<id>]". PARSE when it is not of that form: letters, digits and -_.:@
 * only, at most 63 and 127 bytes. */
MOTE_MUST_USE mote_status mote_consent_parse(const char *text, mote_consent *out, mote_err *err);

/* May anything be kept on the ground of this consent? consent NULL (none given): never. */
bool mote_consent_accepted(const mote_consent_policy *policy, const mote_consent *consent);

#endif
