/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict of a requirement: one of four words, by how much, on what evidence, and what would
 * settle it where it is not settled.
 *
 *     met               on the good side of the limit, and so is the whole interval
 *     met, not proven   on the good side, but the limit lies inside the interval, there is no
 *                       interval although there should be one, or the evidence is of a lesser kind
 *     not met           on the bad side
 *     not yet known     nothing was measured, or on nothing, or on less than the limit needs (on so
 *                       little that not even a perfect result would have shown it), or of what has
 *                       changed since
 *
 * A stage that measures writes measurements; everything that shows or gates (evaluate, status,
 * promote, report) judges them here, so that all give the same answer. Depends on project.h, JSON,
 * base/interval.h.
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

/* What kind of evidence a number is, the best first. What is not REAL cannot prove a requirement
 * met; it can show one not met. */
typedef enum {
    MOTE_EVIDENCE_REAL,      /* recordings of people and things; for bytes: counted */
    MOTE_EVIDENCE_MODELLED,  /* computed from what was counted: time and energy from instructions */
    MOTE_EVIDENCE_SYNTHETIC, /* synthetic speech only */
    MOTE_EVIDENCE_NOISE,     /* noise alone, where speech is what matters */
    MOTE_EVIDENCE_NONE       /* what the metric is about was not in the test: `on` says what */
} mote_evidence;
const char *mote_evidence_name(mote_evidence e); /* "real", "modelled", "synthetic", ... */

/* The part of a measurement that did worst. name NULL: none is known. */
typedef struct {
    const char *name; /* a class or a group: "cat", "speaker 7" */
    double value;     /* of the metric that is about such a part: recall, accuracy, share missed */
    int64_t n;        /* clips or words behind it */
} mote_worst;

/* One measured number. Texts are borrowed from whoever filled it; those read from JSON live as long
 * as the arena. */
typedef struct {
    const char *id;     /* as mote_requirement.id: "accuracy@test/car-noise" */
    double value;       /* in the unit of the metric */
    double lo, hi;      /* interval around it, lo <= hi; both `value` when exact */
    double confidence;  /* of the two-sided interval; 1: exact; 0: there is no interval */
    int64_t n;          /* samples behind it; of a rate: events, 0 of them is a result. 0: none */
    const char *source; /* for a person: "int8 model on the test split of data v3" */
    const char *basis;  /* what it is true of, such as the hash of the model; "" if nothing */
    int64_t time_us;    /* when, since 1970 */
    /* What it was measured on. All zero: not said. */
    const char *on; /* in words that fit behind "on": "noise alone", "speech of 23 people who were
                       in neither training nor validation"; for NONE what was missing: "other
                       words" */
    double exposure_hours; /* of listening behind a rate; a rate without it is not known */
    mote_evidence evidence;
    mote_worst worst_class, worst_group;
} mote_measurement;

typedef struct {
    const mote_measurement *items;
    size_t n;
} mote_measurements;

typedef enum {
    MOTE_VERDICT_UNKNOWN, /* not yet known */
    MOTE_VERDICT_MET,
    MOTE_VERDICT_NOT_PROVEN, /* met, not proven */
    MOTE_VERDICT_NOT_MET
} mote_verdict_kind;

/* What would settle a verdict. With exactly that much more, and the rest as it is now (the same
 * rate of errors and events, evidence that is REAL), the same requirement is met or not met. */
typedef struct {
    char text[200]; /* "about 120 more test samples of 'cat'", "3.7 h of other speech"; "": settled
                     */
    int64_t n;      /* more samples; 0: it is not a matter of samples */
    double hours;   /* more exposure; 0: it is not a matter of exposure */
} mote_settle;

typedef struct {
    const mote_requirement *requirement; /* borrowed from the project */
    mote_verdict_kind kind;
    const mote_measurement *measured; /* borrowed from the measurements; NULL when there is none */
    double judged;                    /* the number held against the limit: value or bound */
    double margin;                    /* room left, in the unit of the metric; negative: missing */
    char reason[160];                 /* UNKNOWN, NOT_PROVEN: why; else "" */
    mote_settle settle;   /* of UNKNOWN and NOT_PROVEN, and of a NOT_MET that only lacks proof */
    const char *currency; /* of an amount of money, as in mote.yaml; borrowed; NULL: not known */
} mote_verdict;

/* What is measured, and where: a requirement's words. Borrowed. */
typedef struct {
    mote_metric metric;
    mote_place where;
    const char *target, *slice; /* NULL or "": none */
} mote_measured_at;

/* "metric@where[:target][/slice]": the id under which a measurement is found; it lives as long as
 * `a`. NOMEM. */
MOTE_MUST_USE mote_status mote_measurement_id(const mote_measured_at *at, mote_arena *a,
                                              const char **out, mote_err *err);

/* The last measurement with this id, or NULL. */
const mote_measurement *mote_measurement_find(const mote_measurements *all, const char *id);

/* Judge one requirement. `basis`: what is in force now; a measurement of another basis is stale
 * and gives UNKNOWN; NULL: do not look at it.
 *
 * Without requirement.confidence the value decides between the good and the bad side, and the
 * measured interval whether that is proven. With it, proof is what is asked: the worse bound of the
 * interval must reach the limit (the lower for at_least, the upper for at_most), else it is
 * NOT_MET; an interval of less confidence than asked, or none, gives UNKNOWN. It is two-sided, so a
 * 95 % interval meets the limit with 97.5 %.
 *
 * How much the limit needs (settle.h): so many samples or hours that a perfect result would do. A
 * value whose whole interval is on the bad side is NOT_MET on however little.
 */
/* lint: unused_exports: tests and a fuzzer judge one at a time */
mote_verdict mote_verdict_judge(const mote_requirement *q, const mote_measurement *measured,
                                const char *basis);

typedef struct {
    mote_verdict *items;
    size_t n;
} mote_verdicts;

/* All requirements of the project in their order; out->items live as long as `a`. */
MOTE_MUST_USE mote_status mote_verdict_judge_all(const mote_project *p,
                                                 const mote_measurements *measured,
                                                 const char *basis, mote_arena *a,
                                                 mote_verdicts *out, mote_err *err);

/* Not yet known, and only use can tell (where: field): that stands in nobody's way, because nothing
 * that is done before can settle it. */
bool mote_verdict_is_awaited(const mote_verdict *v);

/* How many are of a kind. */
size_t mote_verdict_count(const mote_verdicts *all, mote_verdict_kind kind);

/* "met", "met, not proven", "not met", "not yet known". */
const char *mote_verdict_name(mote_verdict_kind kind);

/* The kind that a name stands for; "unknown" is what "not yet known" was called once. False: it
 * stands for none. */
bool mote_verdict_parse(const char *name, mote_verdict_kind *out);

/* Append one line for a terminal, without newline:
 *   "not met          accuracy@test  91.2 % (89.9 % to 92.4 %, n 1532) on ..., at least 92.0 %: 0.8
 *    points short; worst 'cat' 71.0 % of 31"
 * and, where it is not settled, "; to settle it: about 120 more test samples". */
void mote_verdict_text(const mote_verdict *v, mote_buf *out);

/* Append a sentence for whoever owns the product, without full stop: what the number is, in words,
 * before its name:
 *   "share of events that are not detected: 32.1 %, and at most 10.0 % is asked for
 *    (false_reject_rate@stream)"
 */
void mote_verdict_sentence(const mote_verdict *v, mote_buf *out);

/* A new reference owned by the caller. */
/* lint: unused_exports: tests and a fuzzer write one at a time */
MOTE_MUST_USE mote_status mote_verdict_to_json(const mote_verdict *v, json_t **out, mote_err *err);
/* All of them, as an array. Members: requirement, verdict, at_least or at_most, where, unit,
 * confidence, reason, margin, settle {text, n, hours}, measured (a measurement), text, sentence. */
MOTE_MUST_USE mote_status mote_verdicts_to_json(const mote_verdicts *all, json_t **out,
                                                mote_err *err);

/* Measurements as a JSON array and back. ARG when a number is not finite; PARSE, RANGE and what the
 * typed access of base/json.h gives for documents that are not ours. Texts are copied into `a`. */
MOTE_MUST_USE mote_status mote_measurements_to_json(const mote_measurements *all, json_t **out,
                                                    mote_err *err);
MOTE_MUST_USE mote_status mote_measurements_from_json(const json_t *j, mote_arena *a,
                                                      mote_measurements *out, mote_err *err);

#endif
