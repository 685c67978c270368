/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict of a requirement: met, not met, or not yet known, by how much, and on what evidence.
 *
 * A stage that measures writes measurements; everything that shows or gates (evaluate, status,
 * promote, report) judges them here, so that all give the same answer. Depends on project.h, JSON.
 */
#ifndef MOTE_PROJECT_VERDICT_H
#define MOTE_PROJECT_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"
#include "project/project.h"

/* One measured number. Texts are borrowed from whoever filled it; those read from JSON live as long
 * as the arena. */
typedef struct {
    const char *id;                     /* as mote_requirement.id: "accuracy@test/car-noise" */
    double value;                       /* in the unit of the metric */
    double lo, hi;                      /* interval around it, lo <= hi; both `value` when exact */
    double confidence; /* of the two-sided interval; 1: exact; 0: there is no interval */
    int64_t n;                          /* samples, events or runs behind it; 0: not counted */
    const char *source; /* for a person: "int8 model on the test split of data v3" */
    const char *basis;  /* what it is true of, such as the hash of the model; "" if nothing */
    int64_t time_us;                    /* when, since 1970 */
} mote_measurement;

typedef struct { const mote_measurement *items; size_t n; } mote_measurements;

typedef enum { MOTE_VERDICT_UNKNOWN, MOTE_VERDICT_MET, MOTE_VERDICT_NOT_MET } mote_verdict_kind;

typedef struct {
    const mote_requirement *requirement;  /* borrowed from the project */
    mote_verdict_kind kind;
    const mote_measurement *measured; /* borrowed from the measurements; NULL when there is none */
    double judged;                        /* the number held against the limit: value or bound */
    double margin; /* room left, in the unit of the metric; negative: missing */
    char reason[160];                     /* UNKNOWN: why; else "" */
    const char *currency; /* of an amount of money, as in mote.yaml; borrowed; NULL: not known */
} mote_verdict;

/* "metric@where[:target][/slice]": the id under which a measurement is found. NOMEM. */
MOTE_MUST_USE mote_status mote_measurement_id(mote_metric metric, mote_place where,
                                              const char *target, const char *slice, mote_arena *a,
                                              const char **out, mote_err *err);

/* The last measurement with this id, or NULL. */
const mote_measurement *mote_measurement_find(const mote_measurements *all, const char *id);

/* Judge one requirement. `basis`: what is in force now; a measurement of another basis is stale
 * and gives UNKNOWN; NULL: do not look at it.
 *
 * Without requirement.confidence the value decides. With it, the worse bound of the interval does:
 * the lower for at_least, the upper for at_most; an interval of less confidence than asked, or
 * none, gives UNKNOWN. The interval is two-sided, so a 95 % interval meets the limit with 97.5 %.
 */
mote_verdict mote_verdict_judge(const mote_requirement *q, const mote_measurement *measured,
                                const char *basis);

/* All requirements of the project in their order; *out lives as long as `a`. */
MOTE_MUST_USE mote_status mote_verdict_judge_all(const mote_project *p,
                                                 const mote_measurements *measured,
                                                 const char *basis, mote_arena *a,
                                                 mote_verdict **out, size_t *n, mote_err *err);

/* How many are of a kind. */
size_t mote_verdict_count(const mote_verdict *verdicts, size_t n, mote_verdict_kind kind);

/* "met", "not met", "unknown". */
const char *mote_verdict_name(mote_verdict_kind kind);

/* Append one line for a terminal, without newline:
 *   "not met  accuracy@test  91.2 % (89.9 % to 92.4 %, n 1532), at least 92.0 %: 0.8 points short"
 */
void mote_verdict_text(const mote_verdict *v, mote_buf *out);

/* A new reference owned by the caller. */
MOTE_MUST_USE mote_status mote_verdict_to_json(const mote_verdict *v, json_t **out, mote_err *err);
/* All of them, as an array. */
MOTE_MUST_USE mote_status mote_verdicts_to_json(const mote_verdict *v, size_t n, json_t **out,
                                                mote_err *err);

/* Measurements as a JSON array and back. ARG when a number is not finite; PARSE, RANGE and what the
 * typed access of base/json.h gives for documents that are not ours. Texts are copied into `a`. */
MOTE_MUST_USE mote_status mote_measurements_to_json(const mote_measurements *all, json_t **out,
                                                    mote_err *err);
MOTE_MUST_USE mote_status mote_measurements_from_json(const json_t *j, mote_arena *a,
                                                      mote_measurements *out, mote_err *err);

#endif
