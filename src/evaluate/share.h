/* SPDX-License-Identifier: Apache-2.0 */
/* A share of samples that come in groups (clips of people), and what it says of other people: an
 * interval for everybody, and one for the next few.
 *
 * Samples of one group are alike, so n of them tell less than n. How much less is the design effect
 * D (Kish): the variance of the share between groups over that of n samples that each stand alone,
 * never below 1. Few groups, or few samples of the rarer outcome, cannot say what D is; so it is
 * mixed with what is usual, as if MOTE_SHARE_PRIOR of the rarer outcome had been seen in groups
 * whose samples are alike by MOTE_SHARE_ALIKE (intraclass correlation), and Student's t takes the
 * place of the normal distribution with as many degrees of freedom more. Then Wilson's interval of
 * n / D samples is taken.
 *
 * How often such intervals hold the truth, and how wide they are beside a bootstrap over groups:
 * tests/unit/evaluate/test_share.c, docs/decisions/0260-intervals-for-other-people.md.
 *
 * Depends on base/interval_score.h. Used by whoever states a share of samples.
 * Source: Kish, Survey Sampling (1965), 5.4 and 8.2; Korn and Graubard (1998), Confidence intervals
 * for proportions with small expected number of positive counts, with Wilson's interval in the
 * place of Clopper's and Pearson's. */
#ifndef MOTE_EVALUATE_SHARE_H
#define MOTE_EVALUATE_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/interval.h"

#define MOTE_SHARE_PRIOR        5.0
#define MOTE_SHARE_ALIKE        0.05 /* of people */
#define MOTE_SHARE_ALIKE_VOICES 0.2  /* of voices of synthetic speech */

/* Sums over groups of n_g samples, k_g of which are counted. All 0: nothing was added. */
typedef struct {
    double n, k, nn, kn, kk; /* of n_g, k_g, n_g^2, k_g n_g, k_g^2 */
    int64_t n_groups;        /* with samples */
    double alike;            /* what is usual of such groups; 0: MOTE_SHARE_ALIKE */
    bool is_told_by_groups;  /* how they differ is told by no more than n_groups - 1 of them */
} mote_share;

/* The groups are voices of synthetic speech: two to four, mostly, which differ more than people do.
 * That few of them are alike by chance is no sign that others will be, however much they say: what
 * was seen of their differences counts as n_groups - 1 of the rarer outcome at most
 * (docs/decisions/0262-what-few-voices-promise.md). */
void mote_share_by_voices(mote_share *s);

/* One more group of n samples, k of them counted; nothing when n is 0. */
void mote_share_add(mote_share *s, double n, double k);

/* The sums over samples i of n with is_in[i] (NULL: all): counted where is_counted[i]; group_of [n]
 * in [0, n_groups), or NULL: each stands alone. `scratch` [2 n_groups] is written to (NULL without
 * groups). */
typedef struct {
    size_t n;
    const _Bool *is_in, *is_counted;
    const int32_t *group_of;
    int32_t n_groups;
} mote_share_samples;
mote_share mote_share_of(const mote_share_samples *x, double *scratch);

/* D: how many samples of these groups are worth one that stands alone; at least 1. */
double mote_share_effect(const mote_share *s);

/* The share of everybody (of infinitely many such groups). Without samples NaN, 0..1; Wilson's
 * where each group is one sample. */
mote_interval mote_share_interval(const mote_share *s, double confidence);

/* Samples that stand alone and of which Wilson's interval is that of s at 95 %: n over the effect,
 * and fewer where groups are few (as much as t is above the normal quantile). 0 without samples. */
double mote_share_independent(const mote_share *s);

/* The share that `next` other groups of the same kind will show, of which only the sizes are looked
 * at: wider, because it is uncertain too who they are. Value: the share of s. NaN, 0..1 when either
 * has no samples.
 * Source: Krishnamoorthy and Peng (2011), Improved closed-form prediction intervals for binomial
 * and Poisson distributions, eq. 11: (y - p)^2 = z^2 q (1 - q) (1/n + 1/m), q that of both
 * together. */
mote_interval mote_share_next(const mote_share *s, const mote_share *next, double confidence);

#endif
