/* SPDX-License-Identifier: Apache-2.0 */
/* What waits and what is missing: see waiting.h. */
#include "data/waiting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/sample.h"
#include "data/version.h"
#include "project/schema.h"

#define FEW_PEOPLE 3 /* fewer: none can be kept for the test */
#define FEW_WORDS  3 /* other words, one for each split */

typedef struct {
    const mote_project *project;
    const mote_kind *kind;      /* of what comes in */
    mote_names labels, classes; /* of the project, or, where it names none, of the samples */
    mote_arena *arena;
    mote_data_waiting *out;
    const mote_sample_row *rows;
    size_t n_rows;
    size_t n_words;       /* recordings of words that are real */
    size_t n_other_words; /* different ones */
    int64_t version_ms;
} looker;

/* The class a sample belongs to; NULL: to none of the project. */
static mote_waiting_class *class_of(looker *k, const mote_sample_row *r)
{
    mote_data_waiting *w = k->out;
    const char *label = r->role == MOTE_ROLE_BACKGROUND ? MOTE_CLASS_SILENCE : r->label;
    mote_waiting_class *unknown = NULL;
    if (r->role == MOTE_ROLE_NEGATIVE)
        return NULL;
    for (size_t i = 0; i < w->n_classes; i++) {
        if (strcmp(w->classes[i].label, label) == 0)
            return &w->classes[i];
        if (strcmp(w->classes[i].label, MOTE_CLASS_UNKNOWN) == 0)
            unknown = &w->classes[i];
    }
    return r->role == MOTE_ROLE_BACKGROUND ? NULL : unknown;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t count_different(const char **texts, size_t n)
{
    size_t different = 0;
    qsort(texts, n, sizeof *texts, compare_texts);
    for (size_t i = 0; i < n; i++)
        different += i == 0 || strcmp(texts[i - 1], texts[i]) != 0;
    return different;
}

/* The classes of a project that names none. */
static mote_status list_labels(looker *k, mote_err *err)
{
    const char **labels = NULL;
    size_t n = 0, n_different = 0;
    MOTE_TRY(mote_arena_take(k->arena, k->n_rows + 1, sizeof *labels, &labels, err));
    for (size_t i = 0; i < k->n_rows; i++)
        if (k->rows[i].role == MOTE_ROLE_EXAMPLE)
            labels[n++] = k->rows[i].label;
    qsort(labels, n, sizeof *labels, compare_texts);
    for (size_t i = 0; i < n; i++)
        if (n_different == 0 || strcmp(labels[i], labels[n_different - 1]) != 0)
            labels[n_different++] = labels[i];
    k->labels = k->classes = (mote_names){labels, n_different};
    return MOTE_OK;
}

static mote_status count_rows(looker *k, mote_err *err)
{
    const char **people = NULL, **words = NULL;
    size_t n_people = 0, n_words = 0;
    MOTE_TRY(mote_arena_take(k->arena, k->n_rows + 1, sizeof *people, &people, err));
    MOTE_TRY(mote_arena_take(k->arena, k->n_rows + 1, sizeof *words, &words, err));
    for (size_t i = 0; i < k->n_rows; i++) {
        const mote_sample_row *r = &k->rows[i];
        mote_waiting_class *c = class_of(k, r);
        bool is_made = strcmp(r->origin, mote_data_origin_name(MOTE_ORIGIN_SYNTHETIC)) == 0;
        bool waits = r->added_ms > k->version_ms || k->out->version == 0;
        if (c) {
            c->n++;
            c->n_waiting += waits;
            c->n_made += is_made;
            k->out->n_waiting += waits;
        }
        if (r->role != MOTE_ROLE_EXAMPLE || is_made)
            continue;
        k->n_words++;
        if (!mote_str_starts(r->group, "file:"))
            people[n_people++] = r->group;
        if (c && strcmp(c->label, MOTE_CLASS_UNKNOWN) == 0)
            words[n_words++] = r->label;
    }
    k->out->n_people = count_different(people, n_people);
    k->n_other_words = count_different(words, n_words);
    return MOTE_OK;
}

static int compare_objects(const void *a, const void *b)
{
    const mote_sha256 *x = a, *y = b;
    return memcmp(x->bytes, y->bytes, sizeof x->bytes);
}

/* Recordings of the latest version that the store's samples no longer have. */
static mote_status count_left(looker *k, const mote_data_version *v, mote_err *err)
{
    mote_sha256 *now = NULL;
    MOTE_TRY(mote_arena_take(k->arena, k->n_rows + 1, sizeof *now, &now, err));
    for (size_t i = 0; i < k->n_rows; i++)
        now[i] = k->rows[i].object;
    qsort(now, k->n_rows, sizeof *now, compare_objects);
    for (size_t i = 0; i < v->n; i++)
        k->out->n_left +=
            !bsearch(&v->items[i].object, now, k->n_rows, sizeof *now, compare_objects);
    return MOTE_OK;
}

/* ---- what is missing ------------------------------------------------------------------------- */

MOTE_PRINTF(3, 4)
static mote_status lacks(looker *k, mote_err *err, const char *fmt, ...)
{
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    const char *copy = mote_arena_strdup(k->arena, text);
    if (!copy)
        return mote_fail(err, MOTE_NOMEM, "what the data lack");
    k->out->missing[k->out->n_missing++] = copy;
    return MOTE_OK;
}

static mote_status look_at_labels(looker *k, mote_err *err)
{
    size_t need = (size_t)k->project->data.min_per_class;
    need = need > 0 ? need : 1;
    for (size_t i = 0; i < k->labels.n; i++) {
        const mote_waiting_class *c = &k->out->classes[i];
        if (c->n == 0)
            MOTE_TRY(lacks(k, err, "'%s': no %s; at least %zu are needed", c->label, k->kind->one,
                           need));
        else if (c->n < need)
            MOTE_TRY(lacks(k, err, "'%s': %zu %s, %zu more are needed", c->label, c->n,
                           c->n == 1 ? k->kind->one : k->kind->many, need - c->n));
        else if (c->n_made == c->n)
            MOTE_TRY(
                lacks(k, err, "'%s': only synthetic speech; record people who say it", c->label));
    }
    return MOTE_OK;
}

static mote_status look_at_the_rest(looker *k, mote_err *err)
{
    size_t n_people = k->out->n_people;
    if (k->n_words > 0 && n_people == 0)
        MOTE_TRY(lacks(k, err,
                       "no %s says %s, so %s of the test may be those of the training; name them "
                       "with --group-pattern",
                       k->kind->one, k->kind->group ? "who speaks" : "which belong together",
                       k->kind->group ? "people" : "people or things"));
    else if (k->n_words > 0 && n_people < FEW_PEOPLE)
        MOTE_TRY(lacks(k, err, "%zu %s%s: at least %d are needed to keep one for the test",
                       n_people, k->kind->group ? k->kind->group : "group",
                       n_people == 1 ? "" : "s", FEW_PEOPLE));
    if (k->project->unknown && k->n_other_words < FEW_WORDS)
        MOTE_TRY(lacks(k, err,
                       "%zu other words of people: how often other speech is taken for a "
                       "keyword cannot be judged; add at least %d, better 20",
                       k->n_other_words, FEW_WORDS));
    size_t last = k->out->n_classes;
    if (k->project->silence && last > 0 && k->out->classes[last - 1].n == 0)
        MOTE_TRY(lacks(k, err,
                       "no background recording: add rooms without speech with "
                       "'mote data add DIR --role background'"));
    return MOTE_OK;
}

mote_status mote_data_waiting_of(mote_store *s, const mote_project *p, mote_arena *a,
                                 mote_data_waiting *out, mote_err *err)
{
    mote_data_waiting w = {0};
    looker k = {.project = p,
                .kind = mote_kind_of(mote_project_input(p)),
                .labels = *mote_project_labels(p),
                .classes = p->classes,
                .arena = a,
                .out = &w};
    mote_sample_row *rows = NULL;
    MOTE_TRY(mote_sample_list(s, a, &rows, &k.n_rows, err));
    k.rows = rows;
    if (k.labels.n == 0)
        MOTE_TRY(list_labels(&k, err));
    w.n_classes = k.classes.n;
    MOTE_TRY(mote_arena_take(a, w.n_classes + 1, sizeof *w.classes, &w.classes, err));
    MOTE_TRY(mote_arena_take(a, w.n_classes + 4, sizeof *w.missing, &w.missing, err));
    for (size_t i = 0; i < w.n_classes; i++)
        w.classes[i].label = k.classes.items[i];
    mote_version_entry *entries = NULL;
    size_t n = 0;
    MOTE_TRY(mote_version_list(s, a, &entries, &n, err));
    if (n > 0) {
        mote_data_version v;
        MOTE_TRY(mote_version_load(s, "latest", a, &v, err));
        w.version = v.number;
        k.version_ms = v.created_ms;
        MOTE_TRY(count_left(&k, &v, err));
    }
    MOTE_TRY(count_rows(&k, err));
    MOTE_TRY(look_at_labels(&k, err));
    MOTE_TRY(look_at_the_rest(&k, err));
    *out = w;
    return MOTE_OK;
}
