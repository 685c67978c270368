/* SPDX-License-Identifier: Apache-2.0 */
/* The form of samples. See form.h. */
#include "data/form.h"

#include <math.h>

#include "data/sample.h"
#include "project/project.h"

mote_status mote_form_labels(const mote_data_version *v, const mote_dataset_config *cfg,
                             mote_arena *a, mote_names *out, mote_err *err)
{
    if (cfg->n_labels > 0) {
        *out = (mote_names){cfg->labels, cfg->n_labels};
        return MOTE_OK;
    }
    mote_names found;
    MOTE_TRY(mote_version_labels(v, cfg->n_values > 0, a, &found, err));
    if (found.n == 0)
        return mote_fail(err, MOTE_NOT_FOUND, "data version v%lld has no %s with a %s",
                         (long long)v->number, cfg->kind->one,
                         cfg->n_values > 0 ? "value" : "label");
    const char **items = NULL; /* they outlive v */
    MOTE_TRY(mote_arena_take(a, found.n, sizeof *items, &items, err));
    for (size_t i = 0; i < found.n; i++) {
        items[i] = mote_arena_strdup(a, found.items[i]);
        if (!items[i])
            return mote_fail(err, MOTE_NOMEM, "no memory for labels");
    }
    *out = (mote_names){items, found.n};
    return MOTE_OK;
}

static mote_status name_outputs(const mote_dataset_config *cfg, const mote_names *labels,
                                mote_arena *a, mote_sample_form *f, mote_err *err)
{
    size_t n = 0;
    const char **items = NULL;
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

/* Shape, rate and columns by a decoded sample, or (NULL) by the config alone. */
static mote_status describe(const mote_decoded *d, const mote_dataset_config *cfg, mote_arena *a,
                            mote_sample_form *f, mote_err *err)
{
    const mote_kind *k = cfg->kind;
    MOTE_TRY(k->check_cut(&cfg->cut, err));
    MOTE_TRY(k->shape(d, &cfg->cut, &f->shape, err));
    if (k->is_timed)
        f->rate_hz = d ? d->rate_hz : cfg->cut.rate_hz;
    return k->describe ? k->describe(d, &cfg->cut, a, f, err) : MOTE_OK;
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
    MOTE_TRY(mote_form_labels(v, cfg, a, &labels, err));
    MOTE_TRY(name_outputs(cfg, &labels, a, &f, err));
    MOTE_TRY(cfg->kind->count ? look_at_one(s, v, cfg, a, &f, err)
                              : describe(NULL, cfg, a, &f, err));
    *out = f;
    return MOTE_OK;
}

mote_status mote_form_declared(const mote_dataset_config *cfg, mote_arena *a, mote_sample_form *out,
                               mote_err *err)
{
    mote_sample_form f = {0};
    const mote_names labels = {cfg->labels, cfg->n_labels};
    if (cfg->kind->count || cfg->n_labels == 0)
        return mote_fail(err, MOTE_ARG, "the form of %s follows from the data alone",
                         cfg->kind->many);
    MOTE_TRY(name_outputs(cfg, &labels, a, &f, err));
    MOTE_TRY(describe(NULL, cfg, a, &f, err));
    *out = f;
    return MOTE_OK;
}
