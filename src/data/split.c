/* SPDX-License-Identifier: Apache-2.0 */
/* Dealing groups into parts: see split.h for the rule and its reasons. */
#include "data/split.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define RARE 20                  /* labels with fewer samples are pooled */

typedef struct {
    mote_sha256 key;
    size_t group;
} turn;

static int compare_turns(const void *a, const void *b)
{
    const turn *x = a, *y = b;
    int c = memcmp(x->key.bytes, y->key.bytes, sizeof x->key.bytes);
    return c ? c : (x->group > y->group) - (x->group < y->group);
}

/* The table the dealing works on. */
typedef struct {
    mote_split_group *groups;
    size_t n_groups;
    int32_t n_labels;
    const double *fractions;
    int32_t n_parts;
    int32_t *pool;               /* [n_labels] what a label counts as: itself, or n_labels */
    double *total;               /* [n_labels + 1] T_c, the pool of rare labels last */
    double *have;                /* [n_parts][n_labels + 1] N_pc */
    size_t n_in[MOTE_SPLIT_MAX_PARTS];   /* groups of a part */
} table;

static mote_status check(const double *fractions, int32_t n_parts, mote_err *err)
{
    if (n_parts < 1 || n_parts > MOTE_SPLIT_MAX_PARTS)
        return mote_fail(err, MOTE_ARG, "split into %d parts, possible are 1 to %d", (int)n_parts,
                         MOTE_SPLIT_MAX_PARTS);
    double sum = 0.0;
    for (int32_t p = 0; p < n_parts; p++) {
        if (!(fractions[p] >= 0.0 && fractions[p] <= 1.0))
            return mote_fail(err, MOTE_ARG, "split: share %d is %g, expected 0 to 1", (int)p + 1,
                             fractions[p]);
        sum += fractions[p];
    }
    if (!(fabs(sum - 1.0) <= 1e-6))
        return mote_fail(err, MOTE_ARG, "split: the shares sum to %g, expected 1", sum);
    return MOTE_OK;
}

static double *have_of(const table *t, int32_t part, int32_t c)
{
    return &t->have[(size_t)part * ((size_t)t->n_labels + 1) + (size_t)c];
}

static void count_in(table *t, const mote_split_group *g, int32_t part)
{
    t->n_in[part]++;
    for (size_t i = 0; i < g->n_counts; i++)
        *have_of(t, part, t->pool[g->counts[i].label]) += g->counts[i].n;
}

static double cost_of(const table *t, const mote_split_group *g, int32_t part)
{
    double cost = 0.0;
    for (size_t i = 0; i < g->n_counts; i++) {
        int32_t c = t->pool[g->counts[i].label];
        double over = *have_of(t, part, c) - t->fractions[part] * t->total[c];
        cost += g->counts[i].n * over / t->total[c];
    }
    return cost;
}

static int32_t choose(const table *t, const mote_split_group *g, size_t n_left)
{
    size_t n_empty = 0;
    for (int32_t p = 0; p < t->n_parts; p++)
        n_empty += t->fractions[p] > 0 && t->n_in[p] == 0 ? 1 : 0;
    bool only_empty = n_empty > 0 && n_left <= n_empty;
    int32_t best = -1;
    double best_cost = 0.0;
    for (int32_t p = 0; p < t->n_parts; p++) {
        if (!(t->fractions[p] > 0) || (only_empty && t->n_in[p] > 0))
            continue;
        double cost = cost_of(t, g, p);
        if (best < 0 || cost < best_cost - 1e-12) {
            best = p;
            best_cost = cost;
        }
    }
    return best;
}

static mote_sha256 key_of(mote_hasher *h, uint64_t seed, const char *name)
{
    mote_hasher_add_str(h, "mote.data.split");
    mote_hasher_add_u64(h, seed);
    mote_hasher_add_str(h, name);
    return mote_hasher_finish(h);
}

/* Totals of the labels, and which of them are pooled. */
static mote_status count_totals(table *t, mote_arena *scratch, mote_err *err)
{
    size_t columns = (size_t)t->n_labels + 1, cells = 0;
    if (!mote_mul_size((size_t)t->n_parts, columns, &cells))
        return mote_fail(err, MOTE_NOMEM, "split of %d labels", (int)t->n_labels);
    MOTE_TRY(mote_arena_take(scratch, columns, sizeof *t->total, &t->total, err));
    MOTE_TRY(mote_arena_take(scratch, columns, sizeof *t->pool, &t->pool, err));
    MOTE_TRY(mote_arena_take(scratch, cells, sizeof *t->have, &t->have, err));
    for (size_t g = 0; g < t->n_groups; g++) {
        for (size_t i = 0; i < t->groups[g].n_counts; i++)
            t->total[t->groups[g].counts[i].label] += t->groups[g].counts[i].n;
    }
    for (int32_t c = 0; c < t->n_labels; c++) {
        t->pool[c] = t->total[c] < RARE ? t->n_labels : c;
        if (t->pool[c] != c)
            t->total[t->n_labels] += t->total[c];
    }
    return MOTE_OK;
}

static mote_status deal(table *t, uint64_t seed, mote_hasher *h, mote_arena *scratch, mote_err *err)
{
    MOTE_TRY(count_totals(t, scratch, err));
    turn *turns = NULL;
    MOTE_TRY(mote_arena_take(scratch, t->n_groups + 1, sizeof *turns, &turns, err));
    size_t n_turns = 0;
    for (size_t g = 0; g < t->n_groups; g++) {
        const mote_split_group *grp = &t->groups[g];
        if (grp->part >= 0) {
            MOTE_BUG_IF(grp->part >= t->n_parts);
            count_in(t, grp, grp->part);
            continue;
        }
        turns[n_turns].key = key_of(h, seed, grp->name);
        turns[n_turns++].group = g;
    }
    qsort(turns, n_turns, sizeof *turns, compare_turns);
    for (size_t i = 0; i < n_turns; i++) {
        mote_split_group *grp = &t->groups[turns[i].group];
        grp->part = choose(t, grp, n_turns - i);
        count_in(t, grp, grp->part);
    }
    return MOTE_OK;
}

mote_status mote_split_deal(mote_split_group *groups, size_t n_groups, int32_t n_labels,
                            const double *fractions, int32_t n_parts, uint64_t seed,
                            mote_arena *scratch, mote_err *err)
{
    MOTE_TRY(check(fractions, n_parts, err));
    mote_hasher *h = NULL;
    MOTE_TRY(mote_hasher_create(&h, err));
    mote_arena_mark mark = mote_arena_save(scratch);
    table t = {.groups = groups, .n_groups = n_groups, .n_labels = n_labels,
               .fractions = fractions, .n_parts = n_parts};
    mote_status st = deal(&t, seed, h, scratch, err);
    mote_arena_rewind(scratch, mark);
    mote_hasher_destroy(h);
    return st;
}
