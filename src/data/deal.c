/* SPDX-License-Identifier: Apache-2.0 */
/* Dealing groups and words: see deal.h. Folds for cross-validation are dealt here too. */
#include "data/deal.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/deal_negative.h"
#include "data/deal_time.h"
#include "data/provided.h"
#include "data/split.h"
#include "project/project.h"

/* Words from which on each split gets two of them: one word says little about all the others. */
#define MANY_WORDS 8

/* A label of the version: n items from `first` on, among which may be some that are not dealt. */
typedef struct {
    const char *name;
    size_t first, n;
    bool is_word; /* to be held apart */
    int32_t part; /* of a word; -1: not dealt */
    int32_t id;   /* in the deal of groups: words of one part are one label */
} label_entry;

typedef struct {
    const mote_data_version *v;
    mote_arena *arena;
    const double *fractions;
    int32_t n_parts;
    uint64_t seed;
    label_entry *labels; /* [n_labels], in the order of the items */
    int32_t n_labels;
    int32_t n_words;          /* that are held apart */
    mote_split_group *groups; /* [n_groups], sorted by name */
    size_t n_groups;
    int32_t *group_of; /* [v->n] index into groups; -1 for background recordings */
    int32_t *label_of; /* [v->n] index into labels; -1 likewise */
} dealing;

/* ---- labels and groups --------------------------------------------------------------------- */

/* Background recordings belong to all splits, the built-in set has its own, and of a file with rows
 * each row has one. */
static bool is_dealt(const mote_version_item *it)
{
    bool has_rows = it->rows || (it->kind && it->kind->n_rows);
    return it->role == MOTE_ROLE_EXAMPLE && !has_rows && !mote_sample_is_builtin(it->group);
}

static mote_status list_labels(dealing *d, mote_err *err)
{
    const mote_data_version *v = d->v;
    MOTE_TRY(mote_arena_take(d->arena, v->n + 1, sizeof *d->labels, &d->labels, err));
    MOTE_TRY(mote_arena_take(d->arena, v->n + 1, sizeof *d->label_of, &d->label_of, err));
    for (size_t i = 0; i < v->n; i++) {
        d->label_of[i] = -1;
        if (!is_dealt(&v->items[i]))
            continue;
        const char *name = v->items[i].label;
        if (d->n_labels == 0 || strcmp(d->labels[d->n_labels - 1].name, name) != 0)
            d->labels[d->n_labels++] = (label_entry){.name = name, .first = i, .part = -1};
        d->labels[d->n_labels - 1].n++;
        d->label_of[i] = d->n_labels - 1;
    }
    return MOTE_OK;
}

/* Item `index` of a group. */
typedef struct {
    const char *group;
    int32_t label;
    size_t index;
} member;

static int compare_members(const void *a, const void *b)
{
    const member *x = a, *y = b;
    int c = strcmp(x->group, y->group);
    if (c == 0)
        c = (x->label > y->label) - (x->label < y->label);
    return c ? c : (x->index > y->index) - (x->index < y->index);
}

static mote_status list_groups(dealing *d, mote_err *err)
{
    const mote_data_version *v = d->v;
    member *m = NULL;
    mote_split_count *counts = NULL; /* one per (group, label) that occurs: at most n */
    size_t n = 0, n_counts = 0;
    MOTE_TRY(mote_arena_take(d->arena, v->n + 1, sizeof *m, &m, err));
    MOTE_TRY(mote_arena_take(d->arena, v->n + 1, sizeof *counts, &counts, err));
    MOTE_TRY(mote_arena_take(d->arena, v->n + 1, sizeof *d->groups, &d->groups, err));
    MOTE_TRY(mote_arena_take(d->arena, v->n + 1, sizeof *d->group_of, &d->group_of, err));
    for (size_t i = 0; i < v->n; i++) {
        d->group_of[i] = -1;
        if (is_dealt(&v->items[i]))
            m[n++] = (member){v->items[i].group, d->label_of[i], i};
    }
    qsort(m, n, sizeof *m, compare_members);
    for (size_t i = 0; i < n; i++) {
        bool new_group = i == 0 || strcmp(m[i].group, m[i - 1].group) != 0;
        if (new_group)
            d->groups[d->n_groups++] =
                (mote_split_group){.name = m[i].group, .part = -1, .counts = counts + n_counts};
        mote_split_group *g = &d->groups[d->n_groups - 1];
        if (new_group || m[i - 1].label != m[i].label) {
            counts[n_counts++] = (mote_split_count){m[i].label, 0};
            g->n_counts++;
        }
        counts[n_counts - 1].n++;
        d->group_of[m[i].index] = (int32_t)(d->n_groups - 1);
    }
    return MOTE_OK;
}

/* ---- words --------------------------------------------------------------------------------- */

/* Parts in which recordings of a word can count, by the people who say it; 0: in all. */
static uint32_t parts_of(const dealing *d, const label_entry *w)
{
    uint32_t parts = 0, all = 0;
    for (int32_t p = 0; p < d->n_parts; p++)
        all |= d->fractions[p] > 0 ? 1u << p : 0u;
    size_t seen = 0;
    for (size_t i = w->first; seen < w->n; i++) {
        if (d->group_of[i] < 0)
            continue;
        seen++;
        const mote_split_group *g = &d->groups[d->group_of[i]];
        parts |= g->part >= 0 ? 1u << g->part : g->allowed ? g->allowed : all;
    }
    return (parts & all) == all ? 0 : parts & all;
}

/* Held apart are words only when each split can have one. */
static void count_words(dealing *d)
{
    int32_t n = 0, needed = 0;
    for (int32_t c = 0; c < d->n_labels; c++)
        n += d->labels[c].is_word ? 1 : 0;
    for (int32_t p = 0; p < d->n_parts; p++)
        needed += d->fractions[p] > 0 ? 1 : 0;
    d->n_words = n >= needed ? n : 0;
    for (int32_t c = 0; n < needed && c < d->n_labels; c++)
        d->labels[c].is_word = false;
}

static mote_status deal_words(dealing *d, mote_err *err)
{
    mote_split_group *words = NULL;
    mote_split_count *counts = NULL;
    size_t n = 0;
    MOTE_TRY(mote_arena_take(d->arena, (size_t)d->n_words + 1, sizeof *words, &words, err));
    MOTE_TRY(mote_arena_take(d->arena, (size_t)d->n_words + 1, sizeof *counts, &counts, err));
    for (int32_t c = 0; c < d->n_labels; c++) {
        const label_entry *w = &d->labels[c];
        if (!w->is_word)
            continue;
        counts[n] = (mote_split_count){0, (int32_t)w->n};
        words[n] = (mote_split_group){.name = w->name,
                                      .counts = &counts[n],
                                      .n_counts = 1,
                                      .part = w->part,
                                      .allowed = parts_of(d, w)};
        n++;
    }
    mote_split_deck deck = {.groups = words,
                            .n_groups = n,
                            .n_labels = 1,
                            .fractions = d->fractions,
                            .n_parts = d->n_parts,
                            .least_groups = n >= MANY_WORDS ? 2 : 1,
                            .seed = d->seed};
    MOTE_TRY(mote_split_deal(&deck, d->arena, err));
    n = 0;
    for (int32_t c = 0; c < d->n_labels; c++)
        if (d->labels[c].is_word)
            d->labels[c].part = words[n++].part;
    return MOTE_OK;
}

/* ---- groups -------------------------------------------------------------------------------- */

/* From here on all words of one part are one label, at home there. */
static int32_t name_labels(dealing *d)
{
    int32_t n = 0;
    for (int32_t c = 0; c < d->n_labels; c++)
        if (!d->labels[c].is_word)
            d->labels[c].id = n++;
    for (int32_t c = 0; c < d->n_labels; c++)
        if (d->labels[c].is_word)
            d->labels[c].id = n + d->labels[c].part;
    return n;
}

static mote_status count_labels(const dealing *d, const mote_split_group *before, int32_t n_asked,
                                mote_split_group *g, mote_err *err)
{
    int32_t at_home[MOTE_SPLIT_MAX_PARTS] = {0};
    mote_split_count *counts = NULL;
    size_t n = 0;
    MOTE_TRY(mote_arena_take(d->arena, before->n_counts + (size_t)d->n_parts, sizeof *counts,
                             &counts, err));
    for (size_t i = 0; i < before->n_counts; i++) {
        const label_entry *l = &d->labels[before->counts[i].label];
        if (l->is_word)
            at_home[l->part] += before->counts[i].n;
        else
            counts[n++] = (mote_split_count){l->id, before->counts[i].n};
    }
    for (int32_t p = 0; p < d->n_parts; p++)
        if (at_home[p] > 0)
            counts[n++] = (mote_split_count){n_asked + p, at_home[p]};
    g->counts = counts;
    g->n_counts = n;
    return MOTE_OK;
}

static mote_status deal(dealing *d, mote_err *err)
{
    if (d->n_words > 0)
        MOTE_TRY(deal_words(d, err));
    int32_t n_others = name_labels(d), n = n_others + (d->n_words > 0 ? d->n_parts : 0);
    int32_t *home = NULL;
    MOTE_TRY(mote_arena_take(d->arena, (size_t)n + 1, sizeof *home, &home, err));
    for (int32_t c = 0; c < n; c++)
        home[c] = c < n_others ? -1 : c - n_others;
    for (size_t g = 0; g < d->n_groups; g++)
        MOTE_TRY(count_labels(d, &d->groups[g], n_others, &d->groups[g], err));
    mote_split_deck deck = {.groups = d->groups,
                            .n_groups = d->n_groups,
                            .n_labels = n,
                            .home = home,
                            .fractions = d->fractions,
                            .n_parts = d->n_parts,
                            .seed = d->seed};
    return mote_split_deal(&deck, d->arena, err);
}

/* ---- what is remembered -------------------------------------------------------------------- */

/* The split that a row of the table has for a name; -1: none. */
static mote_status load_part(mote_stmt *q, const char *name, int32_t *part, mote_err *err)
{
    bool row = false;
    mote_split split;
    mote_stmt_bind_text(q, 1, name);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *part = row && mote_split_parse(mote_stmt_text(q, 0), &split) ? (int32_t)split : -1;
    mote_stmt_reset(q);
    return MOTE_OK;
}

/* The parts that groups and words have, and what was provided for groups that have none. */
static mote_status load_parts(mote_store *s, dealing *d, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL, *w = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT split FROM data_split WHERE grp = ?1", &q, err));
    for (size_t i = 0; i < d->n_groups; i++) {
        mote_split_group *g = &d->groups[i];
        MOTE_TRY(load_part(q, g->name, &g->part, err));
        if (g->part < 0)
            MOTE_TRY(mote_split_provided(s, g->name, &g->allowed, err));
    }
    MOTE_TRY(mote_stmt_prepare(s, "SELECT split FROM data_word_split WHERE label = ?1", &w, err));
    for (int32_t c = 0; c < d->n_labels; c++) {
        if (d->labels[c].is_word)
            MOTE_TRY(load_part(w, d->labels[c].name, &d->labels[c].part, err));
    }
    return MOTE_OK;
}

static mote_status save_part(mote_store *s, const char *sql, const char *name, int32_t part,
                             int64_t now_ms, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, sql, &q, err));
    mote_stmt_bind_text(q, 1, name);
    mote_stmt_bind_text(q, 2, mote_split_name((mote_split)part));
    mote_stmt_bind_i64(q, 3, now_ms);
    return mote_stmt_run(q, err);
}

static mote_status save_parts(mote_store *s, const dealing *d, const mote_version_config *cfg,
                              mote_version_report *report, mote_err *err)
{
    static const char kept[] = "INSERT INTO data_split (grp, split, decided_ms) "
                               "VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    static const char moved[] = "INSERT INTO data_split (grp, split, decided_ms) "
                                "VALUES (?1, ?2, ?3) ON CONFLICT (grp) DO UPDATE SET split = ?2, "
                                "decided_ms = ?3 WHERE split <> ?2";
    for (size_t i = 0; i < d->n_groups; i++) {
        MOTE_TRY(save_part(s, cfg->by_time ? moved : kept, d->groups[i].name, d->groups[i].part,
                           cfg->now_ms, err));
        report->n_new_groups += mote_store_changes(s) > 0 ? 1 : 0;
    }
    for (int32_t c = 0; c < d->n_labels; c++) {
        if (d->labels[c].is_word)
            MOTE_TRY(save_part(s,
                               "INSERT INTO data_word_split (label, split, decided_ms) "
                               "VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                               d->labels[c].name, d->labels[c].part, cfg->now_ms, err));
    }
    return MOTE_OK;
}

/* ---- splits of a version ------------------------------------------------------------------- */

static bool is_foreign(const mote_version_config *cfg, const char *label)
{
    if (strcmp(label, MOTE_CLASS_UNKNOWN) == 0 || strcmp(label, MOTE_CLASS_SILENCE) == 0)
        return false;
    return !mote_version_asks_for(cfg, label);
}

/* Built-in words are in their split; where the user has recordings of the same word, and it was
 * dealt to another, they count in none. */
static void give_builtin(const dealing *d, mote_data_version *v, mote_version_report *report)
{
    int32_t at = 0;
    for (size_t i = 0; i < v->n; i++) {
        mote_version_item *it = &v->items[i];
        if (it->role != MOTE_ROLE_EXAMPLE || !mote_sample_is_builtin(it->group))
            continue;
        (void)mote_builtin_split(it->group, &it->split);
        it->is_word = true;
        it->word = it->split;
        while (at < d->n_labels && strcmp(d->labels[at].name, it->label) < 0)
            at++;
        bool is_shared = at < d->n_labels && strcmp(d->labels[at].name, it->label) == 0;
        if (is_shared && d->labels[at].is_word)
            it->word = (mote_split)d->labels[at].part;
        report->n_unused += it->word != it->split ? 1 : 0;
    }
}

/* By time: each group has the time of its latest sample. */
static mote_status deal_by_time(dealing *d, mote_err *err)
{
    int64_t *times = NULL;
    MOTE_TRY(mote_arena_take(d->arena, d->n_groups + 1, sizeof *times, &times, err));
    for (size_t g = 0; g < d->n_groups; g++)
        times[g] = INT64_MIN;
    for (size_t i = 0; i < d->v->n; i++) {
        int32_t g = d->group_of[i];
        if (g >= 0 && d->v->items[i].time_ms > times[g])
            times[g] = d->v->items[i].time_ms;
    }
    return mote_deal_time(d->groups, times, d->n_groups, d->fractions, d->arena, err);
}

mote_status mote_deal_splits(mote_store *s, const mote_version_config *cfg, mote_arena *a,
                             mote_data_version *v, mote_version_report *report, mote_err *err)
{
    dealing d = {.v = v,
                 .arena = a,
                 .fractions = cfg->fractions,
                 .n_parts = MOTE_N_SPLITS,
                 .seed = cfg->seed};
    MOTE_TRY(list_labels(&d, err));
    for (int32_t c = 0; cfg->words_apart && !cfg->by_time && c < d.n_labels; c++)
        d.labels[c].is_word = is_foreign(cfg, d.labels[c].name);
    count_words(&d);
    MOTE_TRY(list_groups(&d, err));
    if (!cfg->by_time)
        MOTE_TRY(load_parts(s, &d, err));
    if (d.n_groups > 0) /* else there are rows, or background, alone */
        MOTE_TRY(cfg->by_time ? deal_by_time(&d, err) : deal(&d, err));
    MOTE_TRY(save_parts(s, &d, cfg, report, err));
    give_builtin(&d, v, report);
    for (size_t i = 0; i < v->n; i++) {
        mote_version_item *it = &v->items[i];
        if (!is_dealt(it))
            continue;
        const label_entry *l = &d.labels[d.label_of[i]];
        it->split = (mote_split)d.groups[d.group_of[i]].part;
        it->is_word = l->is_word;
        it->word = l->is_word ? (mote_split)l->part : it->split;
        report->n_unused += it->word != it->split ? 1 : 0;
    }
    return MOTE_OK;
}

/* ---- folds --------------------------------------------------------------------------------- */

static bool has_rows(const mote_data_version *v)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].rows)
            return true;
    return false;
}

mote_status mote_version_folds(const mote_data_version *v, int32_t k, uint64_t seed, mote_arena *a,
                               mote_fold **fold, mote_err *err)
{
    if (k < 2 || k > 20)
        return mote_fail(err, MOTE_ARG, "%d folds, possible are 2 to 20", (int)k);
    double shares[MOTE_SPLIT_MAX_PARTS];
    for (int32_t i = 0; i < k; i++)
        shares[i] = 1.0 / k;
    dealing d = {.v = v, .arena = a, .fractions = shares, .n_parts = k, .seed = seed};
    mote_fold *out = NULL;
    MOTE_TRY(list_labels(&d, err));
    for (int32_t c = 0; c < d.n_labels; c++)
        d.labels[c].is_word = v->items[d.labels[c].first].is_word;
    count_words(&d);
    MOTE_TRY(list_groups(&d, err));
    const bool is_rows_alone = d.n_groups == 0 && has_rows(v); /* whose folds their hashes say */
    if (d.n_groups < (size_t)k && !is_rows_alone)
        return mote_fail(err, MOTE_ARG, "%d folds need at least %d groups, there are %zu", (int)k,
                         (int)k, d.n_groups);
    if (!is_rows_alone)
        MOTE_TRY(deal(&d, err));
    MOTE_TRY(mote_arena_take(a, v->n + 1, sizeof *out, &out, err));
    for (size_t i = 0; i < v->n; i++) {
        out[i] = (mote_fold){-1, -1};
        if (d.group_of[i] < 0)
            continue;
        out[i].group = d.groups[d.group_of[i]].part;
        if (d.labels[d.label_of[i]].is_word)
            out[i].word = d.labels[d.label_of[i]].part;
    }
    MOTE_TRY(mote_deal_negative_folds(v, k, a, out, err));
    *fold = out;
    return MOTE_OK;
}
