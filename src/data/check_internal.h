/* SPDX-License-Identifier: Apache-2.0 */
/* Between check.c (each sample), check_set.c (all of them together) and check_near.c (those that
 * are nearly the same). Private to data/. */
#ifndef MOTE_DATA_CHECK_INTERNAL_H
#define MOTE_DATA_CHECK_INTERNAL_H

#include "data/check.h"
#include "data/sample.h"
#include "data/version.h"

typedef struct {
    bool is_read;
    mote_measured measured;
    const char *form;     /* as the kind says it; NULL: it says nothing */
    const int16_t *print; /* [MOTE_KIND_PRINT]; NULL: none */
} mote_checked;

typedef struct mote_checker {
    mote_store *store;
    const mote_check_config *cfg;
    const char *one, *many;   /* what a label that is asked for is called */
    const char *unit, *units; /* and what is counted of it: "recording", "recordings" */
    void *own;                /* what a kind has seen (mote_kind.look); NULL: nothing yet */
    const char *group;        /* what a group is called: "speaker"; NULL: that */
    mote_arena *arena;
    mote_sample_row *rows; /* [n] */
    mote_checked *seen;    /* [n] */
    size_t n;
    mote_check_report report;
} mote_checker;

/* Add a finding: its id, severity, count and remedy, whose texts live as long as the report, and
 * what it says, written here. *out (NULL allowed) is borrowed until the next. */
MOTE_PRINTF(5, 6)
MOTE_MUST_USE mote_status mote_check_find(mote_checker *c, const mote_finding *finding,
                                          mote_finding **out, mote_err *err, const char *fmt, ...);
/* The finding that was added last is one that training waits for. */
void mote_check_must(mote_checker *c);
/* Add an example, as long as there is room for one. */
MOTE_PRINTF(4, 5)
MOTE_MUST_USE mote_status mote_check_example(mote_checker *c, mote_finding *f, mote_err *err,
                                             const char *fmt, ...);

MOTE_MUST_USE mote_status mote_check_rejected(mote_checker *c, mote_err *err);
MOTE_MUST_USE mote_status mote_check_set(mote_checker *c, mote_err *err);

/* Do synthetic voices stand in for recordings of keywords (data.spoken)? */
bool mote_check_is_spoken(const mote_checker *c);

/* How much there is of a label. */
typedef struct {
    size_t n, n_groups;
    size_t in_split[MOTE_N_SPLITS];
} mote_class_count;

/* What is missing or rare of the labels that are asked for: k [cfg->n_labels]. is_dealt: splits
 * are known, and each is looked at. */
MOTE_MUST_USE mote_status mote_check_counts(mote_checker *c, const mote_class_count *k,
                                            bool is_dealt, mote_err *err);

/* parts: of each row, in which splits it may be, as bits (1u << mote_split). Cost: at worst that of
 * all pairs, a few comparisons each. */
MOTE_MUST_USE mote_status mote_check_near(mote_checker *c, const uint32_t *parts, mote_err *err);

/* The labels of the samples, where mote.yaml names none. */
MOTE_MUST_USE mote_status mote_check_labels_there(mote_checker *c, mote_check_config *out,
                                                  mote_err *err);

#endif
