/* SPDX-License-Identifier: Apache-2.0 */
/* Background time of the splits: see stretch.h. */
#include "data/stretch.h"

#include <math.h>

/* Shares of one long recording: fractions, but no less than two clips or a quarter for those that
 * judge. */
static void divide(const double fractions[MOTE_N_SPLITS], double clips, double out[MOTE_N_SPLITS])
{
    double least = fmin(0.25, 2.0 / clips), left = 1.0;
    for (int s = MOTE_N_SPLITS - 1; s > MOTE_SPLIT_TRAIN; s--) {
        out[s] = fractions[s] > 0 ? fmax(fractions[s], least) : 0.0;
        left -= out[s];
    }
    bool learns = fractions[MOTE_SPLIT_TRAIN] > 0;
    out[MOTE_SPLIT_TRAIN] = learns ? fmax(least, left) : 0.0;
    if (learns && left >= least)
        return;
    /* Without training, or with next to none, the two that judge share what there is. */
    double rest = out[MOTE_SPLIT_VALIDATION] + out[MOTE_SPLIT_TEST];
    for (int s = MOTE_SPLIT_VALIDATION; rest > 0 && s < MOTE_N_SPLITS; s++)
        out[s] *= (1.0 - out[MOTE_SPLIT_TRAIN]) / rest;
}

static mote_stretch stretch_of(const double shares[MOTE_N_SPLITS], mote_split split)
{
    double at = 0.0;
    int last = MOTE_N_SPLITS - 1;
    MOTE_BUG_IF((int)split < 0 || (int)split >= MOTE_N_SPLITS);
    while (last > 0 && !(shares[last] > 0))
        last--;
    for (int s = 0; s < (int)split; s++)
        at += shares[s];
    if (!(shares[split] > 0))
        return (mote_stretch){0, 0};
    return (mote_stretch){at, (int)split == last ? 1.0 : at + shares[split]};
}

/* The split that lacks most of its share of what was given out so far and this one. */
static mote_split neediest(const double fractions[MOTE_N_SPLITS], const double has[MOTE_N_SPLITS],
                           double total)
{
    mote_split best = MOTE_SPLIT_TRAIN;
    double most = -(double)INFINITY;
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        double lack = fractions[s] > 0 ? fractions[s] - has[s] / total : -(double)INFINITY;
        /* One that has nothing yet comes before one that has something, training first. */
        lack += fractions[s] > 0 && !(has[s] > 0) ? 10.0 : 0.0;
        if (lack > most) {
            most = lack;
            best = (mote_split)s;
        }
    }
    return best;
}

static double clips_of(const mote_version_item *it, int64_t clip_us)
{
    return it->role == MOTE_ROLE_BACKGROUND ? (double)it->duration_us / (double)clip_us : 0.0;
}

/* The stretches list[v->n] by the fractions of the splits. */
static void divide_all(const mote_data_version *v, const double fractions[MOTE_N_SPLITS],
                       const mote_listener *who, mote_stretch *list)
{
    double has[MOTE_N_SPLITS] = {0}, total = 0.0;
    for (size_t i = 0; i < v->n; i++) {
        double clips = clips_of(&v->items[i], who->clip_us), shares[MOTE_N_SPLITS];
        if (v->items[i].role != MOTE_ROLE_BACKGROUND)
            continue;
        if (clips >= MOTE_STRETCH_LONG) {
            divide(fractions, clips, shares);
            list[i] = stretch_of(shares, who->split);
            continue;
        }
        if (clips < 1.0) { /* no clip of it fits: training may mix it in */
            list[i].to = who->split == MOTE_SPLIT_TRAIN ? 1.0 : 0.0;
            continue;
        }
        total += clips;
        mote_split to = neediest(fractions, has, total);
        has[to] += clips;
        list[i] = to == who->split ? (mote_stretch){0, 1} : (mote_stretch){0, 0};
    }
}

/* ---- rounds ------------------------------------------------------------------------------ */

/* The stretch of a long recording: folds one after the other, training's are neighbours (round the
 * end). */
static mote_stretch stretch_of_round(const mote_listener *who)
{
    const mote_split split = who->split;
    int32_t k = who->n_folds, round = who->round;
    int32_t first = split == MOTE_SPLIT_TEST ? round : round + (split == MOTE_SPLIT_TRAIN ? 2 : 1);
    int32_t n = split == MOTE_SPLIT_TRAIN ? k - 2 : 1;
    double from = (double)(first % k) / k;
    return (mote_stretch){from, from + (double)n / k};
}

/* The stretches list[v->n] of a round: moved with it, where that leaves every fold some noise. */
static void move_all(const mote_data_version *v, const mote_listener *who, mote_stretch *list)
{
    int32_t k = who->n_folds, n_short = 0;
    const double shares[MOTE_N_SPLITS] = {
        [MOTE_SPLIT_TRAIN] = (double)(k - 2) / k,
        [MOTE_SPLIT_VALIDATION] = 1.0 / k,
        [MOTE_SPLIT_TEST] = 1.0 / k,
    };
    bool has_long = false;
    for (size_t i = 0; i < v->n; i++) {
        double clips = clips_of(&v->items[i], who->clip_us);
        has_long = has_long || clips >= 2.0 * k;
        n_short += clips >= 1.0 && clips < 2.0 * k;
    }
    if (!has_long && n_short < k) {
        divide_all(v, shares, who, list);
        return;
    }
    n_short = 0;
    for (size_t i = 0; i < v->n; i++) {
        double clips = clips_of(&v->items[i], who->clip_us);
        bool is_mine = clips >= 1.0 ? mote_fold_role(k, who->round, n_short % k) == who->split
                                    : clips > 0.0 && who->split == MOTE_SPLIT_TRAIN;
        if (clips >= 2.0 * k) {
            list[i] = stretch_of_round(who);
            continue;
        }
        n_short += clips >= 1.0;
        list[i].to = is_mine ? 1.0 : 0.0;
    }
}

mote_status mote_stretches(const mote_data_version *v, const mote_listener *who, mote_arena *a,
                           mote_stretch **out, mote_err *err)
{
    mote_stretch *list = NULL;
    MOTE_TRY(mote_arena_take(a, v->n + 1, sizeof *list, &list, err));
    if (who->n_folds > 0)
        move_all(v, who, list);
    else
        divide_all(v, v->fractions, who, list);
    *out = list;
    return MOTE_OK;
}
