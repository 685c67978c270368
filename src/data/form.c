/* SPDX-License-Identifier: Apache-2.0 */
/* The form of samples. See form.h. */
#include "data/form.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/sample.h"
#include "project/project.h"

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A growing set of labels, each once, unsorted. */
typedef struct {
    const char *items[MOTE_FORM_MAX_LABELS];
    size_t n;
} label_set;

static mote_status add_label(label_set *all, const char *label, mote_arena *a, mote_err *err)
{
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->items[i], label) == 0)
            return MOTE_OK;
    if (all->n == MOTE_FORM_MAX_LABELS)
        return mote_fail(err, MOTE_LIMIT,
                         "there are more than %d different labels, '%.60s' among them: are they "
                         "numbers that are to be told ('answer: value')?",
                         MOTE_FORM_MAX_LABELS, label);
    all->items[all->n] = mote_arena_strdup(a, label); /* it outlives v and what is decoded */
    return all->items[all->n++] ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for labels");
}

/* What the rows of one file say they are. */
static mote_status add_rows(mote_store *s, const mote_version_item *it,
                            const mote_dataset_config *cfg, label_set *all, mote_arena *a,
                            mote_err *err)
{
    const mote_kind *k = cfg->kind;
    const mote_decoding how = mote_dataset_decoding(cfg);
    mote_loaded one;
    MOTE_TRY(
        mote_sample_lend(&(mote_sample_shelf){s, cfg->cache, k}, &it->object, &how, &one, err));
    mote_status st = MOTE_OK;
    for (size_t i = 0, n = k->n_rows(&one.d); st == MOTE_OK && i < n; i++) {
        mote_row_said said;
        st = k->say(&one.d, &cfg->cut.table, i, &said, err);
        if (st == MOTE_OK && said.label)
            st = add_label(all, said.label, a, err);
    }
    mote_loaded_done(&one);
    return st;
}

static mote_status find_labels(mote_store *s, const mote_data_version *v,
                               const mote_dataset_config *cfg, label_set *all, mote_arena *a,
                               mote_err *err)
{
    const bool is_value = cfg->n_values > 0;
    for (size_t i = 0; i < v->n; i++) {
        const mote_version_item *it = &v->items[i];
        if (it->role != MOTE_ROLE_EXAMPLE)
            continue;
        if (it->n_rows > 0)
            MOTE_TRY(add_rows(s, it, cfg, all, a, err));
        else if (!isnan(it->value) == is_value)
            MOTE_TRY(add_label(all, it->label, a, err));
    }
    return MOTE_OK;
}

/* Labels that are events before the others, in their order. */
static mote_status events_first(const mote_names *events, label_set *all, mote_err *err)
{
    for (size_t k = 0; k < events->n; k++) {
        size_t at = k;
        while (at < all->n && strcmp(all->items[at], events->items[k]) != 0)
            at++;
        if (at == all->n)
            return mote_fail(err, MOTE_NOT_FOUND,
                             "'stream.events': there is no sample of label '%s'", events->items[k]);
        const char *label = all->items[at];
        memmove(&all->items[k + 1], &all->items[k], (at - k) * sizeof label);
        all->items[k] = label;
    }
    return MOTE_OK;
}

mote_status mote_form_labels(mote_store *s, const mote_data_version *v,
                             const mote_dataset_config *cfg, mote_arena *a, mote_names *out,
                             mote_err *err)
{
    label_set all = {.n = 0};
    const char **items = NULL;
    if (cfg->n_labels > 0) {
        *out = (mote_names){cfg->labels, cfg->n_labels};
        return MOTE_OK;
    }
    if (cfg->n_values > 0 && cfg->cut.table.target.n > 0) {
        *out = cfg->cut.table.target; /* in this order */
        return MOTE_OK;
    }
    MOTE_TRY(find_labels(s, v, cfg, &all, a, err));
    if (all.n == 0)
        return mote_fail(err, MOTE_NOT_FOUND, "data version v%lld has no %s with a %s",
                         (long long)v->number, cfg->kind->one,
                         cfg->n_values > 0 ? "value" : "label");
    qsort(all.items, all.n, sizeof *all.items, compare_texts);
    MOTE_TRY(events_first(&cfg->events, &all, err));
    MOTE_TRY(mote_arena_take(a, all.n, sizeof *items, &items, err));
    memcpy(items, all.items, all.n * sizeof *items);
    *out = (mote_names){items, all.n};
    return MOTE_OK;
}

static mote_status name_outputs(const mote_dataset_config *cfg, const mote_names *labels,
                                mote_arena *a, mote_sample_form *f, mote_err *err)
{
    size_t n = 0;
    const char **items = NULL;
    if (cfg->is_score) {
        f->answer = MOTE_ANSWER_ANOMALY; /* one score, which has no name */
        return MOTE_OK;
    }
    MOTE_TRY(mote_arena_take(a, labels->n + 2, sizeof *items, &items, err));
    if (cfg->n_values > 0) {
        for (; n < (size_t)cfg->n_values; n++)
            items[n] = "";
        f->answer = MOTE_ANSWER_VALUE;
        f->values = (mote_names){labels->items, n};
        f->units = items;
        return MOTE_OK;
    }
    for (; n < labels->n; n++)
        items[n] = labels->items[n];
    if (cfg->other)
        items[n++] = MOTE_CLASS_UNKNOWN;
    if (cfg->nothing)
        items[n++] = MOTE_CLASS_SILENCE;
    f->answer = MOTE_ANSWER_CLASS;
    f->classes = (mote_names){items, n};
    return MOTE_OK;
}

/* The names of the axes, so that a file is read by them. */
static mote_status name_columns(const mote_decoded *d, mote_arena *a, mote_sample_form *f,
                                mote_err *err)
{
    const char **names = NULL;
    MOTE_TRY(mote_arena_take(a, d->n_columns, sizeof *names, &names, err));
    for (size_t i = 0; i < d->n_columns; i++)
        if (!(names[i] = mote_arena_strdup(a, d->columns[i])))
            return mote_fail(err, MOTE_NOMEM, "names of columns");
    f->columns = names;
    f->n_columns = (int32_t)d->n_columns;
    return MOTE_OK;
}

/* Shape, rate and columns by a decoded sample, or (NULL) by the config alone. */
static mote_status describe(const mote_decoded *d, const mote_dataset_config *cfg, mote_arena *a,
                            mote_sample_form *f, mote_err *err)
{
    const mote_kind *k = cfg->kind;
    MOTE_TRY(k->check_cut(&cfg->cut, err));
    MOTE_TRY(k->shape(d, &cfg->cut, &f->shape, err));
    if (k->is_timed)
        f->rate_hz = d ? d->rate_hz : cfg->cut.rate_hz;
    if (k->describe)
        return k->describe(d, &cfg->cut, a, f, err);
    return d && d->n_columns > 0 ? name_columns(d, a, f, err) : MOTE_OK;
}

static mote_status look_at_one(mote_store *s, const mote_data_version *v,
                               const mote_dataset_config *cfg, mote_arena *a, mote_sample_form *f,
                               mote_err *err)
{
    mote_loaded one;
    MOTE_TRY(mote_dataset_first(s, v, cfg, &one, err));
    mote_status st = describe(&one.d, cfg, a, f, err);
    mote_loaded_done(&one);
    return st;
}

mote_status mote_form_of(mote_store *s, const mote_data_version *v, const mote_dataset_config *cfg,
                         mote_arena *a, mote_sample_form *out, mote_err *err)
{
    mote_sample_form f = {0};
    mote_names labels;
    MOTE_TRY(mote_form_labels(s, v, cfg, a, &labels, err));
    MOTE_TRY(name_outputs(cfg, &labels, a, &f, err));
    if (cfg->kind->survey)
        MOTE_TRY(cfg->kind->survey(s, v, &cfg->cut, a, &f, err));
    else
        MOTE_TRY(cfg->kind->is_shape_told ? describe(NULL, cfg, a, &f, err)
                                          : look_at_one(s, v, cfg, a, &f, err));
    *out = f;
    return MOTE_OK;
}

mote_status mote_form_declared(const mote_dataset_config *cfg, mote_arena *a, mote_sample_form *out,
                               mote_err *err)
{
    mote_sample_form f = {0};
    const mote_names labels = {cfg->labels, cfg->n_labels};
    if (!cfg->kind->is_shape_told || cfg->kind->survey || cfg->n_labels == 0)
        return mote_fail(err, MOTE_ARG, "the form of %s follows from the data alone",
                         cfg->kind->many);
    MOTE_TRY(name_outputs(cfg, &labels, a, &f, err));
    MOTE_TRY(describe(NULL, cfg, a, &f, err));
    *out = f;
    return MOTE_OK;
}
