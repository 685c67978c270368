/* SPDX-License-Identifier: Apache-2.0 */
/* Counts per label: see summary.h. Items are sorted by (label, group) and counted in one walk. */
#include "data/summary.h"

#include <stdlib.h>
#include <string.h>

#include "data/sample.h"

typedef struct {
    const char *label, *group;
    int64_t duration_us;
    size_t n; /* samples: rows of a file of rows, else 1 */
    size_t in_split[MOTE_N_SPLITS];
    size_t n_unsplit, n_unused; /* of n */
} entry;

#define NO_SPLIT (-1)
#define UNUSED   (-2)

static int compare_entries(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    int c = strcmp(x->label, y->label);
    return c ? c : strcmp(x->group, y->group);
}

static int compare_groups(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->group, ((const entry *)b)->group);
}

static void count(mote_label_summary *l, const entry *e)
{
    l->n += e->n;
    l->duration_us += e->duration_us;
    for (int s = 0; s < MOTE_N_SPLITS; s++)
        l->in_split[s] += e->in_split[s];
    l->n_unused += e->n_unused;
    l->n_unsplit += e->n_unsplit;
}

/* One sample: split is a mote_split, NO_SPLIT or UNUSED. */
static void place(entry *e, int split)
{
    e->n = 1;
    if (split >= 0)
        e->in_split[split] = 1;
    e->n_unused = split == UNUSED;
    e->n_unsplit = split == NO_SPLIT;
}

/* An item of a version: its rows, each in a split of its own, or one sample. */
static void place_item(entry *e, const mote_version_item *it)
{
    if (!it->rows) {
        place(e, mote_version_used(it) ? (int)it->split : UNUSED);
        return;
    }
    e->n = e->n_unused = mote_version_n(it);
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        e->in_split[s] = mote_version_n_in(it, (mote_split)s);
        e->n_unused -= e->in_split[s];
    }
}

static mote_status summarise(entry *e, size_t n, mote_arena *a, mote_data_summary *out,
                             mote_err *err)
{
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *out->labels, &out->labels, err));
    qsort(e, n, sizeof *e, compare_entries);
    for (size_t i = 0; i < n; i++) {
        bool new_label = i == 0 || strcmp(e[i].label, e[i - 1].label) != 0;
        if (new_label)
            out->labels[out->n_labels++] = (mote_label_summary){.label = e[i].label};
        mote_label_summary *l = &out->labels[out->n_labels - 1];
        l->n_groups += new_label || strcmp(e[i].group, e[i - 1].group) != 0 ? 1 : 0;
        count(l, &e[i]);
        count(&out->total, &e[i]);
    }
    out->total.label = "";
    qsort(e, n, sizeof *e, compare_groups);
    for (size_t i = 0; i < n; i++)
        out->total.n_groups += i == 0 || strcmp(e[i].group, e[i - 1].group) != 0 ? 1 : 0;
    return MOTE_OK;
}

static const char *label_in(const char *label, const char *const *keep, size_t n_keep)
{
    for (size_t i = 0; i < n_keep; i++) {
        if (strcmp(label, keep[i]) == 0)
            return label;
    }
    return keep ? MOTE_SUMMARY_OTHERS : label;
}

/* Is it built in? Then it is counted here. */
static bool count_builtin(mote_data_summary *s, const char *group, mote_data_role role)
{
    if (!mote_sample_is_builtin(group))
        return false;
    *(role == MOTE_ROLE_BACKGROUND ? &s->n_builtin_noises : &s->n_builtin_words) += 1;
    return true;
}

/* The built-in words by label: e is put into another order. */
static mote_status list_builtin(entry *e, size_t n, mote_arena *a, mote_data_summary *out,
                                mote_err *err)
{
    mote_data_summary s = {0};
    MOTE_TRY(summarise(e, n, a, &s, err));
    out->builtin = s.labels;
    out->n_builtin = s.n_labels;
    return MOTE_OK;
}

const mote_label_summary *mote_summary_spoken(const mote_data_summary *s, const char *label)
{
    for (size_t i = 0; i < s->n_builtin; i++)
        if (strcmp(s->builtin[i].label, label) == 0)
            return &s->builtin[i];
    return NULL;
}

/* The split that a table has for a name; NO_SPLIT: none. */
static mote_status find_part(mote_store *s, const char *sql, const char *name, int *split,
                             mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, sql, &q, err));
    bool row = false;
    mote_split found;
    mote_stmt_bind_text(q, 1, name);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *split = row && mote_split_parse(mote_stmt_text(q, 0), &found) ? (int)found : NO_SPLIT;
    return MOTE_OK;
}

static mote_status find_split(mote_store *s, const char *group, const char *word, int *split,
                              mote_err *err)
{
    int of_word = NO_SPLIT;
    MOTE_TRY(find_part(s, "SELECT split FROM data_split WHERE grp = ?1", group, split, err));
    if (word)
        MOTE_TRY(find_part(s, "SELECT split FROM data_word_split WHERE label = ?1", word, &of_word,
                           err));
    if (*split >= 0 && of_word >= 0 && of_word != *split)
        *split = UNUSED;
    return MOTE_OK;
}

static void count_negative(mote_data_summary *s, int64_t duration_us, int split)
{
    s->n_negative++;
    s->negative_us += duration_us;
    if (split >= 0 && split < MOTE_N_SPLITS)
        s->negative_in_us[split] += duration_us;
}

mote_status mote_summary_of_store(mote_store *s, const char *const *keep, size_t n_keep,
                                  mote_arena *a, mote_data_summary *out, mote_err *err)
{
    mote_sample_row *rows = NULL;
    size_t n_rows = 0, n = 0, n_made = 0;
    entry *entries = NULL, *made = NULL;
    mote_data_summary sum = {0};
    MOTE_TRY(mote_sample_list(s, a, &rows, &n_rows, err));
    MOTE_TRY(mote_arena_take(a, n_rows + 1, sizeof *entries, &entries, err));
    MOTE_TRY(mote_arena_take(a, n_rows + 1, sizeof *made, &made, err));
    for (size_t i = 0; i < n_rows; i++) {
        const mote_sample_row *r = &rows[i];
        const bool is_made = count_builtin(&sum, r->group, r->role);
        if (r->role == MOTE_ROLE_BACKGROUND) {
            sum.n_background += is_made ? 0 : 1;
            sum.background_us += is_made ? 0 : r->duration_us;
            continue;
        }
        if (r->role == MOTE_ROLE_NEGATIVE) {
            int split = NO_SPLIT;
            MOTE_TRY(find_split(s, r->group, NULL, &split, err));
            count_negative(&sum, r->duration_us, split);
            continue;
        }
        entry e = {.label = is_made ? r->label : label_in(r->label, keep, n_keep),
                   .group = r->group,
                   .duration_us = r->duration_us};
        int split = NO_SPLIT;
        if (is_made) {
            mote_split own;
            place(&e, mote_builtin_split(r->group, &own) ? (int)own : NO_SPLIT);
            made[n_made++] = e;
            continue;
        }
        bool is_kept = keep && e.label == r->label;
        MOTE_TRY(find_split(s, r->group, is_kept ? NULL : r->label, &split, err));
        place(&e, split);
        entries[n++] = e;
    }
    MOTE_TRY(summarise(entries, n, a, &sum, err));
    MOTE_TRY(list_builtin(made, n_made, a, &sum, err));
    *out = sum;
    return MOTE_OK;
}

mote_status mote_summary_of_version(const mote_data_version *v, const char *const *keep,
                                    size_t n_keep, mote_arena *a, mote_data_summary *out,
                                    mote_err *err)
{
    entry *entries = NULL, *made = NULL;
    size_t n = 0, n_made = 0;
    mote_data_summary sum = {0};
    MOTE_TRY(mote_arena_take(a, v->n + 1, sizeof *entries, &entries, err));
    MOTE_TRY(mote_arena_take(a, v->n + 1, sizeof *made, &made, err));
    for (size_t i = 0; i < v->n; i++) {
        const mote_version_item *it = &v->items[i];
        const bool is_made = count_builtin(&sum, it->group, it->role);
        if (it->role == MOTE_ROLE_BACKGROUND) {
            sum.n_background += is_made ? 0 : 1;
            sum.background_us += is_made ? 0 : it->duration_us;
            continue;
        }
        if (it->role == MOTE_ROLE_NEGATIVE) {
            count_negative(&sum, it->duration_us, (int)it->split);
            continue;
        }
        entry *e = is_made ? &made[n_made++] : &entries[n++];
        *e = (entry){.label = is_made ? it->label : label_in(it->label, keep, n_keep),
                     .group = it->group,
                     .duration_us = it->duration_us};
        place_item(e, it);
    }
    MOTE_TRY(summarise(entries, n, a, &sum, err));
    MOTE_TRY(list_builtin(made, n_made, a, &sum, err));
    *out = sum;
    return MOTE_OK;
}
