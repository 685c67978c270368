/* SPDX-License-Identifier: Apache-2.0 */
/* Consent as a gate: nothing of a request is kept unless the request says that it may be, for a
 * purpose that the project accepts.
 *
 * A request carries its consent as text, "<purpose>[; subject=<id>]" (over HTTP: the header
 * Mote-Consent). The purpose is one of those that mote.yaml lists; the subject names the person in
 * the client's own words, so that what is kept of that person can be erased later.
 *
 * Depends on base/, project/. Used by serve/predlog.c, web/, cli/. */
#ifndef MOTE_SERVE_CONSENT_H
#define MOTE_SERVE_CONSENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "project/project.h"

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
    int64_t max_log_bytes; /* of the prediction log on the disk; 0: no bound */
    const char *key_file;  /* of the master secret; NULL or "": in the store */
} mote_consent_policy;

/* What mote.yaml says; borrowed from the project. */
mote_consent_policy mote_consent_policy_of(const mote_project *p);

/* Parse "<purpose>[; subject=<id>]". PARSE when it is not of that form: letters, digits and -_.:@
 * only, at most 63 and 127 bytes. */
/* lint: unused_exports: tests read one text at a time */
MOTE_MUST_USE mote_status mote_consent_parse(const char *text, mote_consent *out, mote_err *err);

/* One request may carry the header more than once, or several values in one header with commas
 * between: only what all of them say alike is a consent. Texts are consents as above; values[0..n),
 * n > 0. PARSE when one is malformed. *agree false, out untouched, when two differ in purpose or
 * subject: then there is no consent. */
MOTE_MUST_USE mote_status mote_consent_parse_all(const char *const *values, size_t n,
                                                 mote_consent *out, bool *agree, mote_err *err);

/* May anything be kept on the ground of this consent? consent NULL (none given): never. */
bool mote_consent_accepted(const mote_consent_policy *policy, const mote_consent *consent);

#endif
