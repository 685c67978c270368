/* SPDX-License-Identifier: Apache-2.0 */
/* The set of loaded models and its replacement. */
#include "serve/models.h"

#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "serve/intake.h"

struct mote_models {
    pthread_mutex_t lock;    /* guards set; held for a few instructions */
    pthread_mutex_t writers; /* one change at a time */
    mote_model_set *set;
    int32_t keep_versions;
    _Atomic uint64_t generation;
    _Atomic uint64_t swaps;
};

static void served_unref(mote_served *s)
{
    if (atomic_fetch_sub(&s->n_refs, 1) != 1)
        return;
    mote_model_unref(s->model);
    mote_free(s->counters);
    mote_free(s);
}

static mote_model_set *set_create(int32_t capacity)
{
    size_t items = (size_t)capacity * sizeof(mote_served *);
    mote_model_set *set = mote_alloc_zero(1, sizeof *set + items);
    if (set)
        atomic_init(&set->n_refs, 1);
    return set;
}

void mote_model_set_unref(mote_model_set *set)
{
    if (!set || atomic_fetch_sub(&set->n_refs, 1) != 1)
        return;
    for (int32_t i = 0; i < set->n; i++)
        served_unref(set->items[i]);
    mote_free(set);
}

mote_status mote_models_create(int32_t keep_versions, mote_models **out, mote_err *err)
{
    if (keep_versions < 1)
        return mote_fail(err, MOTE_ARG, "at least one version of a model is kept");
    mote_models *ms = mote_alloc_zero(1, sizeof *ms);
    if (!ms)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the models");
    ms->keep_versions = keep_versions;
    ms->set = set_create(0);
    if (!ms->set || pthread_mutex_init(&ms->lock, NULL) != 0) {
        mote_model_set_unref(ms->set);
        mote_free(ms);
        return mote_fail(err, MOTE_NOMEM, "out of memory for the models");
    }
    if (pthread_mutex_init(&ms->writers, NULL) != 0) {
        (void)pthread_mutex_destroy(&ms->lock);
        mote_model_set_unref(ms->set);
        mote_free(ms);
        return mote_fail(err, MOTE_NOMEM, "out of memory for the models");
    }
    *out = ms;
    return MOTE_OK;
}

void mote_models_destroy(mote_models *ms)
{
    if (!ms)
        return;
    mote_model_set_unref(ms->set);
    (void)pthread_mutex_destroy(&ms->lock);
    (void)pthread_mutex_destroy(&ms->writers);
    mote_free(ms);
}

mote_model_set *mote_models_get(mote_models *ms)
{
    (void)pthread_mutex_lock(&ms->lock);
    mote_model_set *set = ms->set;
    atomic_fetch_add(&set->n_refs, 1);
    (void)pthread_mutex_unlock(&ms->lock);
    return set;
}

uint64_t mote_models_generation(const mote_models *ms)
{
    return atomic_load_explicit(&ms->generation, memory_order_acquire);
}

uint64_t mote_models_swaps(const mote_models *ms)
{
    return atomic_load(&ms->swaps);
}

static void publish(mote_models *ms, mote_model_set *set)
{
    (void)pthread_mutex_lock(&ms->lock);
    mote_model_set *old = ms->set;
    ms->set = set;
    (void)pthread_mutex_unlock(&ms->lock);
    atomic_fetch_add_explicit(&ms->generation, 1, memory_order_release);
    mote_model_set_unref(old);
}

static void take_shape(mote_served *s)
{
    const mote_answer_kind answer = mote_model_signature(s->model)->answer;
    s->n_labels = mote_model_n_labels(s->model);
    s->n_numbers = mote_model_signature(s->model)->n_outputs;
    s->numbers_name = mote_model_numbers_name(answer);
    s->has_verdict = answer == MOTE_ANSWER_ANOMALY;
    s->has_intervals = mote_model_decision(s->model)->value.n > 0;
    s->has_classes = mote_model_has_classes(answer);
    s->intake = mote_intake_of(s->model);
    s->intake->shape(s->model, &s->sample, &s->rate_hz);
    s->n_values = mote_shape_elements(&s->sample);
}

static mote_status check_name(const char *what, const char *name, mote_err *err)
{
    if (!name || !*name)
        return mote_fail(err, MOTE_ARG, "a model needs a %s", what);
    if (strlen(name) >= MOTE_SERVE_NAME_BYTES)
        return mote_fail(err, MOTE_ARG, "%s '%.40s...' is longer than %d bytes", what, name,
                         MOTE_SERVE_NAME_BYTES - 1);
    if (strchr(name, '/') || !mote_utf8_valid(name, strlen(name)))
        return mote_fail(err, MOTE_ARG, "%s '%s' has a '/' or is not UTF-8", what, name);
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == '"' || *c == '\\')
            return mote_fail(err, MOTE_ARG,
                             "%s '%s' has a quote, a backslash or a control character", what, name);
    return MOTE_OK;
}

static mote_status served_create(const mote_model_entry *e, mote_model *m, mote_served **out,
                                 mote_err *err)
{
    MOTE_TRY(check_name("name", e->name, err));
    MOTE_TRY(check_name("version", e->version, err));
    mote_served *s = mote_alloc_zero(1, sizeof *s);
    mote_serve_counters *counters = mote_alloc_zero(MOTE_SERVE_MAX_THREADS, sizeof *counters);
    if (!s || !counters) {
        mote_free(s);
        mote_free(counters);
        return mote_fail(err, MOTE_NOMEM, "out of memory for model '%s'", e->name);
    }
    (void)mote_format(s->name, sizeof s->name, "%s", e->name);
    (void)mote_format(s->version, sizeof s->version, "%s", e->version);
    (void)mote_format(s->source, sizeof s->source, "%s", e->source ? e->source : "");
    s->loaded_ms = e->now_ms;
    s->load_us = e->load_us;
    s->model = mote_model_ref(m);
    s->counters = counters;
    atomic_init(&s->n_refs, 1);
    take_shape(s);
    *out = s;
    return MOTE_OK;
}

static void set_add(mote_model_set *set, mote_served *s)
{
    atomic_fetch_add(&s->n_refs, 1);
    set->items[set->n++] = s;
}

/* The new one first, then the old ones but for what it replaces and what is one too many. */
static mote_model_set *set_with(const mote_model_set *old, mote_served *s, int32_t keep_versions)
{
    mote_model_set *set = set_create(old->n + 1);
    if (!set)
        return NULL;
    set_add(set, s);
    int32_t n_versions = 1;
    for (int32_t i = 0; i < old->n; i++) {
        mote_served *o = old->items[i];
        bool same_name = strcmp(o->name, s->name) == 0;
        if (same_name && (strcmp(o->version, s->version) == 0 || n_versions >= keep_versions))
            continue;
        n_versions += same_name;
        set_add(set, o);
    }
    return set;
}

mote_status mote_models_put(mote_models *ms, const mote_model_entry *entry, mote_model *m,
                            mote_err *err)
{
    mote_served *s = NULL;
    MOTE_TRY(served_create(entry, m, &s, err));
    (void)pthread_mutex_lock(&ms->writers);
    mote_status st = MOTE_OK;
    mote_model_set *old = ms->set; /* only writers change it, and this is the only one */
    mote_model_set *set = set_with(old, s, ms->keep_versions);
    if (!set)
        st = mote_fail(err, MOTE_NOMEM, "out of memory for model '%s'", entry->name);
    else if (set->n > MOTE_SERVE_MAX_MODELS)
        st = mote_fail(err, MOTE_LIMIT, "%d models are loaded: unload one first",
                       MOTE_SERVE_MAX_MODELS);
    if (st == MOTE_OK) {
        if (mote_model_set_find(old, entry->name, NULL))
            atomic_fetch_add(&ms->swaps, 1);
        publish(ms, set);
    } else {
        mote_model_set_unref(set);
    }
    (void)pthread_mutex_unlock(&ms->writers);
    served_unref(s);
    return st;
}

mote_status mote_models_remove(mote_models *ms, const char *name, mote_err *err)
{
    (void)pthread_mutex_lock(&ms->writers);
    mote_model_set *old = ms->set;
    mote_status st = MOTE_OK;
    mote_model_set *set = NULL;
    if (!mote_model_set_find(old, name, NULL))
        st = mote_fail(err, MOTE_NOT_FOUND, "no model '%s' is loaded", name);
    else if (!(set = set_create(old->n)))
        st = mote_fail(err, MOTE_NOMEM, "out of memory to unload '%s'", name);
    if (st == MOTE_OK) {
        for (int32_t i = 0; i < old->n; i++)
            if (strcmp(old->items[i]->name, name) != 0)
                set_add(set, old->items[i]);
        publish(ms, set);
    }
    (void)pthread_mutex_unlock(&ms->writers);
    return st;
}

mote_served *mote_model_set_find(const mote_model_set *set, const char *name, const char *version)
{
    for (int32_t i = 0; i < set->n; i++)
        if (strcmp(set->items[i]->name, name) == 0 &&
            (!version || !*version || strcmp(set->items[i]->version, version) == 0))
            return set->items[i];
    return NULL;
}

static uint64_t get(const _Atomic uint64_t *x)
{
    return atomic_load_explicit(x, memory_order_relaxed);
}

void mote_served_counts(const mote_served *s, mote_serve_counts *out)
{
    *out = (mote_serve_counts){0};
    for (int32_t i = 0; i < MOTE_SERVE_MAX_THREADS; i++) {
        const mote_serve_counters *c = &s->counters[i];
        out->success += get(&c->success);
        out->fail += get(&c->fail);
        out->inferences += get(&c->inferences);
        out->request_ns += get(&c->request_ns);
        out->fail_ns += get(&c->fail_ns);
        out->input_ns += get(&c->input_ns);
        out->infer_ns += get(&c->infer_ns);
        out->output_ns += get(&c->output_ns);
        int64_t last_ms = atomic_load_explicit(&c->last_ms, memory_order_relaxed);
        if (last_ms > out->last_ms)
            out->last_ms = last_ms;
    }
}
