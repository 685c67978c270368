/* SPDX-License-Identifier: Apache-2.0 */
/* Splits of negative recordings: see deal_negative.h. */
#include "data/deal_negative.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/provided.h"
#include "data/split.h"

typedef struct {
    mote_version_item **items; /* [n], as they were recorded */
    size_t n;
    double has[MOTE_N_SPLITS], total; /* us */
} negatives;

static int compare_time(const void *a, const void *b)
{
    const mote_version_item *x = *(mote_version_item *const *)a;
    const mote_version_item *y = *(mote_version_item *const *)b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return memcmp(x->object.bytes, y->object.bytes, sizeof x->object.bytes);
}

/* The split that is written down for a group; MOTE_N_SPLITS: none. */
static mote_status remembered(mote_store *s, const char *group, mote_split *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT split FROM data_split WHERE grp = ?1", &q, err));
    mote_stmt_bind_text(q, 1, group);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row || !mote_split_parse(mote_stmt_text(q, 0), out))
        *out = MOTE_N_SPLITS;
    return MOTE_OK;
}

static mote_status remember(mote_store *s, const mote_version_item *it, int64_t now_ms,
                            mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO data_split (grp, split, decided_ms) VALUES (?1, ?2, "
                               "?3) ON CONFLICT DO NOTHING",
                               &q, err));
    mote_stmt_bind_text(q, 1, it->group);
    mote_stmt_bind_text(q, 2, mote_split_name(it->split));
    mote_stmt_bind_i64(q, 3, now_ms);
    return mote_stmt_run(q, err);
}

/* Of those in `allowed` (0: all) that have a share: the one that has nothing, else the one that
 * lacks most. */
static mote_split neediest(const negatives *n, const double *fractions, uint32_t allowed)
{
    static const mote_split order[] = {MOTE_SPLIT_TEST, MOTE_SPLIT_VALIDATION, MOTE_SPLIT_TRAIN};
    mote_split best = MOTE_SPLIT_TRAIN;
    double most = -(double)INFINITY;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const mote_split s = order[i];
        const bool may = allowed ? allowed & (1u << s) : fractions[s] > 0;
        double lack = fractions[s] - (n->total > 0 ? n->has[s] / n->total : 0.0);
        lack += n->has[s] > 0 ? 0.0 : 10.0 * (1.0 + (double)(MOTE_N_SPLITS - i));
        if (may && lack > most) {
            most = lack;
            best = s;
        }
    }
    return best;
}

static mote_status give(mote_store *s, const mote_version_config *cfg, negatives *n,
                        mote_version_item *it, mote_err *err)
{
    uint32_t allowed = 0;
    mote_split split;
    MOTE_TRY(remembered(s, it->group, &split, err));
    if (split == MOTE_N_SPLITS)
        MOTE_TRY(mote_split_provided(s, it->group, &allowed, err));
    it->split = split < MOTE_N_SPLITS ? split : neediest(n, cfg->fractions, allowed);
    it->word = it->split;
    n->has[it->split] += (double)it->duration_us;
    n->total += (double)it->duration_us;
    return remember(s, it, cfg->now_ms, err);
}

mote_status mote_deal_negatives(mote_store *s, const mote_version_config *cfg, mote_arena *a,
                                mote_data_version *v, mote_err *err)
{
    negatives n = {0};
    MOTE_TRY(mote_arena_take(a, v->n + 1, sizeof *n.items, &n.items, err));
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].role == MOTE_ROLE_NEGATIVE)
            n.items[n.n++] = &v->items[i];
    qsort(n.items, n.n, sizeof *n.items, compare_time);
    for (size_t i = 0; i < n.n; i++)
        MOTE_TRY(give(s, cfg, &n, n.items[i], err));
    return MOTE_OK;
}

/* ---- folds --------------------------------------------------------------------------------- */

/* A group that has negative recordings. */
typedef struct {
    const char *name;
    double us;    /* of them */
    int32_t fold; /* -1: not dealt yet */
} negative_group;

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const negative_group *)a)->name, ((const negative_group *)b)->name);
}

/* Most hours first. */
static int compare_hours(const void *a, const void *b)
{
    const negative_group *x = a, *y = b;
    if (x->us != y->us)
        return x->us > y->us ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* The groups of negative recordings, each once, by name. */
static size_t list_groups(const mote_data_version *v, negative_group *groups)
{
    size_t n = 0, n_once = 0;
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].role == MOTE_ROLE_NEGATIVE)
            groups[n++] = (negative_group){v->items[i].group, (double)v->items[i].duration_us, -1};
    qsort(groups, n, sizeof *groups, compare_names);
    for (size_t i = 0; i < n; i++) {
        if (n_once > 0 && strcmp(groups[n_once - 1].name, groups[i].name) == 0)
            groups[n_once - 1].us += groups[i].us;
        else
            groups[n_once++] = groups[i];
    }
    return n_once;
}

static negative_group *group_of(negative_group *groups, size_t n, const char *name)
{
    const negative_group wanted = {.name = name};
    return bsearch(&wanted, groups, n, sizeof *groups, compare_names);
}

static void give_folds(negative_group *groups, size_t n, int32_t k)
{
    double has[MOTE_SPLIT_MAX_PARTS] = {0};
    for (size_t g = 0; g < n; g++)
        if (groups[g].fold >= 0)
            has[groups[g].fold] += groups[g].us;
    qsort(groups, n, sizeof *groups, compare_hours);
    for (size_t g = 0; g < n; g++) {
        if (groups[g].fold >= 0)
            continue;
        groups[g].fold = 0;
        for (int32_t f = 1; f < k; f++)
            if (has[f] < has[groups[g].fold])
                groups[g].fold = f;
        has[groups[g].fold] += groups[g].us;
    }
    qsort(groups, n, sizeof *groups, compare_names);
}

mote_status mote_deal_negative_folds(const mote_data_version *v, int32_t k, mote_arena *a,
                                     mote_fold *fold, mote_err *err)
{
    negative_group *groups = NULL;
    const mote_arena_mark mark = mote_arena_save(a);
    MOTE_BUG_IF(k > MOTE_SPLIT_MAX_PARTS);
    MOTE_TRY(mote_arena_take(a, v->n + 1, sizeof *groups, &groups, err));
    const size_t n = list_groups(v, groups);
    for (size_t i = 0; i < v->n; i++) { /* whose words a model has learned from it has heard */
        negative_group *g = fold[i].group >= 0 ? group_of(groups, n, v->items[i].group) : NULL;
        if (g)
            g->fold = fold[i].group;
    }
    give_folds(groups, n, k);
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].role == MOTE_ROLE_NEGATIVE)
            fold[i].group = group_of(groups, n, v->items[i].group)->fold;
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}
