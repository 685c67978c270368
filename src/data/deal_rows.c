/* SPDX-License-Identifier: Apache-2.0 */
/* Dealing rows: see deal_rows.h. */
#include "data/deal_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/provided.h"
#include "data/split.h"

/* A row that is dealt together with others. */
typedef struct {
    double time_s;
    const char *group, *label;
    uint8_t *split; /* where it goes */
    uint64_t hash;
    uint32_t allowed; /* splits, as bits */
} dealt;

typedef struct {
    mote_store *store;
    const mote_version_config *cfg;
    mote_arena *a;
    mote_data_version *v;
    mote_version_report *report;
    dealt *rows; /* of all files that are dealt */
    size_t n, room;
} dealing;

#define ALL_SPLITS ((1u << MOTE_N_SPLITS) - 1)

static bool is_one(uint32_t allowed)
{
    return (allowed & (allowed - 1)) == 0;
}

/* splitmix64: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators". */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* The split of u in [0, 1) among those that are allowed: the test first, so that it stays as it is
 * when the share of validation changes. */
static mote_split split_of(const mote_version_config *cfg, uint32_t allowed, double u)
{
    static const mote_split order[] = {MOTE_SPLIT_TEST, MOTE_SPLIT_VALIDATION, MOTE_SPLIT_TRAIN};
    double sum = 0, at = 0;
    mote_split last = MOTE_SPLIT_TRAIN;
    for (int i = 0; i < MOTE_N_SPLITS; i++)
        sum += allowed & 1u << i ? cfg->fractions[i] : 0;
    for (int i = 0; i < MOTE_N_SPLITS; i++) {
        if (!(allowed & 1u << order[i]))
            continue;
        last = order[i];
        at += sum > 0 ? cfg->fractions[order[i]] / sum : 1;
        if (u < at)
            return last;
    }
    return last;
}

/* The split of a row by its hash and the seed alone, among those that are allowed (bits of
 * mote_split). */
static mote_split row_split(const mote_version_config *cfg, uint32_t allowed, uint64_t hash)
{
    uint64_t h = mix(hash ^ mix(cfg->seed));
    return split_of(cfg, allowed, (double)(h >> 11) * 0x1p-53);
}

/* ---- reading -------------------------------------------------------------------------------- */

static mote_status add_row(dealing *d, const mote_row_said *said, uint32_t allowed, uint8_t *split,
                           mote_err *err)
{
    if (d->n == d->room) {
        size_t room = d->room ? 2 * d->room : 1024;
        dealt *more = mote_realloc(d->rows, room, sizeof *more);
        if (!more)
            return mote_fail(err, MOTE_NOMEM, "rows of a version");
        d->rows = more;
        d->room = room;
    }
    const char *group = said->group, *label = said->label ? said->label : "";
    char *kept = group ? mote_arena_printf(d->a, "%s=%s", d->cfg->table.group, group) : NULL;
    char *what = group ? mote_arena_strdup(d->a, label) : NULL;
    if (group && (!kept || !what))
        return mote_fail(err, MOTE_NOMEM, "rows of a version");
    d->rows[d->n++] = (dealt){.time_s = isnan(said->time_s) ? -HUGE_VAL : said->time_s,
                              .group = kept,
                              .label = what,
                              .split = split,
                              .hash = said->hash,
                              .allowed = allowed};
    return MOTE_OK;
}

static mote_status read_rows(dealing *d, const mote_decoded *file, uint32_t allowed,
                             mote_version_item *it, mote_err *err)
{
    it->n_rows = it->kind->n_rows(file);
    MOTE_TRY(mote_arena_take(d->a, it->n_rows, sizeof *it->rows, &it->rows, err));
    bool is_by_hash = !d->cfg->by_time && !*d->cfg->table.group;
    for (size_t row = 0; row < it->n_rows; row++) {
        mote_row_said said;
        MOTE_TRY(it->kind->say(file, &d->cfg->table, row, &said, err));
        if (is_one(allowed) || is_by_hash)
            it->rows[row] = (uint8_t)row_split(d->cfg, allowed, said.hash);
        else
            MOTE_TRY(add_row(d, &said, allowed, &it->rows[row], err));
    }
    return MOTE_OK;
}

static mote_status read_file(dealing *d, mote_version_item *it, mote_err *err)
{
    mote_decoding how = it->kind->decoding();
    mote_decoded file;
    uint32_t allowed = 0;
    how.table = &d->cfg->table;
    MOTE_TRY(mote_split_provided(d->store, it->group, &allowed, err));
    MOTE_TRY(mote_sample_load(d->store, it->kind, &it->object, &how, &file, err));
    mote_status st = read_rows(d, &file, allowed ? allowed : ALL_SPLITS, it, err);
    mote_decoded_release(&file);
    return st;
}

/* ---- by time -------------------------------------------------------------------------------- */

static int compare_times(const void *a, const void *b)
{
    const dealt *x = a, *y = b;
    int c = (x->time_s > y->time_s) - (x->time_s < y->time_s);
    return c ? c : (x->split > y->split) - (x->split < y->split);
}

/* Give rows before `end`, from the last on, to a part until it has `want`; where it begins. */
static size_t take_last(dealing *d, size_t end, double want, mote_split part)
{
    size_t at = end;
    while (
        at > 0 && want > 0 &&
        ((double)(end - at) < want || (at < end && !(d->rows[at - 1].time_s < d->rows[at].time_s))))
        *d->rows[--at].split = (uint8_t)part;
    return at;
}

static mote_status deal_by_time(dealing *d, mote_err *err)
{
    const double *f = d->cfg->fractions;
    if (!*d->cfg->table.time)
        return mote_fail(err, MOTE_ARG,
                         "data.splits.by: time needs the column by which rows are in order: "
                         "table.time");
    if (d->n == 0)
        return MOTE_OK;
    qsort(d->rows, d->n, sizeof *d->rows, compare_times);
    /* all files that are dealt may go to the same splits, or to fewer of them */
    uint32_t allowed = ALL_SPLITS;
    double sum = 0;
    for (size_t i = 0; i < d->n; i++)
        allowed &= d->rows[i].allowed;
    for (int i = 0; i < MOTE_N_SPLITS; i++)
        sum += allowed & 1u << i ? f[i] : 0;
    size_t end = d->n;
    for (int part = MOTE_SPLIT_TEST; part >= MOTE_SPLIT_TRAIN; part--) {
        if (!(allowed & 1u << part))
            continue;
        double want = part == MOTE_SPLIT_TRAIN ? (double)end : f[part] / sum * (double)d->n;
        size_t at = take_last(d, end, want, (mote_split)part);
        if (at == end && f[part] > 0)
            return mote_fail(err, MOTE_ARG,
                             "data.splits by time: %zu rows have too few different times in '%s' "
                             "to make the splits",
                             d->n, d->cfg->table.time);
        end = at;
    }
    return MOTE_OK;
}

/* ---- by group ------------------------------------------------------------------------------- */

static int compare_groups(const void *a, const void *b)
{
    const dealt *x = a, *y = b;
    int c = strcmp(x->group, y->group);
    return c ? c : strcmp(x->label, y->label);
}

static int compare_labels(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Different labels when they are classes: few enough to be spread evenly. */
static mote_status list_labels(dealing *d, const char ***out, size_t *n, mote_err *err)
{
    const char **list = NULL;
    MOTE_TRY(mote_arena_take(d->a, d->n + 1, sizeof *list, &list, err));
    for (size_t i = 0; i < d->n; i++)
        list[i] = d->rows[i].label;
    qsort(list, d->n, sizeof *list, compare_labels);
    size_t n_different = 0;
    for (size_t i = 0; i < d->n; i++)
        if (n_different == 0 || strcmp(list[n_different - 1], list[i]) != 0)
            list[n_different++] = list[i];
    *out = list;
    *n = n_different <= 64 ? n_different : 0;
    return MOTE_OK;
}

static mote_status list_groups(dealing *d, mote_split_group *groups, size_t *n_groups,
                               mote_err *err)
{
    const char **labels = NULL;
    size_t n_labels = 0, n = 0;
    mote_split_count *counts = NULL;
    MOTE_TRY(list_labels(d, &labels, &n_labels, err));
    MOTE_TRY(mote_arena_take(d->a, d->n + 1, sizeof *counts, &counts, err));
    for (size_t i = 0; i < d->n; i++) {
        const dealt *r = &d->rows[i];
        bool is_new = i == 0 || strcmp(r->group, r[-1].group) != 0;
        const char **at =
            n_labels ? bsearch(&r->label, labels, n_labels, sizeof *labels, compare_labels) : NULL;
        int32_t label = at ? (int32_t)(at - labels) : 0;
        if (is_new)
            groups[n++] = (mote_split_group){
                .name = r->group, .part = -1, .counts = counts, .allowed = r->allowed};
        mote_split_group *g = &groups[n - 1];
        if (is_new || counts[-1].label != label) {
            *counts++ = (mote_split_count){label, 0};
            g->n_counts++;
        }
        counts[-1].n++;
        g->allowed &= r->allowed;
    }
    *n_groups = n;
    return MOTE_OK;
}

static mote_status load_part(dealing *d, mote_split_group *g, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    mote_split split;
    MOTE_TRY(mote_stmt_prepare(d->store, "SELECT split FROM data_split WHERE grp = ?1", &q, err));
    mote_stmt_bind_text(q, 1, g->name);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (row && mote_split_parse(mote_stmt_text(q, 0), &split) && g->allowed & 1u << split)
        g->part = (int32_t)split;
    return MOTE_OK;
}

static mote_status save_part(dealing *d, const mote_split_group *g, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(d->store,
                               "INSERT INTO data_split (grp, split, decided_ms) "
                               "VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                               &q, err));
    mote_stmt_bind_text(q, 1, g->name);
    mote_stmt_bind_text(q, 2, mote_split_name((mote_split)g->part));
    mote_stmt_bind_i64(q, 3, d->cfg->now_ms);
    MOTE_TRY(mote_stmt_run(q, err));
    d->report->n_new_groups += mote_store_changes(d->store) > 0 ? 1 : 0;
    return MOTE_OK;
}

/* Rows without a group are dealt by their hash; they leave the list. */
static void deal_lone_rows(dealing *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++) {
        dealt *r = &d->rows[i];
        if (r->group)
            d->rows[n++] = *r;
        else
            *r->split = (uint8_t)row_split(d->cfg, r->allowed, r->hash);
    }
    d->n = n;
}

static mote_status deal_by_group(dealing *d, mote_err *err)
{
    mote_split_group *groups = NULL;
    size_t n_groups = 0;
    deal_lone_rows(d);
    if (d->n == 0)
        return MOTE_OK;
    qsort(d->rows, d->n, sizeof *d->rows, compare_groups);
    MOTE_TRY(mote_arena_take(d->a, d->n + 1, sizeof *groups, &groups, err));
    MOTE_TRY(list_groups(d, groups, &n_groups, err));
    for (size_t g = 0; g < n_groups; g++) {
        if (groups[g].allowed == 0)
            return mote_fail(err, MOTE_CONFLICT,
                             "'%s' is in files whose splits were provided and exclude each other",
                             groups[g].name);
        MOTE_TRY(load_part(d, &groups[g], err));
    }
    mote_split_deck deck = {.groups = groups,
                            .n_groups = n_groups,
                            .n_labels = 65,
                            .fractions = d->cfg->fractions,
                            .n_parts = MOTE_N_SPLITS,
                            .seed = d->cfg->seed};
    MOTE_TRY(mote_split_deal(&deck, d->a, err));
    for (size_t i = 0, g = 0; i < d->n; i++) {
        g += strcmp(groups[g].name, d->rows[i].group) != 0 ? 1 : 0;
        *d->rows[i].split = (uint8_t)groups[g].part;
    }
    for (size_t g = 0; g < n_groups; g++)
        MOTE_TRY(save_part(d, &groups[g], err));
    return MOTE_OK;
}

mote_status mote_deal_rows(mote_store *s, const mote_version_config *cfg, mote_arena *a,
                           mote_data_version *v, mote_version_report *report, mote_err *err)
{
    dealing d = {.store = s, .cfg = cfg, .a = a, .v = v, .report = report};
    mote_status st = MOTE_OK;
    bool has_rows = false;
    for (size_t i = 0; i < v->n && st == MOTE_OK; i++) {
        mote_version_item *it = &v->items[i];
        if (!it->kind || !it->kind->n_rows)
            continue;
        MOTE_BUG_IF(cfg->table.target.n == 0);
        has_rows = true;
        st = read_file(&d, it, err);
    }
    if (st == MOTE_OK && has_rows)
        st = cfg->by_time ? deal_by_time(&d, err) : deal_by_group(&d, err);
    mote_free(d.rows);
    return st;
}
