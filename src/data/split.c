/* SPDX-License-Identifier: Apache-2.0 */
/* Dealing groups into parts: see split.h for the rule and its reasons. */
#include "data/split.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define RARE 20 /* labels with fewer samples are pooled */

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

/* The table the dealing works on. Columns are labels; the pool of rare ones is the last. */
typedef struct {
    const mote_split_deck *deck;
    int32_t *pool; /* [n_labels] what a label counts as: itself, or n_labels */
    double *total; /* [n_labels + 1] T_c */
    double *have;  /* [n_parts][n_labels + 1] N_pc, without labels that have a home */
    int32_t *raw;  /* [n_parts][n_labels] samples, not pooled */
    int32_t *part; /* [n_groups] */
    turn *turns;   /* [n_turns] the groups that are dealt now, in order */
    size_t n_turns;
    size_t n_in[MOTE_SPLIT_MAX_PARTS]; /* groups of a part */
} table;

static mote_status check(const mote_split_deck *k, mote_err *err)
{
    if (k->n_parts < 1 || k->n_parts > MOTE_SPLIT_MAX_PARTS)
        return mote_fail(err, MOTE_ARG, "split into %d parts, possible are 1 to %d",
                         (int)k->n_parts, MOTE_SPLIT_MAX_PARTS);
    double sum = 0.0;
    uint32_t wanted = 0;
    for (int32_t p = 0; p < k->n_parts; p++) {
        if (!(k->fractions[p] >= 0.0 && k->fractions[p] <= 1.0))
            return mote_fail(err, MOTE_ARG, "split: share %d is %g, expected 0 to 1", (int)p + 1,
                             k->fractions[p]);
        sum += k->fractions[p];
        wanted |= k->fractions[p] > 0.0 ? 1u << p : 0u;
    }
    if (!(fabs(sum - 1.0) <= 1e-6))
        return mote_fail(err, MOTE_ARG, "split: the shares sum to %g, expected 1", sum);
    for (size_t g = 0; g < k->n_groups; g++) {
        uint32_t allowed = k->groups[g].allowed;
        if (allowed != 0 && (allowed & wanted) == 0)
            return mote_fail(err, MOTE_ARG, "split: group '%s' may only be where the share is 0",
                             k->groups[g].name);
    }
    return MOTE_OK;
}

static int32_t home_of(const table *t, int32_t label)
{
    return t->deck->home ? t->deck->home[label] : -1;
}

static double *have_of(const table *t, int32_t part, int32_t c)
{
    return &t->have[(size_t)part * ((size_t)t->deck->n_labels + 1) + (size_t)c];
}

static int32_t *raw_of(const table *t, int32_t part, int32_t label)
{
    return &t->raw[(size_t)part * (size_t)t->deck->n_labels + (size_t)label];
}

/* Group g into a part (sign 1), or out of it (-1). */
static void count_in(table *t, size_t g, int32_t part, int32_t sign)
{
    const mote_split_group *grp = &t->deck->groups[g];
    t->n_in[part] += sign > 0 ? 1 : (size_t)-1;
    for (size_t i = 0; i < grp->n_counts; i++) {
        int32_t label = grp->counts[i].label;
        *raw_of(t, part, label) += sign * grp->counts[i].n;
        if (home_of(t, label) < 0)
            *have_of(t, part, t->pool[label]) += sign * grp->counts[i].n;
    }
    t->part[g] = sign > 0 ? part : -1;
}

/* What it costs to have group g in a part: the deviation from its share that grows. Samples at home
 * elsewhere are lost, which decides for a group that has nothing else. */
static double cost_of(const table *t, const mote_split_group *g, int32_t part)
{
    double cost = 0.0, n_lost = 0.0;
    bool has_others = false;
    for (size_t i = 0; i < g->n_counts; i++) {
        int32_t home = home_of(t, g->counts[i].label);
        if (home >= 0) {
            n_lost += home == part ? 0 : g->counts[i].n;
            continue;
        }
        has_others = true;
        int32_t c = t->pool[g->counts[i].label];
        double over = *have_of(t, part, c) - t->deck->fractions[part] * t->total[c];
        cost += g->counts[i].n * over / t->total[c];
    }
    return has_others ? cost : n_lost;
}

static bool may_be_in(const table *t, const mote_split_group *g, int32_t part)
{
    return t->deck->fractions[part] > 0 && (g->allowed == 0 || (g->allowed >> part & 1u) != 0);
}

/* Groups that a part lacks to the least number. */
static size_t lack_of(const table *t, int32_t part)
{
    size_t least = t->deck->least_groups > 0 ? t->deck->least_groups : 1;
    bool is_wanted = t->deck->fractions[part] > 0;
    return is_wanted && t->n_in[part] < least ? least - t->n_in[part] : 0;
}

static int32_t choose(const table *t, const mote_split_group *g, size_t n_left)
{
    size_t n_lacking = 0;
    bool helps = false; /* it may go where groups lack */
    for (int32_t p = 0; p < t->deck->n_parts; p++) {
        n_lacking += lack_of(t, p);
        helps = helps || (lack_of(t, p) > 0 && may_be_in(t, g, p));
    }
    bool only_lacking = helps && n_left <= n_lacking;
    int32_t best = -1;
    double best_cost = 0.0;
    for (int32_t p = 0; p < t->deck->n_parts; p++) {
        if (!may_be_in(t, g, p) || (only_lacking && lack_of(t, p) == 0))
            continue;
        double cost = cost_of(t, g, p);
        if (best < 0 || cost < best_cost - 1e-12) {
            best = p;
            best_cost = cost;
        }
    }
    return best;
}

/* ---- mending ------------------------------------------------------------------------------- */

/* May g leave its part, without taking away the last sample of a label there? */
static bool can_be_spared(const table *t, size_t g)
{
    const mote_split_group *grp = &t->deck->groups[g];
    int32_t part = t->part[g];
    if (t->n_in[part] < 2)
        return false;
    for (size_t i = 0; i < grp->n_counts; i++) {
        int32_t label = grp->counts[i].label;
        bool counts = home_of(t, label) < 0 || home_of(t, label) == part;
        if (counts && *raw_of(t, part, label) <= grp->counts[i].n)
            return false;
    }
    return true;
}

static bool has_label(const mote_split_group *g, int32_t label)
{
    for (size_t i = 0; i < g->n_counts; i++) {
        if (g->counts[i].label == label && g->counts[i].n > 0)
            return true;
    }
    return false;
}

/* Give `part` a sample of `label`, if some group dealt now can be spared. */
static void mend(table *t, int32_t label, int32_t part)
{
    size_t best = SIZE_MAX;
    double best_cost = 0.0;
    for (size_t i = 0; i < t->n_turns; i++) {
        size_t g = t->turns[i].group;
        const mote_split_group *grp = &t->deck->groups[g];
        if (!has_label(grp, label) || !may_be_in(t, grp, part) || !can_be_spared(t, g))
            continue;
        double cost = cost_of(t, grp, part) - cost_of(t, grp, t->part[g]);
        if (best == SIZE_MAX || cost < best_cost - 1e-12) {
            best = g;
            best_cost = cost;
        }
    }
    if (best == SIZE_MAX)
        return;
    count_in(t, best, t->part[best], -1);
    count_in(t, best, part, 1);
}

static void mend_all(table *t)
{
    for (int32_t c = 0; c < t->deck->n_labels; c++) {
        for (int32_t p = 0; t->total[c] > 0 && p < t->deck->n_parts; p++) {
            bool is_due = t->deck->fractions[p] > 0 && (home_of(t, c) < 0 || home_of(t, c) == p);
            if (is_due && *raw_of(t, p, c) == 0)
                mend(t, c, p);
        }
    }
}

/* ---- the deal ------------------------------------------------------------------------------ */

static mote_sha256 key_of(mote_hasher *h, uint64_t seed, const char *name)
{
    mote_hasher_add_str(h, "mote.data.split");
    mote_hasher_add_u64(h, seed);
    mote_hasher_add_str(h, name);
    return mote_hasher_finish(h);
}

static mote_status take_room(table *t, mote_arena *scratch, mote_err *err)
{
    const mote_split_deck *k = t->deck;
    size_t columns = (size_t)k->n_labels + 1, cells = 0;
    if (!mote_mul_size((size_t)k->n_parts, columns, &cells))
        return mote_fail(err, MOTE_NOMEM, "split of %d labels", (int)k->n_labels);
    MOTE_TRY(mote_arena_take(scratch, columns, sizeof *t->total, &t->total, err));
    MOTE_TRY(mote_arena_take(scratch, columns, sizeof *t->pool, &t->pool, err));
    MOTE_TRY(mote_arena_take(scratch, cells, sizeof *t->have, &t->have, err));
    MOTE_TRY(mote_arena_take(scratch, cells, sizeof *t->raw, &t->raw, err));
    MOTE_TRY(mote_arena_take(scratch, k->n_groups + 1, sizeof *t->part, &t->part, err));
    return mote_arena_take(scratch, k->n_groups + 1, sizeof *t->turns, &t->turns, err);
}

/* Totals of the labels, and which of them are pooled. */
static void count_totals(table *t)
{
    const mote_split_deck *k = t->deck;
    for (size_t g = 0; g < k->n_groups; g++) {
        for (size_t i = 0; i < k->groups[g].n_counts; i++)
            t->total[k->groups[g].counts[i].label] += k->groups[g].counts[i].n;
    }
    for (int32_t c = 0; c < k->n_labels; c++) {
        t->pool[c] = t->total[c] < RARE ? k->n_labels : c;
        if (t->pool[c] != c && home_of(t, c) < 0)
            t->total[k->n_labels] += t->total[c];
    }
}

static mote_status deal(table *t, mote_hasher *h, mote_arena *scratch, mote_err *err)
{
    const mote_split_deck *k = t->deck;
    MOTE_TRY(take_room(t, scratch, err));
    count_totals(t);
    for (size_t g = 0; g < k->n_groups; g++) {
        const mote_split_group *grp = &k->groups[g];
        if (grp->part >= 0) {
            MOTE_BUG_IF(grp->part >= k->n_parts);
            count_in(t, g, grp->part, 1);
            continue;
        }
        t->turns[t->n_turns].key = key_of(h, k->seed, grp->name);
        t->turns[t->n_turns++].group = g;
    }
    qsort(t->turns, t->n_turns, sizeof *t->turns, compare_turns);
    for (size_t i = 0; i < t->n_turns; i++) {
        size_t g = t->turns[i].group;
        count_in(t, g, choose(t, &k->groups[g], t->n_turns - i), 1);
    }
    mend_all(t);
    for (size_t i = 0; i < t->n_turns; i++)
        k->groups[t->turns[i].group].part = t->part[t->turns[i].group];
    return MOTE_OK;
}

mote_status mote_split_deal(const mote_split_deck *deck, mote_arena *scratch, mote_err *err)
{
    MOTE_TRY(check(deck, err));
    mote_hasher *h = NULL;
    MOTE_TRY(mote_hasher_create(&h, err));
    mote_arena_mark mark = mote_arena_save(scratch);
    table t = {.deck = deck};
    mote_status st = deal(&t, h, scratch, err);
    mote_arena_rewind(scratch, mark);
    mote_hasher_destroy(h);
    return st;
}
