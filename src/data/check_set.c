/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the data as a whole: duplicates, counts per class, group and split, spelling of labels,
 * what is missing. See check.h. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/builtin.h"
#include "data/check_internal.h"
#include "data/provided.h"
#include "data/version.h"

/* Fewest clips of a class in validation or test that say anything. */
#define FEW_TO_JUDGE 5

mote_status mote_check_rejected(mote_checker *c, mote_err *err)
{
    int64_t n = 0;
    MOTE_TRY(mote_store_query_i64(c->store, "SELECT count(*) FROM data_rejected", &n, err));
    if (n == 0)
        return MOTE_OK;
    mote_finding *f;
    MOTE_TRY(mote_check_find(c,
                             &(mote_finding){.id = "left-out",
                                             .severity = MOTE_FINDING_WARNING,
                                             .count = (size_t)n,
                                             .remedy = "mend or remove the "
                                                       "files, then add the folder again"},
                             &f, err, "files that could not be added and were left out: %lld",
                             (long long)n));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(c->store,
                               "SELECT source, reason FROM data_rejected ORDER BY source "
                               "LIMIT 5",
                               &q, err));
    for (;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return MOTE_OK;
        MOTE_TRY(
            mote_check_example(c, f, err, "%s: %s", mote_stmt_text(q, 0), mote_stmt_text(q, 1)));
    }
}

/* ---- duplicates ---------------------------------------------------------------------------- */

static int compare_sound(const void *a, const void *b)
{
    const mote_sample_row *x = *(const mote_sample_row *const *)a;
    const mote_sample_row *y = *(const mote_sample_row *const *)b;
    int c = memcmp(x->content_hash.bytes, y->content_hash.bytes, sizeof x->content_hash.bytes);
    return c ? c : (x->id > y->id) - (x->id < y->id);
}

typedef enum { SAME_GROUP, OTHER_WORDS, ACROSS_GROUPS, CONTRADICTION, N_KINDS } duplicate_kind;

typedef struct {
    size_t n; /* recordings too many (contradiction: recordings in all) */
    const mote_sample_row *first[MOTE_FINDING_EXAMPLES], *second[MOTE_FINDING_EXAMPLES];
    size_t n_pairs;
} duplicates;

/* The same to the model: one label, or two that nobody asks for. */
static bool is_asked(const mote_checker *c, const char *label)
{
    for (size_t i = 0; i < c->cfg->n_labels; i++) {
        if (strcmp(label, c->cfg->labels[i]) == 0)
            return true;
    }
    return strcmp(label, MOTE_CLASS_SILENCE) == 0;
}

static duplicate_kind kind_of(const mote_checker *c, const mote_sample_row *x,
                              const mote_sample_row *y)
{
    if (strcmp(x->label, y->label) != 0) {
        bool are_words = x->role == MOTE_ROLE_EXAMPLE && y->role == MOTE_ROLE_EXAMPLE;
        bool are_others = are_words && !is_asked(c, x->label) && !is_asked(c, y->label);
        return are_others ? OTHER_WORDS : CONTRADICTION;
    }
    return strcmp(x->group, y->group) ? ACROSS_GROUPS : SAME_GROUP;
}

static void count_duplicates(const mote_checker *c, const mote_sample_row *const *rows, size_t n,
                             duplicates d[N_KINDS])
{
    for (size_t first = 0, end; first < n; first = end) {
        duplicate_kind kind = SAME_GROUP;
        const mote_sample_row *other = NULL;
        for (end = first + 1;
             end < n && mote_sha256_equal(&rows[end]->content_hash, &rows[first]->content_hash);
             end++) {
            duplicate_kind k = kind_of(c, rows[end], rows[first]);
            if (!other || k > kind)
                other = rows[end];
            kind = k > kind ? k : kind;
        }
        if (!other)
            continue;
        duplicates *x = &d[kind];
        x->n += end - first - (kind == CONTRADICTION ? 0 : 1);
        if (x->n_pairs < MOTE_FINDING_EXAMPLES) {
            x->first[x->n_pairs] = rows[first];
            x->second[x->n_pairs++] = other;
        }
    }
}

/* How a kind of duplicates is reported: what they are, and what a version does with them. */
typedef struct {
    mote_finding finding; /* id, severity, remedy */
    const char *what, *taken;
} duplicate_words;

static const duplicate_words duplicates_say[N_KINDS] = {
    [SAME_GROUP] = {{.id = "duplicate",
                     .severity = MOTE_FINDING_NOTE,
                     .remedy = "nothing needs to be done"},
                    "exact duplicates",
                    "a version takes each once"},
    [OTHER_WORDS] = {{.id = "duplicate-other-words",
                      .severity = MOTE_FINDING_NOTE,
                      .remedy = "nothing needs to be done"},
                     "exact duplicates under two words that are no keywords",
                     "a version takes the first only"},
    [ACROSS_GROUPS] = {{.id = "duplicate-across-groups",
                        .severity = MOTE_FINDING_WARNING,
                        .remedy = "find out which group is right and remove the other copy"},
                       "exact duplicates under another group",
                       "a version takes the first only, else the test might hold what was trained "
                       "on"},
    [CONTRADICTION] = {{.id = "contradiction",
                        .severity = MOTE_FINDING_ERROR,
                        .remedy = "find out which label is right, and remove the others"},
                       NULL, /* they are named */
                       "a version leaves all of them out"},
};

static mote_status say_duplicates(mote_checker *c, const duplicates *d, const duplicate_words *w,
                                  mote_err *err)
{
    if (d->n == 0)
        return MOTE_OK;
    mote_finding *f, found = w->finding;
    found.count = d->n;
    MOTE_TRY(mote_check_find(c, &found, &f, err, "%s%s: %zu; %s", w->what ? w->what : c->units,
                             w->what ? "" : " that are exactly alike but differ in their label",
                             d->n, w->taken));
    for (size_t i = 0; i < d->n_pairs; i++) {
        const mote_sample_row *x = d->first[i], *y = d->second[i];
        MOTE_TRY(mote_check_example(c, f, err, "%s (%s, %s) = %s (%s, %s)", x->source, x->label,
                                    x->group, y->source, y->label, y->group));
    }
    return MOTE_OK;
}

static mote_status check_duplicates(mote_checker *c, mote_err *err)
{
    const mote_sample_row **rows = NULL;
    MOTE_TRY(mote_arena_take(c->arena, c->n + 1, sizeof *rows, &rows, err));
    for (size_t i = 0; i < c->n; i++)
        rows[i] = &c->rows[i];
    qsort(rows, c->n, sizeof *rows, compare_sound);
    duplicates d[N_KINDS] = {{0}};
    count_duplicates(c, rows, c->n, d);
    for (int k = 0; k < N_KINDS; k++)
        MOTE_TRY(say_duplicates(c, &d[k], &duplicates_say[k], err));
    return MOTE_OK;
}

/* ---- groups -------------------------------------------------------------------------------- */

/* The groups of words, in byte order, with the split each has (-1: not dealt yet). */
typedef struct {
    const char **names;
    int *split;
    size_t n;
} groups;

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static mote_status find_groups(mote_checker *c, groups *g, mote_err *err)
{
    MOTE_TRY(mote_arena_take(c->arena, c->n + 1, sizeof *g->names, &g->names, err));
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (c->rows[i].role == MOTE_ROLE_EXAMPLE)
            g->names[n++] = c->rows[i].group;
    }
    qsort(g->names, n, sizeof *g->names, compare_names);
    for (size_t i = 0; i < n; i++) {
        if (g->n == 0 || strcmp(g->names[i], g->names[g->n - 1]) != 0)
            g->names[g->n++] = g->names[i];
    }
    MOTE_TRY(mote_arena_take(c->arena, g->n + 1, sizeof *g->split, &g->split, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(c->store, "SELECT split FROM data_split WHERE grp = ?1", &q, err));
    for (size_t i = 0; i < g->n; i++) {
        bool row = false;
        mote_split split;
        mote_stmt_bind_text(q, 1, g->names[i]);
        MOTE_TRY(mote_stmt_step(q, &row, err));
        g->split[i] = row && mote_split_parse(mote_stmt_text(q, 0), &split) ? (int)split : -1;
        mote_stmt_reset(q);
    }
    return MOTE_OK;
}

static size_t group_index(const groups *g, const char *name)
{
    const char **at = bsearch(&name, g->names, g->n, sizeof *g->names, compare_names);
    MOTE_BUG_IF(!at);
    return (size_t)(at - g->names);
}

static mote_status check_groups(mote_checker *c, const groups *g, mote_err *err)
{
    size_t n_alone = 0, n_words = 0;
    for (size_t i = 0; i < c->n; i++) {
        n_words += c->rows[i].role == MOTE_ROLE_EXAMPLE ? 1 : 0;
        n_alone +=
            c->rows[i].role == MOTE_ROLE_EXAMPLE && mote_str_starts(c->rows[i].group, "file:") ? 1
                                                                                               : 0;
    }
    const char *one = c->group ? c->group : "group";
    if (c->cfg->min_groups > 0 && g->n < (size_t)c->cfg->min_groups) {
        const char *more =
            mote_arena_printf(c->arena, "record more %ss, or lower data.require.min_groups", one);
        if (!more)
            return mote_fail(err, MOTE_NOMEM, "data check");
        MOTE_TRY(mote_check_find(
            c,
            &(mote_finding){
                .id = "few-groups", .severity = MOTE_FINDING_ERROR, .count = g->n, .remedy = more},
            NULL, err, "groups%s%s%s: %zu, required are %d", c->group ? " (" : "",
            c->group ? c->group : "", c->group ? "s)" : "", g->n, (int)c->cfg->min_groups));
        mote_check_must(c);
    }
    if (n_alone == 0)
        return MOTE_OK;
    const char *remedy = mote_arena_printf(
        c->arena, "add them with --group-pattern, so that no %s is in training and test", one);
    if (!remedy)
        return mote_fail(err, MOTE_NOMEM, "data check");
    return mote_check_find(
        c,
        &(mote_finding){
            .id = "no-group", .severity = MOTE_FINDING_WARNING, .count = n_alone, .remedy = remedy},
        NULL, err, "%s without a group%s%s%s: %zu of %zu; each counts as a group of its own",
        c->units, c->group ? " (" : "", c->group ? c->group : "", c->group ? ")" : "", n_alone,
        n_words);
}

/* Those nearly the same: who may meet whom depends on where their groups go. */
static mote_status check_near(mote_checker *c, const groups *g, mote_err *err)
{
    uint32_t *parts = NULL;
    if (c->n == 0 || !c->rows[0].kind->print)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(c->arena, c->n, sizeof *parts, &parts, err));
    for (size_t i = 0; i < c->n; i++) {
        int split =
            c->rows[i].role == MOTE_ROLE_EXAMPLE ? g->split[group_index(g, c->rows[i].group)] : -1;
        if (split >= 0)
            parts[i] = 1u << split;
        else
            MOTE_TRY(mote_split_provided(c->store, c->rows[i].group, &parts[i], err));
        if (parts[i] == 0) /* it may go anywhere */
            parts[i] = (1u << MOTE_N_SPLITS) - 1;
    }
    return mote_check_near(c, parts, err);
}

/* ---- classes ------------------------------------------------------------------------------- */

static mote_status count_class(mote_checker *c, const groups *g, const char *label,
                               mote_class_count *out, mote_err *err)
{
    mote_arena_mark mark = mote_arena_save(c->arena);
    bool *seen = NULL;
    MOTE_TRY(mote_arena_take(c->arena, g->n + 1, sizeof *seen, &seen, err));
    *out = (mote_class_count){0};
    for (size_t i = 0; i < c->n; i++) {
        if (c->rows[i].role != MOTE_ROLE_EXAMPLE || strcmp(c->rows[i].label, label) != 0)
            continue;
        size_t k = group_index(g, c->rows[i].group);
        out->n++;
        out->n_groups += seen[k] ? 0 : 1;
        seen[k] = true;
        if (g->split[k] >= 0)
            out->in_split[g->split[k]]++;
    }
    mote_arena_rewind(c->arena, mark);
    return MOTE_OK;
}

bool mote_check_is_spoken(const mote_checker *c)
{
    return c->cfg->spoken && strcmp(c->cfg->spoken, "off") != 0;
}

/* What synthetic voices say is not missing, but it proves nothing about people. */
static mote_status say_spoken(mote_checker *c, const mote_class_count *k, mote_err *err)
{
    const size_t least = c->cfg->min_per_class > 1 ? (size_t)c->cfg->min_per_class : 1;
    size_t n = 0;
    for (size_t i = 0; i < c->cfg->n_labels; i++)
        n += k[i].n < least ? 1 : 0;
    if (n == 0)
        return MOTE_OK;
    mote_finding *f;
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = "spoken",
                        .severity = MOTE_FINDING_WARNING,
                        .count = n,
                        .remedy = "record it from 10 people, and add them with 'mote data add "
                                  "FOLDER --group-pattern ..'"},
        &f, err,
        "keywords with fewer than %zu recordings: %zu; how they are heard rests on synthetic "
        "voices (data.spoken), which says little about people",
        least, n));
    for (size_t i = 0; i < c->cfg->n_labels; i++)
        if (k[i].n < least)
            MOTE_TRY(mote_check_example(c, f, err, "%s: %zu", c->cfg->labels[i], k[i].n));
    return MOTE_OK;
}

/* Classes with too little: without any recording, with few, with few in a split. */
static mote_status check_no_samples(mote_checker *c, const mote_class_count *k, mote_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < c->cfg->n_labels; i++)
        n += k[i].n == 0 ? 1 : 0;
    if (n == 0)
        return MOTE_OK;
    mote_finding *f;
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = "no-samples",
                        .severity = MOTE_FINDING_ERROR,
                        .count = n,
                        .remedy = c->cfg->of_words
                                      ? "add recordings, or remove the words from keywords "
                                        "in mote.yaml"
                                      : "add some, or remove the classes from mote.yaml"},
        &f, err, "%s without a %s: %zu", c->many, c->unit, n));
    mote_check_must(c);
    for (size_t i = 0; i < c->cfg->n_labels; i++) {
        if (k[i].n == 0)
            MOTE_TRY(mote_check_example(c, f, err, "%s", c->cfg->labels[i]));
    }
    return MOTE_OK;
}

static mote_status check_few_samples(mote_checker *c, const mote_class_count *k, mote_err *err)
{
    size_t n = 0, least = c->cfg->min_per_class > 0 ? (size_t)c->cfg->min_per_class : 0;
    for (size_t i = 0; i < c->cfg->n_labels; i++)
        n += k[i].n > 0 && k[i].n < least ? 1 : 0;
    if (n == 0)
        return MOTE_OK;
    mote_finding *f;
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = "few-per-class",
                        .severity = MOTE_FINDING_ERROR,
                        .count = n,
                        .remedy = c->cfg->of_words
                                      ? "record more, or lower data.require.min_per_class"
                                      : "add more, or lower data.require.min_per_class"},
        &f, err, "%s with fewer than the %zu %s required: %zu", c->many, least, c->units, n));
    mote_check_must(c);
    for (size_t i = 0; i < c->cfg->n_labels; i++) {
        if (k[i].n > 0 && k[i].n < least)
            MOTE_TRY(mote_check_example(c, f, err, "%s: %zu", c->cfg->labels[i], k[i].n));
    }
    return MOTE_OK;
}

static mote_status check_splits(mote_checker *c, const mote_class_count *k, mote_err *err)
{
    size_t n = 0;
    bool is_empty = false;
    for (size_t i = 0; i < c->cfg->n_labels; i++) {
        for (int s = 0; k[i].n > 0 && s < MOTE_N_SPLITS; s++) {
            n += k[i].in_split[s] < FEW_TO_JUDGE ? 1 : 0;
            is_empty = is_empty || k[i].in_split[s] == 0;
        }
    }
    if (n == 0)
        return MOTE_OK;
    mote_finding *f;
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = "few-in-split",
                        .severity = is_empty ? MOTE_FINDING_ERROR : MOTE_FINDING_WARNING,
                        .count = n,
                        .remedy = c->cfg->of_words ? "record more speakers saying the words"
                                                   : "add more of them"},
        &f, err,
        "%s with fewer than %d %s in a split: %zu times; figures for them "
        "mean little",
        c->many, FEW_TO_JUDGE, c->units, n));
    for (size_t i = 0; i < c->cfg->n_labels; i++) {
        for (int s = 0; k[i].n > 0 && s < MOTE_N_SPLITS; s++) {
            if (k[i].in_split[s] < FEW_TO_JUDGE)
                MOTE_TRY(mote_check_example(c, f, err, "%s: %zu in %s", c->cfg->labels[i],
                                            k[i].in_split[s], mote_split_name((mote_split)s)));
        }
    }
    return MOTE_OK;
}

static mote_status check_balance(mote_checker *c, const mote_class_count *k, mote_err *err)
{
    size_t most = 0, least = SIZE_MAX;
    for (size_t i = 0; i < c->cfg->n_labels; i++) {
        most = k[i].n > most ? k[i].n : most;
        least = k[i].n < least ? k[i].n : least;
    }
    if (least == 0 || most / 5 <= least)
        return MOTE_OK;
    return mote_check_find(
        c,
        &(mote_finding){.id = "imbalance",
                        .severity = MOTE_FINDING_NOTE,
                        .count = most,
                        .remedy = c->cfg->of_words ? "record more of the rare ones, or set "
                                                     "training.class_weights to balanced"
                                                   : "add more of the rare ones, or set "
                                                     "training.class_weights to balanced"},
        NULL, err, "the largest %s has %zu %s, the smallest %zu", c->one, most, c->units, least);
}

static mote_status check_coverage(mote_checker *c, const groups *g, const mote_class_count *k,
                                  mote_err *err)
{
    size_t pairs = 0;
    for (size_t i = 0; i < c->cfg->n_labels; i++)
        pairs += k[i].n_groups;
    double all = (double)g->n * (double)c->cfg->n_labels;
    if (c->cfg->coverage > 0 && all > 0 && (double)pairs / all < c->cfg->coverage) {
        MOTE_TRY(mote_check_find(
            c,
            &(mote_finding){.id = "coverage",
                            .severity = MOTE_FINDING_ERROR,
                            .count = pairs,
                            .remedy =
                                "let the missing "
                                "speakers say the missing words, or lower data.require.coverage"},
            NULL, err,
            "%.0f %% of the (keyword, speaker) pairs have a "
            "recording, required are %.0f %%",
            100.0 * (double)pairs / all, 100.0 * c->cfg->coverage));
        mote_check_must(c);
    }
    return MOTE_OK;
}

mote_status mote_check_counts(mote_checker *c, const mote_class_count *k, bool is_dealt,
                              mote_err *err)
{
    const bool is_spoken = mote_check_is_spoken(c);
    MOTE_TRY(is_spoken ? say_spoken(c, k, err) : check_no_samples(c, k, err));
    if (!is_spoken)
        MOTE_TRY(check_few_samples(c, k, err));
    if (is_dealt && !is_spoken)
        MOTE_TRY(check_splits(c, k, err));
    return check_balance(c, k, err);
}

static mote_status check_classes(mote_checker *c, const groups *g, mote_err *err)
{
    mote_class_count *k = NULL;
    MOTE_TRY(mote_arena_take(c->arena, c->cfg->n_labels + 1, sizeof *k, &k, err));
    for (size_t i = 0; i < c->cfg->n_labels; i++)
        MOTE_TRY(count_class(c, g, c->cfg->labels[i], &k[i], err));
    size_t n_dealt = 0;
    for (size_t i = 0; i < g->n; i++)
        n_dealt += g->split[i] >= 0 ? 1 : 0;
    /* else most of the data waits for its first version */
    MOTE_TRY(mote_check_counts(c, k, 2 * n_dealt > g->n, err));
    return check_coverage(c, g, k, err);
}

/* ---- labels -------------------------------------------------------------------------------- */

static char fold_char(char ch)
{
    if (ch >= 'A' && ch <= 'Z')
        return (char)(ch - 'A' + 'a');
    return ch == '-' || ch == ' ' ? '_' : ch;
}

/* Equal but for case and for '-', '_' and ' '? */
static bool same_but_for_case(const char *a, const char *b)
{
    while (*a && fold_char(*a) == fold_char(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

static mote_status check_label(mote_checker *c, const char *label, size_t n, mote_err *err)
{
    const char *near = NULL;
    bool by_case = false;
    for (size_t k = 0; k < c->cfg->n_labels; k++) {
        if (strcmp(label, c->cfg->labels[k]) == 0)
            return MOTE_OK;
        if (same_but_for_case(label, c->cfg->labels[k])) {
            near = c->cfg->labels[k];
            by_case = true;
        }
    }
    if (!near)
        near = mote_nearest(label, c->cfg->labels, c->cfg->n_labels);
    if (!near || c->report.n > 50)
        return MOTE_OK;
    return mote_check_find(
        c,
        &(mote_finding){.id = "label-spelling",
                        .severity = by_case ? MOTE_FINDING_WARNING : MOTE_FINDING_NOTE,
                        .count = n,
                        .remedy = "if it is the keyword, add the recordings with --label"},
        NULL, err,
        "label '%s' (recordings: %zu) is no keyword, but is spelt like '%s'; it "
        "counts as an unknown word",
        label, n, near);
}

/* The labels of all examples, sorted. */
static mote_status sort_labels(mote_checker *c, const char ***out, size_t *n, mote_err *err)
{
    const char **labels = NULL;
    *n = 0;
    MOTE_TRY(mote_arena_take(c->arena, c->n + 1, sizeof *labels, &labels, err));
    for (size_t i = 0; i < c->n; i++) {
        if (c->rows[i].role == MOTE_ROLE_EXAMPLE)
            labels[(*n)++] = c->rows[i].label;
    }
    qsort(labels, *n, sizeof *labels, compare_names);
    *out = labels;
    return MOTE_OK;
}

mote_status mote_check_labels_there(mote_checker *c, mote_check_config *out, mote_err *err)
{
    const char **labels = NULL;
    size_t n = 0, n_different = 0;
    MOTE_TRY(sort_labels(c, &labels, &n, err));
    for (size_t i = 0; i < n; i++)
        if (n_different == 0 || strcmp(labels[i], labels[n_different - 1]) != 0)
            labels[n_different++] = labels[i];
    out->labels = labels;
    out->n_labels = n_different;
    return MOTE_OK;
}

static mote_status check_labels(mote_checker *c, mote_err *err)
{
    const char **labels = NULL;
    size_t n = 0;
    MOTE_TRY(sort_labels(c, &labels, &n, err));
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && strcmp(labels[end], labels[i]) == 0;)
            end++;
        MOTE_TRY(check_label(c, labels[i], end - i, err));
    }
    return MOTE_OK;
}

/* ---- what nobody asks for ----------------------------------------------------------------------
 */

static bool is_label_asked(const mote_checker *c, const char *label)
{
    for (size_t k = 0; k < c->cfg->n_labels; k++) {
        if (strcmp(label, c->cfg->labels[k]) == 0)
            return true;
    }
    return strcmp(label, MOTE_CLASS_SILENCE) == 0;
}

static mote_status say_no_background(mote_checker *c, bool has_builtin, mote_err *err)
{
    if (has_builtin)
        return mote_check_find(
            c,
            &(mote_finding){.id = "no-background",
                            .severity = MOTE_FINDING_WARNING,
                            .count = 0,
                            .remedy = "add recordings of the "
                                      "rooms it will work in with 'mote data add FOLDER --role "
                                      "background'"},
            NULL, err,
            "there is no background recording: "
            "silence and the noise of the tests are synthetic (data.builtin)");
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = "no-background",
                        .severity = MOTE_FINDING_ERROR,
                        .count = 0,
                        .remedy =
                            "add recordings of the "
                            "rooms it will work in with 'mote data add FOLDER --role background', "
                            "or set data.builtin to auto"},
        NULL, err,
        "class _silence_ is wanted, "
        "but there is no background recording to cut it from"));
    mote_check_must(c);
    return MOTE_OK;
}

static mote_status say_few_words(mote_checker *c, size_t n, bool has_builtin, mote_err *err)
{
    if (has_builtin)
        return mote_check_find(
            c,
            &(mote_finding){.id = "few-other-words",
                            .severity = MOTE_FINDING_WARNING,
                            .count = n,
                            .remedy =
                                "add recordings of "
                                "words that are no keyword, one folder per word, by many people"},
            NULL, err,
            "recordings of other words: %zu; what is said about "
            "them rests on synthetic speech (data.builtin)",
            n);
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = "few-other-words",
                        .severity = n == 0 ? MOTE_FINDING_ERROR : MOTE_FINDING_WARNING,
                        .count = n,
                        .remedy =
                            "add recordings of words that are no keyword, or set data.builtin to "
                            "auto"},
        NULL, err,
        "recordings of other words: %zu; class _unknown_ "
        "is wanted, and without them every word is taken for a keyword",
        n));
    if (n == 0)
        mote_check_must(c);
    return MOTE_OK;
}

/* Few different words to learn from, of which there are enough recordings: mote_builtin_choose says
 * whether. */
static mote_status say_few_different(mote_checker *c, mote_err *err)
{
    const mote_check_config *own = c->cfg;
    mote_builtin_config cfg = mote_builtin_config_for(own->labels, own->n_labels, own->unknown);
    cfg.use = own->builtin;
    cfg.spoken = own->spoken;
    cfg.few = own->min_per_class;
    cfg.few_words = own->few_words;
    mote_builtin_plan plan;
    char why[MOTE_BUILTIN_WHY_BYTES];
    MOTE_TRY(mote_builtin_choose(c->store, &cfg, &plan, err));
    mote_builtin_why(&cfg, &plan, why);
    if (!why[0])
        return MOTE_OK;
    return mote_check_find(c,
                           &(mote_finding){.id = "few-different-words",
                                           .severity = MOTE_FINDING_NOTE,
                                           .count = plan.n_different,
                                           .remedy = "add recordings of more words, one folder per "
                                                     "word, by many people"},
                           NULL, err, "%s: synthetic other words are in training beside them", why);
}

static mote_status check_negatives(mote_checker *c, mote_err *err)
{
    const size_t few = c->cfg->min_per_class > 1 ? (size_t)c->cfg->min_per_class : 1;
    const bool has_builtin = c->cfg->builtin && strcmp(c->cfg->builtin, "off") != 0;
    size_t n_background = 0, n_other = 0;
    for (size_t i = 0; i < c->n; i++) {
        bool is_background = c->rows[i].role == MOTE_ROLE_BACKGROUND;
        n_background += is_background ? 1 : 0;
        n_other +=
            c->rows[i].role == MOTE_ROLE_EXAMPLE && !is_label_asked(c, c->rows[i].label) ? 1 : 0;
    }
    if (c->cfg->silence && n_background == 0)
        MOTE_TRY(say_no_background(c, has_builtin, err));
    if (c->cfg->unknown && n_other < few)
        return say_few_words(c, n_other, has_builtin, err);
    return c->cfg->unknown && c->cfg->few_words > 0 && has_builtin ? say_few_different(c, err)
                                                                   : MOTE_OK;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static mote_status check_amount(mote_checker *c, mote_err *err)
{
    double total_s = 0.0;
    size_t n_words = 0, n_synthetic = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (c->rows[i].role != MOTE_ROLE_EXAMPLE)
            continue;
        n_words++;
        n_synthetic += strcmp(c->rows[i].origin, "synthetic") == 0 ? 1 : 0;
        total_s += (double)c->rows[i].duration_us / 1e6;
    }
    if (c->cfg->min_total_s > 0 && total_s < c->cfg->min_total_s) {
        MOTE_TRY(mote_check_find(c,
                                 &(mote_finding){.id = "few-seconds",
                                                 .severity = MOTE_FINDING_ERROR,
                                                 .count = n_words,
                                                 .remedy = "record more, or "
                                                           "lower data.require.min_total"},
                                 NULL, err,
                                 "there are %.0f s of "
                                 "recordings, required are %.0f s",
                                 total_s, c->cfg->min_total_s));
        mote_check_must(c);
    }
    if (n_synthetic > 0)
        MOTE_TRY(mote_check_find(c,
                                 &(mote_finding){.id = "synthetic",
                                                 .severity = n_synthetic == n_words
                                                                 ? MOTE_FINDING_WARNING
                                                                 : MOTE_FINDING_NOTE,
                                                 .count = n_synthetic,
                                                 .remedy = "test on recordings of people "
                                                           "before anybody relies on it"},
                                 NULL, err,
                                 "synthetic recordings of words: "
                                 "%zu of %zu; figures measured on them say little about people",
                                 n_synthetic, n_words));
    return MOTE_OK;
}

mote_status mote_check_set(mote_checker *c, mote_err *err)
{
    groups g = {0};
    MOTE_TRY(find_groups(c, &g, err));
    MOTE_TRY(check_duplicates(c, err));
    MOTE_TRY(check_near(c, &g, err));
    if (c->n > 0 && c->rows[0].kind->n_rows) /* what is said, and whose it is, stands in the rows */
        return c->own ? c->rows[0].kind->judge(c, err) : MOTE_OK;
    MOTE_TRY(check_groups(c, &g, err));
    MOTE_TRY(check_amount(c, err));
    MOTE_TRY(check_negatives(c, err));
    MOTE_TRY(check_classes(c, &g, err));
    return check_labels(c, err);
}
