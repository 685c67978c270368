/* SPDX-License-Identifier: Apache-2.0 */
/* Is what is there whole, and can this machine do what the project asks? All checks in one call:
 * store (store/check.h), registered models, keys of the prediction log, programs.
 *
 * Depends on store/, track/, serve/, compile/. Used by cli/, web/. */
#ifndef MOTE_MONITOR_HEALTH_H
#define MOTE_MONITOR_HEALTH_H

#include "base/json.h"
#include "project/project.h"
#include "store/check.h"

typedef struct {
    mote_check_report store;
    int64_t n_versions; /* named by an alias: loaded, and asked their golden vectors */
    int64_t n_keys;     /* of the prediction log */
    int32_t n_programs; /* that are there */
} mote_health_report;

/* Everything that can be looked at with the store open. */
MOTE_MUST_USE mote_status mote_health_check(mote_store *s, const mote_project *p,
                                            const mote_check_config *cfg, mote_symptoms *list,
                                            mote_health_report *out, mote_err *err);

/* Findings and report as one JSON document, a new reference: {"ok", "open", "findings", "more",
 * "checked"}. */
MOTE_MUST_USE mote_status mote_health_json(const mote_symptoms *list, const mote_health_report *r,
                                           json_t **out, mote_err *err);

/* The programs that Mote calls: a warning for those that the project's device needs (project NULL:
 * none does), a note for the others, with the Debian package to install. *n: those that are there.
 */
MOTE_MUST_USE mote_status mote_health_programs(const mote_project *p, mote_symptoms *list,
                                               int32_t *n, mote_err *err);

#endif
